package localpg

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// A first start that was killed leaves an initdb that empties its directory on its way out, as often
// as it likes: the next first start is not touched by it, and takes away what is left.
func TestInitdbOfAKilledFirstStart(t *testing.T) {
	home := dataDir(t)
	must(t, os.MkdirAll(home, 0o711))
	old := []string{filepath.Join(home, initName), filepath.Join(home, initName+".0")}
	for _, dir := range old {
		must(t, os.MkdirAll(filepath.Join(dir, "base"), 0o700))
	}
	ctx, cancel := context.WithCancel(t.Context())
	emptied := make(chan struct{})
	go func() {
		defer close(emptied)
		for ctx.Err() == nil {
			for _, dir := range old {
				inside, _ := filepath.Glob(filepath.Join(dir, "*"))
				for _, name := range inside {
					_ = os.RemoveAll(name) // it may be gone
				}
			}
		}
	}()
	s := start(t, Options{DataDir: home})
	cancel()
	<-emptied
	if n := ask[int](t, s.DSN(), "SELECT count(*) FROM pg_database WHERE datname = 'driftwatch'"); n != 1 {
		t.Errorf("%d databases", n)
	}
	if exists(old[1]) {
		t.Errorf("%s is still there", old[1])
	}
}
