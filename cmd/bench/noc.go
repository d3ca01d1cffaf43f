package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/drift/stats/statstest"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storebench"
)

// openAlerts stand on the board that is measured.
const openAlerts = 200

// nocTenants share the alerts, each with one model.
const nocTenants = 20

// Who signs in.
const (
	operator = "bench"
	password = "a long enough passphrase"
)

// noc is a running server with 200 open alerts and somebody signed in to it.
type noc struct {
	g        *ground
	db       *store.DB
	endDB    func() error
	server   *server
	cookie   *http.Cookie
	models   []drift.VersionKey
	findings []drift.Report // what the alerts are about, in turn
	raised   int
}

func (g *ground) noc(ctx context.Context, name string) (n *noc, err error) {
	n = &noc{g: g}
	var dsn string
	if n.db, dsn, n.endDB, err = g.open(ctx, name, 8); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.end())
		}
	}()
	if err = n.logModels(ctx); err != nil {
		return nil, err
	}
	if n.findings, err = findings(); err != nil {
		return nil, err
	}
	for i := range openAlerts {
		if _, _, err = n.raise(ctx, time.Duration(openAlerts-i)*37*time.Minute); err != nil {
			return nil, err
		}
	}
	if _, err = g.run(ctx, dsn, password+"\n", "user", "add", operator, "--role", "operator", "--password-stdin"); err != nil {
		return nil, err
	}
	if n.server, err = g.serve(ctx, dsn); err != nil {
		return nil, err
	}
	n.cookie, err = n.signIn(ctx)
	return n, err
}

func (n *noc) end() error {
	var err error
	if n.server != nil {
		err = n.server.stop()
	}
	return errors.Join(err, n.endDB())
}

// logModels gives each tenant a model that has predicted something yesterday.
func (n *noc) logModels(ctx context.Context) error {
	b := storebench.Rows("noc", yesterday(), nocTenants)
	for i := range b.Tenant {
		b.Tenant[i] = fmt.Sprintf("tenant-%02d", i)
	}
	if _, err := n.db.IngestPredictions(ctx, drift.SystemActor(), b, store.IngestOptions{Strict: true}); err != nil {
		return err
	}
	if _, err := n.db.RebuildMarkedDays(ctx, yesterday(), yesterday()+1, nil); err != nil {
		return err
	}
	return n.db.View(ctx, drift.SystemActor(), func(tx *store.Tx) (err error) {
		n.models, err = tx.VersionsIn(ctx, yesterday(), yesterday()+1)
		if err == nil && len(n.models) != nocTenants {
			err = fmt.Errorf("%d of %d models are there", len(n.models), nocTenants)
		}
		return err
	})
}

// differentFindings is how many reports there are: a board on which all rows say the same would
// weigh next to nothing.
const differentFindings = 50

// findings are reports of breaks, computed as any.
func findings() (list []drift.Report, err error) {
	at := slices.IndexFunc(statstest.Shapes(), func(s statstest.Shape) bool { return s.Name == "shifted" })
	if at < 0 {
		return nil, errors.New("there is no shifted shape")
	}
	shape := statstest.Shapes()[at]
	for i := range differentFindings {
		recent, baseline := shape.Make(3000 + 97*i)
		var runs [2][]stats.Run
		for side, scores := range [][]float64{recent[:len(recent)-11*i], baseline} {
			for k := range scores {
				if side == 0 {
					scores[k] = min(1, scores[k]+float64(i)/1000)
				}
			}
			run, err := stats.NewRun(scores)
			if err != nil {
				return nil, err
			}
			runs[side] = []stats.Run{run}
		}
		report, err := detect.Statistical(detect.StatisticalInput{
			Date: yesterday() + 1, Recent: runs[0], Baseline: runs[1], BaselineSource: drift.BaselineWindow,
			Settings: drift.NewSettings(),
		})
		if err != nil {
			return nil, err
		}
		if report.Severity == drift.SeverityNone || report.Severity == drift.SeverityUnknown {
			report.Severity = drift.SeverityMedium // a small one, that a guard or a person may still raise
		}
		list = append(list, report)
	}
	return list, nil
}

