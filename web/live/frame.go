package live

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"sync"

	"github.com/coder/websocket"
)

// Opcodes and flags of RFC 6455, section 5.2.
const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9

	flagFin  = 0x80
	flagRSV1 = 0x40 // compressed, RFC 7692
	opMask   = 0x0f
)

// packFrom is the size from which a text is worth compressing: below it, it fits
// one network packet anyway.
const packFrom = 1024

// maxReason is what a close frame can carry beside its code.
const maxReason = 123

var (
	pingFrame  = []byte{flagFin | opPing, 0}
	resetFrame = buildFrame(flagFin|opText, []byte(`{"type":"RESET"}`))
)

// buildFrame returns a whole unmasked frame, as servers send them.
func buildFrame(first byte, payload []byte) []byte {
	n := len(payload)
	f := make([]byte, 0, n+10)
	switch {
	case n <= 125:
		f = append(f, first, byte(n))
	case n <= 0xffff:
		f = append(f, first, 126)
		f = binary.BigEndian.AppendUint16(f, uint16(n))
	default:
		f = append(f, first, 127)
		f = binary.BigEndian.AppendUint64(f, uint64(n))
	}
	return append(f, payload...)
}

func closeFrame(code websocket.StatusCode, reason string) []byte {
	p := binary.BigEndian.AppendUint16(nil, uint16(code))
	return buildFrame(flagFin|opClose, append(p, reason[:min(len(reason), maxReason)]...))
}

// frame is one text ready to be written to any number of sockets.
type frame struct {
	plain []byte
	text  []byte // the payload inside plain

	pack   sync.Once
	packed []byte // nil where compression does not pay
}

func newFrame(text []byte) *frame {
	plain := buildFrame(flagFin|opText, text)
	return &frame{plain: plain, text: plain[len(plain)-len(text):]}
}

// bytes returns the frame as a socket wants it.
func (f *frame) bytes(deflate bool) []byte {
	if !deflate || len(f.text) < packFrom {
		return f.plain
	}
	f.pack.Do(func() {
		if p := deflated(f.text); len(p) < len(f.text) {
			f.packed = buildFrame(flagFin|flagRSV1|opText, p)
		}
	})
	if f.packed == nil {
		return f.plain
	}
	return f.packed
}

var flaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is a constant that flate knows
	}
	return w
}}

// deflated compresses by itself, ending in a sync flush whose four-byte tail is
// left out as RFC 7692, section 7.2.1 asks.
func deflated(text []byte) []byte {
	var b bytes.Buffer
	w := flaters.Get().(*flate.Writer)
	defer flaters.Put(w)
	w.Reset(&b)
	// A bytes.Buffer takes everything, so neither call can fail.
	_, _ = w.Write(text)
	_ = w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// message is a Message with its frames made.
type message struct {
	Message
	frames [MaxClasses]*frame
	size   int // bytes of all distinct frames
}

// newMessage frames every distinct text once.
func newMessage(m Message) *message {
	out := &message{Message: m}
	for i, text := range m.Frames {
		if len(text) == 0 {
			continue
		}
		for j := range i {
			if other := m.Frames[j]; len(other) == len(text) && &other[0] == &text[0] {
				out.frames[i] = out.frames[j]
			}
		}
		if out.frames[i] == nil {
			out.frames[i] = newFrame(text)
			out.size += len(out.frames[i].plain)
		}
		// The text inside the frame serves May, so the caller's copy can go.
		out.Frames[i] = out.frames[i].text
	}
	return out
}
