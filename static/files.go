package static

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Files serves what browsers look for under an address without a hash:
// /sw.js, the service worker of this build; /manifest.webmanifest, by which the
// console can be installed; /icon/N.svg, the icon with a count on it, 100 for
// "more than 99" and 0 for none.
func Files() http.Handler {
	t := built()
	fixed := map[string]*asset{"/sw.js": worker(t), "/manifest.webmanifest": manifest()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := fixed[r.URL.Path]; a != nil {
			serve(w, r, a, "no-cache", t.hash)
			return
		}
		name, isIcon := strings.CutPrefix(r.URL.Path, "/icon/")
		count, isSVG := strings.CutSuffix(name, ".svg")
		n, err := strconv.Atoi(count)
		if !isIcon || !isSVG || err != nil || n < 0 || n > mostOnIcon || strconv.Itoa(n) != count {
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
		serve(w, r, &asset{contentType: contentTypes[".svg"], plain: counted(t.assets["icon/icon.svg"].plain, n)}, "public, max-age=86400", t.hash)
	})
}

// mostOnIcon is the count that stands for all above it.
const mostOnIcon = 100

// counted is the icon with a count in a red disc: what a tab shows when it is too narrow for its title.
func counted(icon []byte, n int) []byte {
	if n == 0 {
		return icon
	}
	text, size := strconv.Itoa(n), 13
	switch {
	case n == mostOnIcon:
		text, size = "99+", 9
	case n > 9:
		size = 11
	}
	disc := fmt.Sprintf(`<circle cx="15" cy="15" r="9" fill="#c4133f" stroke="none"/><text x="15" y="%d" fill="#fff" stroke="none" font-family="sans-serif" font-weight="700" font-size="%d" text-anchor="middle">%s</text></svg>`,
		15+size*36/100, size, text)
	return []byte(strings.TrimSuffix(strings.TrimSpace(string(icon)), "</svg>") + disc)
}

// worker is the service worker with the addresses of this build in it.
func worker(t *tree) *asset {
	script := strings.NewReplacer("{{build}}", t.hash, "{{css}}", Prefix+t.hash+"/css/app.css",
		"{{js}}", Prefix+t.hash+"/js/offline.js", "{{icon}}", Prefix+t.hash+"/icon/icon.svg").Replace(string(t.assets["worker/sw.js"].plain))
	return &asset{contentType: contentTypes[".js"], plain: []byte(script)}
}

// manifest describes the console to whoever installs it.
func manifest() *asset {
	icon := func(name, sizes, purpose string) map[string]string {
		return map[string]string{"src": URL(name), "type": contentTypes[path.Ext(name)], "sizes": sizes, "purpose": purpose}
	}
	b, err := json.Marshal(map[string]any{
		"name": "Driftwatch", "short_name": "Driftwatch", "id": "/", "start_url": "/", "scope": "/", "display": "standalone",
		"background_color": "#0a1215", "theme_color": "#10191d",
		// The picture is app.svg in pixels, for what draws no SVG; pages name it as the touch icon.
		"icons": []any{icon("icon/icon.svg", "any", "any"), icon("icon/app.svg", "any", "maskable"), icon("icon/touch.png", "180x180", "any")},
	})
	if err != nil {
		panic("static: manifest: " + err.Error())
	}
	return &asset{contentType: "application/manifest+json", plain: b}
}