// raise opens one alert more, as old as that, in the transaction that writes its report and its event, and returns
// its number and the moment at which nothing but writing the event and COMMIT was left to do.
func (n *noc) raise(ctx context.Context, age time.Duration) (id int64, at time.Time, err error) {
	i := n.raised
	n.raised++
	model := n.models[i%len(n.models)]
	report := n.findings[i%len(n.findings)]
	report.Version = drift.VersionKey{Model: model.Model, Version: fmt.Sprintf("v%d", 1+i/len(n.models))}
	report.Message = strings.Replace(report.Message, "/", report.Version.Tenant+"/"+report.Version.ModelType, 1)
	report.Serving = true
	err = n.db.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		if err := tx.PutReport(ctx, &report); err != nil {
			return err
		}
		now := time.Now().Add(-age)
		kind := drift.Statistical
		a := &drift.Alert{
			TenantID: model.TenantID, Tenant: model.Tenant, AlertType: drift.AlertDrift, Status: drift.AlertNew,
			Severity: report.Severity, CurrentSeverity: report.Severity, DriftType: &kind, ModelType: model.ModelType,
			ModelVersion: report.Version.Version, Message: report.Message, Recommendation: report.Recommendation,
			DedupKey: drift.DriftKey(report.Version, kind), CheckDate: report.Date, ReportID: &report.ID, Report: &report,
			CreatedAt: now, LastSeen: now,
			Incident: fmt.Sprintf("bench-%d:%s", i, report.Date), // each a cause of its own: no board is longer
		}
		if age > 0 && i%3 == 0 {
			a.Status, a.Assignee = drift.AlertAcknowledged, owners[i/3%len(owners)]
		}
		entry := drift.TimelineEntry{Version: 1, At: now, Actor: "system", Move: drift.MoveRaise, From: drift.AlertNew, To: drift.AlertNew, Severity: report.Severity}
		if err := tx.InsertAlert(ctx, a, entry); err != nil {
			return err
		}
		payload, err := json.Marshal(map[string]any{"alert": a, "move": entry})
		if err != nil {
			return fmt.Errorf("encode alert: %w", err)
		}
		tx.Emit(drift.Event{Type: drift.EventDriftDetected, TenantID: a.TenantID, Tenant: a.Tenant, At: now, Payload: payload})
		id, at = a.ID, time.Now()
		return nil
	})
	if err != nil {
		return 0, at, fmt.Errorf("raise an alert: %w", err)
	}
	return id, at, nil
}

// owners have taken some of the older alerts.
var owners = []string{"A. Rossi", "J. Lindqvist", "M. Okafor", "K. Adeyemi"}

// signIn signs in as a browser does and returns the session's cookie.
func (n *noc) signIn(ctx context.Context) (*http.Cookie, error) {
	form := url.Values{"name": {operator}, "password": {password}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.server.url+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	resp.Body.Close()
	cookies := resp.Cookies()
	if resp.StatusCode != http.StatusSeeOther || len(cookies) == 0 {
		return nil, fmt.Errorf("sign in: %s", resp.Status)
	}
	return &http.Cookie{Name: cookies[0].Name, Value: cookies[0].Value}, nil
}

// socketLimit is more than any message has.
const socketLimit = 1 << 20

// socket opens a socket that is live from now on.
func (n *noc) socket(ctx context.Context) (*websocket.Conn, error) {
	header := http.Header{}
	header.Set("Cookie", n.cookie.String())
	ws, resp, err := websocket.Dial(ctx, strings.Replace(n.server.url, "http", "ws", 1)+"/ws", &websocket.DialOptions{
		HTTPHeader: header, CompressionMode: websocket.CompressionNoContextTakeover,
	})
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	ws.SetReadLimit(socketLimit)
	return ws, nil
}

// frame is what is looked at in a message.
type frame struct {
	Seq   int64  `json:"seq"`
	Type  string `json:"type"`
	Alert *struct {
		ID int64 `json:"id"`
	} `json:"alert"`
	HTML map[string]string `json:"html"`
}

func readFrame(ctx context.Context, ws *websocket.Conn) (f frame, err error) {
	_, text, err := ws.Read(ctx)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return f, fmt.Errorf("read a message: %w", err)
	}
	return f, nil
}
