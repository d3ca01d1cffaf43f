package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web/live"
)

// classes are the audience classes, see audienceClass.
var classes = func() (all []uint8) {
	for n := range classWall + 1 {
		all = append(all, n)
	}
	return all
}()

// public are the event types that carry no tenant's data: without a tenant they go to everybody.
var public = map[drift.EventType]bool{drift.EventSettingsChanged: true, drift.EventCheckCompleted: true}

// message is an event as these classes of reader get it. An event whose pieces of page cannot be
// rendered goes out without them: what happened is never held back. Classes that get the same text
// share it.
func (f *Feed) message(ctx context.Context, e drift.Event, classes ...uint8) (live.Message, error) {
	m := live.Message{Seq: e.Seq, Tenant: e.TenantID, Public: public[e.Type]}
	first, head, err := eventHead(e)
	if err != nil {
		return m, err
	}
	for i, class := range classes {
		if class == classWall {
			m.Frames[class] = withHTML(first, nil)
			continue
		}
		html, err := f.html(ctx, e, class)
		if ctx.Err() != nil {
			return m, ctx.Err()
		}
		if err != nil {
			f.renderFailures.Add(1)
			f.log.Error("render live fragments", "seq", e.Seq, "type", e.Type, "class", class, "error", err)
		}
		text := withHTML(head, html)
		if i > 0 && bytes.Equal(text, m.Frames[classes[i-1]]) {
			text = m.Frames[classes[i-1]]
		}
		m.Frames[class] = text
	}
	return m, nil
}

// eventHead is the message without its html and its closing brace: what every message has, and that with the
// event's own members.
func eventHead(e drift.Event) (first, whole []byte, err error) {
	head := struct {
		Seq    int64           `json:"seq"`
		Type   drift.EventType `json:"type"`
		Tenant *string         `json:"tenant"` // null where it concerns no tenant
		At     time.Time       `json:"at"`
	}{e.Seq, e.Type, nil, e.At.UTC()}
	if e.TenantID != 0 {
		head.Tenant = &e.Tenant
	}
	b, err := json.Marshal(head)
	if err != nil {
		return nil, nil, fmt.Errorf("encode event %d: %w", e.Seq, err)
	}
	first = b[: len(b)-1 : len(b)-1]
	payload := bytes.TrimSpace(e.Payload)
	if len(payload) == 0 {
		return first, first, nil
	}
	if payload[0] != '{' {
		return nil, nil, fmt.Errorf("the payload of event %d is not an object", e.Seq)
	}
	members := bytes.TrimSpace(payload[1 : len(payload)-1])
	if len(members) == 0 {
		return first, first, nil
	}
	return first, append(append(first, ','), members...), nil
}

func withHTML(head, html []byte) []byte {
	text := make([]byte, 0, len(head)+len(html)+len(`,"html":{}}`))
	text = append(append(text, head...), `,"html":`...)
	if html == nil {
		html = []byte(`{}`)
	}
	return append(append(text, html...), '}')
}

// html is the object of an event's pieces of page, nil where there are none.
func (f *Feed) html(ctx context.Context, e drift.Event, class uint8) ([]byte, error) {
	if f.fragments == nil {
		return nil, nil
	}
	of, l := ofAudience(class)
	pieces, err := f.fragments.Fragments(lang.With(ctx, l), e, of)
	if err != nil || len(pieces) == 0 {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // a socket is not a page: < for \u003c would only be longer
	if err := enc.Encode(pieces); err != nil {
		return nil, fmt.Errorf("encode html: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// replay reads what one reader missed, under that reader's own rights.
type replay struct {
	feed  *Feed
	by    drift.Actor
	class uint8
}

// Read implements live.Replay: the messages are the bytes that were sent live.
func (p replay) Read(ctx context.Context, after int64, limit int) (live.Page, error) {
	list, oldest, newest, err := p.feed.store.EventPage(ctx, p.by, after, limit)
	if err != nil {
		return live.Page{}, err
	}
	page := live.Page{Messages: make([]live.Message, len(list)), Oldest: oldest, Newest: newest}
	for i, e := range list {
		if page.Messages[i], err = p.feed.message(ctx, e, p.class); err != nil {
			return live.Page{}, err
		}
	}
	return page, nil
}
