package command

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
)

// maxLine is how many bytes of a line are looked at.
const maxLine = 8192

// progress shows the newest line of a stream, and no more than one each interval: a program that
// prints a million lines a second costs a few calls, and a slow receiver never stops the reading.
type progress struct {
	show func(string)
	wake chan struct{}
	quit chan struct{}
	done chan struct{}

	mu     sync.Mutex
	line   []byte // begun, not ended
	newest string
	fresh  bool // newest was not shown yet
}

func startProgress(show func(string), every time.Duration) *progress {
	p := &progress{show: show, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go p.loop(every)
	return p
}

func (p *progress) loop(every time.Duration) {
	defer close(p.done)
	for {
		select {
		case <-p.wake:
			p.flush()
		case <-p.quit:
			p.flush()
			return
		}
		pause := time.NewTimer(every)
		select {
		case <-pause.C:
		case <-p.quit:
			pause.Stop()
			p.flush()
			return
		}
	}
}

func (p *progress) flush() {
	p.mu.Lock()
	line, fresh := p.newest, p.fresh
	p.fresh = false
	p.mu.Unlock()
	if fresh && p.show != nil {
		p.show(line)
	}
}

// stop shows what was not shown yet and returns the last line.
func (p *progress) stop() string {
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	close(p.quit)
	<-p.done
	return p.newest
}

// Write takes the next piece of the stream. A carriage return ends a line too, as bars are drawn.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begun := b
	if i := bytes.LastIndexAny(b, "\r\n"); i >= 0 {
		p.endLines(b[:i])
		begun = b[i+1:]
	}
	p.add(begun)
	if p.fresh {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	return len(b), nil
}

// endLines takes whole lines, the first of which may have begun before. Only the last that says
// anything can become the newest, so the others are not even looked at.
func (p *progress) endLines(b []byte) {
	for {
		i := bytes.LastIndexAny(b, "\r\n")
		if i < 0 {
			p.add(b)
			p.end()
			return
		}
		if p.take(b[i+1:][:min(len(b)-i-1, maxLine)]) {
			p.line = p.line[:0]
			return
		}
		b = b[:i]
	}
}

func (p *progress) add(b []byte) {
	p.line = append(p.line, b[:min(len(b), maxLine-len(p.line))]...)
}

func (p *progress) end() {
	p.take(p.line)
	p.line = p.line[:0]
}

// take makes a line the newest, unless it says nothing.
func (p *progress) take(b []byte) bool {
	line := display(b)
	if line != "" {
		p.newest, p.fresh = line, true
	}
	return line != ""
}

// display is what is shown of a line: the message of a JSON object where it is one.
func display(line []byte) string {
	var object struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(line, &object) == nil && object.Message != "" {
		return retrain.Plain(object.Message)
	}
	return retrain.Plain(string(line))
}
