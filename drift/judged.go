package drift

// Judged is the version that the newest check of a model looked at; the zero key where none has run.
func (d ModelData) Judged() (v VersionKey) {
	newest := Date(0)
	for _, r := range d.Latest {
		if v.Version == "" || r.Date > newest {
			v, newest = r.Version, r.Date
		}
	}
	return v
}

// Unjudged tells that another version serves by now than the one that the checks' numbers are of.
func (d ModelData) Unjudged() bool {
	judged := d.Judged().Version
	return judged != "" && d.Serving.Version != "" && judged != d.Serving.Version
}

// Seen is the version whose numbers stand on a model's page: the one that the newest check looked at, for
// what was found of it is the reason to look; before the first check the one in service.
func (d ModelData) Seen() VersionKey {
	if v := d.Judged(); v.Version != "" {
		return v
	}
	return d.Serving
}
