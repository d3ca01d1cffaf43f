package handlers

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// samples answers one of the two samples that an alert's statistical report compared: one column,
// every score exactly, so that `driftwatch compare` gives the same D and p. The file's name says the
// report's revision: where the log has changed since that was written, so have the samples, and the
// next check of that date writes another revision.
func (p *Pages) samples(recent bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := web.PathID(chi.URLParam(r, "id"))
		if err != nil {
			return err
		}
		by := auth.ActorFrom(r.Context())
		d, err := p.store.AlertPage(r.Context(), by, drift.AlertQuery{ID: id, Now: p.now(), Days: 1, Windows: windowsOf})
		if err != nil {
			return err
		}
		report := d.Statistical()
		if report == nil {
			return drift.NotFound("There are no scores behind this alert.")
		}
		side := "recent"
		window, baseline := windowsOf(*report)
		if !recent {
			side, window = "baseline", baseline
		}
		return p.sendScores(w, r, by, report.Version, window, sampleName(id, report, side))
	}
}

// sampleName is the name of a sample's file, of the side "recent" or "baseline".
func sampleName(alert int64, r *drift.Report, side string) string {
	return fmt.Sprintf("alert-%d-%s-r%d-%s.csv", alert, r.Date, r.Revision, side)
}

// sendScores streams scores, a day at a time.
func (p *Pages) sendScores(w http.ResponseWriter, r *http.Request, by drift.Actor, v drift.VersionKey, window drift.DriftWindow, name string) error {
	h := w.Header()
	out := bufio.NewWriterSize(web.PatientWriter(w), 64<<10)
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Cache-Control", "no-store")
		_, err := out.WriteString("score\n")
		return err
	}
	var line []byte
	err := p.store.Scores(r.Context(), by, v, window.From, window.To, func(chunk []float64) error {
		if err := begin(); err != nil {
			return err
		}
		if r.Method == http.MethodHead {
			return nil
		}
		for _, score := range chunk {
			line = append(strconv.AppendFloat(line[:0], score, 'g', -1, 64), '\n')
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = begin()
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil && begun {
		// The beginning is on its way as a good answer: only a broken end tells that it is not whole.
		web.LogFailure(p.Log, r, web.FailureOf(err), err)
		panic(http.ErrAbortHandler)
	}
	return err
}
