package command

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"epoch\x1b[0m 1":           "epoch 1",
		`{"message":"half done"}`:  "half done",
		`{"message":"two\nlines"}`: "two lines",
		`{"message":7}`:            `{"message":7}`,
		`{"loss":0.5}`:             `{"loss":0.5}`,
	} {
		if got := display([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestProgressIsRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown []string
		p := startProgress(func(line string) { shown = append(shown, line) }, time.Second)
		write := func(s string) {
			_, _ = p.Write([]byte(s))
			synctest.Wait()
		}
		write("one\n")
		for i := range 1000 {
			write(fmt.Sprintln("step", i))
		}
		write("nothing ended yet")
		<-time.After(time.Second)
		synctest.Wait()
		write(" till here\r\n\n  \nand the end")
		last := p.stop()
		want := []string{"one", "step 999", "nothing ended yet till here", "and the end"}
		if !slices.Equal(shown, want) && !slices.Equal(shown, append(want[:2:2], want[3])) {
			t.Errorf("shown %q, want %q", shown, want)
		}
		if last != "and the end" {
			t.Errorf("last %q", last)
		}
	})
}

func TestProgressOfOnePiece(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\n":                             "b",
		"a\n\n\r\n":                          "a",
		"10%\r20%\r":                         "20%",
		"begun":                              "begun",
		strings.Repeat("x", 20000) + "\nb":   "b",
		strings.Repeat("x", 20000):           strings.Repeat("x", 500),
		"a\n" + strings.Repeat("y", 9<<10):   strings.Repeat("y", 500),
		"a\n" + strings.Repeat(" \n", 9<<10): "a",
	} {
		p := startProgress(nil, time.Hour)
		_, _ = p.Write([]byte(in))
		if got := p.stop(); got != want {
			t.Errorf("%.20q: got %.20q, want %.20q", in, got, want)
		}
	}
}

func TestLogKeepsBothEnds(t *testing.T) {
	whole := ""
	for i := range 400 {
		whole += fmt.Sprintf("%04d\n", i)
	}
	for _, n := range []int{0, 10, 500, 501, 870, 872, 873, 1000, 2000} {
		for _, piece := range []int{1, 7, 300, 2000} {
			l := newLog(1000)
			for part := range slices.Chunk([]byte(whole[:n]), piece) {
				_, _ = l.Write(part)
			}
			text := l.text()
			want := whole[:n]
			if n > 872 { // 500 at the beginning, 1000/2 - noteRoom at the end
				want = whole[:500] + fmt.Sprintf("\n[… %d bytes left out …]\n", n-872) + whole[n-372:n]
			}
			if string(text) != want || len(text) > 1000 {
				t.Errorf("%d bytes in pieces of %d: %d bytes kept, want %d", n, piece, len(text), len(want))
			}
		}
	}
}
