package store

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// where gathers the conditions of a list and their arguments.
type where struct {
	conds []string
	args  []any
}

// and adds a condition in which every $ stands for the argument.
func (w *where) and(cond string, arg any) {
	w.conds = append(w.conds, strings.ReplaceAll(cond, "$", w.arg(arg)))
}

// plain adds a condition without an argument.
func (w *where) plain(cond string) { w.conds = append(w.conds, cond) }

// arg adds an argument and returns its placeholder.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// sql is the WHERE clause, empty without conditions.
func (w *where) sql() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// like makes a pattern that finds the text anywhere, its own wildcards taken literally.
func like(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// limit is how many items a list gives for what it was asked.
func limit(asked int) int {
	if asked <= 0 {
		return drift.DefaultPage
	}
	return min(asked, drift.MaxPage)
}

// cursor packs the keys of a page's last item.
func cursor(keys ...any) string {
	b, err := json.Marshal(keys)
	if err != nil {
		panic("store: cursor keys are numbers and texts: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor unpacks what cursor packed into pointers of the same types.
func readCursor(c string, keys ...any) error {
	b, err := base64.RawURLEncoding.DecodeString(c)
	if err == nil {
		var parts []json.RawMessage
		if err = json.Unmarshal(b, &parts); err == nil && len(parts) == len(keys) {
			for i, k := range keys {
				if err = json.Unmarshal(parts[i], k); err != nil {
					break
				}
			}
			if err == nil {
				return nil
			}
		}
	}
	return drift.Invalid("cursor", "This cursor was not given by this list. Begin without one.")
}

// texts turns named strings into what a text[] parameter takes.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
