package hook_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/hook"
)

// TestReceiverOfTheDocs runs the receiver that the documentation shows against a real sender.
func TestReceiverOfTheDocs(t *testing.T) {
	p := newPost(t)
	p.now = time.Now().Truncate(time.Second) // the receiver refuses what is old
	cmd := exec.CommandContext(t.Context(), "python3", "../../docs/examples/receiver.py", "0")
	cmd.Env = append(os.Environ(), "DRIFTWATCH_WEBHOOK_SECRET="+p.secret)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("python3 is needed: %v", err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	lines := bufio.NewReader(out)
	says := func(want string) string {
		t.Helper()
		line, err := lines.ReadString('\n')
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), want)
		if err != nil || !ok {
			t.Fatalf("the receiver says %q, want %q: %v", line, want, err)
		}
		return rest
	}
	url := "http://127.0.0.1:" + strings.TrimSpace(says("listening"))
	p.set(url)
	p.emit(1)
	p.once()
	says("1 1 ML_DRIFT_DETECTED acme")
	if err := p.db.TestWebhook(t.Context(), drift.SystemActor(), acme); err != nil {
		t.Fatal(err)
	}
	p.once()
	says("2 - WEBHOOK_TEST acme")
	if s := p.state(); s.Pending+s.Dead != 0 {
		t.Errorf("not taken: %+v", s)
	}
	if _, err := p.db.RotateWebhookSecret(t.Context(), drift.SystemActor(), acme); err != nil {
		t.Fatal(err)
	}
	p.emit(1)
	p.once()
	if d := p.state().Last[0]; d.State != drift.DeliveryPending || d.LastStatus != 401 {
		t.Errorf("signed with a secret that the receiver does not know: %+v", d)
	}

	body := `{"id":9,"seq":9,"type":"ALERT_RAISED","tenant":"acme"}`
	for _, c := range []struct {
		name, signature string
		status          int
	}{
		{"genuine", hook.Sign(p.secret, time.Now(), []byte(body)), 204},
		{"the same key again", hook.Sign(p.secret, time.Now(), []byte(body)), 204},
		{"wrong secret", hook.Sign("whsec_wrong", time.Now(), []byte(body)), 401},
		{"another body", hook.Sign(p.secret, time.Now(), []byte(body+" ")), 401},
		{"old", hook.Sign(p.secret, time.Now().Add(-10*time.Minute), []byte(body)), 401},
		{"none", "", 401},
		{"nonsense", "t=x,v1=y", 401},
		{"not ASCII", "t=1,v1=é", 401},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(hook.SignatureHeader, c.signature)
		req.Header.Set(hook.KeyHeader, "k")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.name, res.StatusCode, c.status)
		}
	}
	says("9 9 ALERT_RAISED acme")
}
