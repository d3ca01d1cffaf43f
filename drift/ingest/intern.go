package ingest

// maxNames bounds the names an interner keeps; there are few tenants and
// models, and a file that pretends otherwise costs only time.
const maxNames = 4096

// interner gives the same string for the same checked name.
type interner struct {
	last  string
	known map[string]string
}

// intern gives the name in cell c as a string; it checks those it has not seen.
func (n *interner) intern(r *row, name string, c cell) string {
	if c.kind != field && c.kind != text {
		r.name(name, c, MaxName) // refuses it
		return ""
	}
	if string(c.b) == n.last && n.last != "" {
		return n.last
	}
	if s, ok := n.known[string(c.b)]; ok {
		n.last = s
		return s
	}
	r.name(name, c, MaxName)
	if r.problem.text != "" {
		return ""
	}
	if n.known == nil || len(n.known) >= maxNames {
		n.known = map[string]string{}
	}
	s := string(c.b)
	n.known[s] = s
	n.last = s
	return s
}
