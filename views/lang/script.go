package lang

import (
	"encoding/json"
	"sync"
)

// ScriptWords are the texts of the browser's scripts as a JSON object from English to the language:
// a string for a text, {"one","other"} for a plural. It is empty for English, which the scripts hold.
func (l Lang) ScriptWords() string {
	if l == German {
		return germanScript()
	}
	return ""
}

var germanScript = sync.OnceValue(func() string { return scriptJSON(deScript) })

func scriptJSON(words entries) string {
	out := map[string]any{}
	for key, f := range words {
		if len(f) == 1 {
			out[key] = f[0]
		} else {
			out[key] = map[string]string{"one": f[0], "other": f[1]}
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic("lang: the scripts' words are plain texts: " + err.Error())
	}
	return string(b)
}
