package drift

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// SettingKind is the form of a setting's value.
type SettingKind string

// The forms. Decimals are text, compared exactly and never passed through a float.
const (
	KindDecimal SettingKind = "decimal"
	KindInt     SettingKind = "int"
	KindBool    SettingKind = "bool"
	KindKOfM    SettingKind = "k/m"
	KindList    SettingKind = "list" // a JSON array of strings
	KindChoice  SettingKind = "choice"
	KindURL     SettingKind = "url"    // of a training service; "" is none
	KindSecret  SettingKind = "secret" // never shown
)

// SettingSpec describes one setting: its form, default, range and meaning.
type SettingSpec struct {
	Name    string
	Kind    SettingKind
	Default string
	Min     string // inclusive; decimals and ints
	Max     string // inclusive
	Open    bool   // the range's ends are excluded
	Choices []string
	Unit    string // such as "fraction", "days", "minutes"
	Group   string
	Help    string
	Global  bool // cannot differ by tenant
	Shell   bool // changed from a shell or the settings file alone, see ShellWhy
}

// SettingOrigin says where a value in force comes from.
type SettingOrigin string

// Where a setting's value comes from, the first that has one wins.
const (
	FromTenant  SettingOrigin = "tenant"
	FromGlobal  SettingOrigin = "global"
	FromFile    SettingOrigin = "file"
	FromDefault SettingOrigin = "default"
)

// Settings are the values in force for one tenant (or for all, where no tenant is meant).
// The zero Settings answer with every default.
type Settings struct {
	values map[string]string
	origin map[string]SettingOrigin
}

// NewSettings layers values over the defaults: later layers win.
func NewSettings(layers ...SettingLayer) Settings {
	s := Settings{values: map[string]string{}, origin: map[string]SettingOrigin{}}
	for _, l := range layers {
		for name, v := range l.Values {
			s.values[name], s.origin[name] = v, l.Origin
		}
	}
	return s
}

// SettingLayer is one source of values.
type SettingLayer struct {
	Origin SettingOrigin
	Values map[string]string
}

// Text returns the value in force, as text; of a secret only that it is set.
func (s Settings) Text(name string) string {
	if v, ok := s.values[name]; ok {
		if v != "" && secretSetting(name) {
			return SecretSet
		}
		return v
	}
	spec, ok := SettingNamed(name)
	if !ok {
		panic("drift: no setting is called " + name)
	}
	return spec.Default
}

// Origin says where the value in force comes from.
func (s Settings) Origin(name string) SettingOrigin {
	if o, ok := s.origin[name]; ok {
		return o
	}
	return FromDefault
}

// Int returns a whole-number setting.
func (s Settings) Int(name string) int {
	n, err := strconv.Atoi(s.Text(name))
	if err != nil {
		panic(fmt.Sprintf("drift: setting %s holds %q", name, s.Text(name)))
	}
	return n
}

// Bool returns a switch.
func (s Settings) Bool(name string) bool { return s.Text(name) == "true" }

// List returns a list setting.
func (s Settings) List(name string) []string {
	var l []string
	if err := json.Unmarshal([]byte(s.Text(name)), &l); err != nil {
		panic(fmt.Sprintf("drift: setting %s holds %q", name, s.Text(name)))
	}
	return l
}

// KOfM returns both numbers of a "k/m" setting.
func (s Settings) KOfM(name string) (k, m int) {
	k, m, _ = parseKOfM(s.Text(name))
	return k, m
}

// Subset returns the values in force of some settings, as they are kept with a report.
func (s Settings) Subset(names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[n] = s.Text(n)
	}
	return m
}

// With returns a copy in which one value is changed, to try it.
func (s Settings) With(name, value string) Settings {
	c := NewSettings(SettingLayer{FromDefault, s.values})
	for n, o := range s.origin {
		c.origin[n] = o
	}
	c.values[name] = value
	return c
}

// SettingNamed finds a setting's description.
func SettingNamed(name string) (SettingSpec, bool) {
	if s, ok := settingByName[name]; ok {
		return s, true
	}
	for _, f := range settingFamilies {
		if rest, ok := strings.CutPrefix(name, f.Name); ok && familyMember(rest) {
			f.Name = name
			return f, true
		}
	}
	return SettingSpec{}, false
}

// SettingOfFamily reports whether a name is that of one model type's setting, not one of SettingSpecs.
func SettingOfFamily(name string) bool {
	_, listed := settingByName[name]
	_, known := SettingNamed(name)
	return known && !listed
}

// Specs lists SettingSpecs and, behind them by name, those of families that have a value.
func (s Settings) Specs() []SettingSpec {
	specs := slices.Clone(SettingSpecs)
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		if SettingOfFamily(name) {
			spec, _ := SettingNamed(name)
			specs = append(specs, spec)
		}
	}
	return specs
}

// familyMember reports whether a model type's name, as settings write it, may follow a family's.
func familyMember(rest string) bool {
	for _, c := range rest {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return rest != "" && len(rest) <= 100
}

// Normalise checks one value by itself and returns it as it is stored.
func (spec SettingSpec) Normalise(value string) (string, error) {
	v := strings.TrimSpace(value)
	switch spec.Kind {
	case KindBool:
		b, err := strconv.ParseBool(strings.ToLower(v))
		if err != nil {
			return "", spec.wrong(value, "write true or false")
		}
		return strconv.FormatBool(b), nil
	case KindInt:
		n, err := strconv.Atoi(v)
		if err != nil {
			return "", spec.wrong(value, "write a whole number")
		}
		return strconv.Itoa(n), spec.inRange(v)
	case KindDecimal:
		if strings.HasSuffix(v, "%") {
			return "", spec.wrong(value, "write a fraction: 0.10, not 10 %")
		}
		if !plainDecimal(v) {
			return "", spec.wrong(value, "write a decimal such as 0.05")
		}
		return v, spec.inRange(v)
	case KindKOfM:
		k, m, ok := parseKOfM(v)
		if !ok || k < 1 || m < k || m > 30 {
			return "", spec.wrong(value, "write k/m such as 2/3, with k not above m and m not above 30")
		}
		return fmt.Sprintf("%d/%d", k, m), nil
	case KindList:
		var l []string
		if err := json.Unmarshal([]byte(v), &l); err != nil {
			return "", spec.wrong(value, `write a JSON list such as ["acme"], [] or ["*"]`)
		}
		b, err := json.Marshal(l)
		return string(b), err
	case KindChoice:
		v = strings.ToUpper(v)
		if !slices.Contains(spec.Choices, v) {
			return "", spec.wrong(value, "write one of "+strings.Join(spec.Choices, ", "))
		}
		return v, nil
	case KindURL:
		if hint := serviceURL(v); hint != "" {
			return "", spec.wrong(value, hint)
		}
		return v, nil
	case KindSecret:
		return v, spec.checkSecret(v)
	}
	return "", fmt.Errorf("setting %s has no form", spec.Name)
}

func (spec SettingSpec) wrong(value, hint string) error {
	return Invalid("value", fmt.Sprintf("%s cannot be %q: %s.", spec.Name, value, hint))
}

func (spec SettingSpec) inRange(v string) error {
	x, min, max := rat(v), rat(spec.Min), rat(spec.Max)
	low, high := x.Cmp(min), x.Cmp(max)
	if low < 0 || high > 0 || (spec.Open && (low == 0 || high == 0)) {
		ends := "both included"
		if spec.Open {
			ends = "neither included"
		}
		return spec.wrong(v, fmt.Sprintf("it must lie between %s and %s, %s", spec.Min, spec.Max, ends))
	}
	return nil
}

// CheckTogether refuses values that contradict each other: cut-offs may be equal, never reversed.
func (s Settings) CheckTogether() error {
	for _, p := range orderedPairs {
		if rat(s.Text(p.low)).Cmp(rat(s.Text(p.high))) > 0 {
			return Invalid("value", fmt.Sprintf("%s (%s) would be above %s (%s). The two may be equal, never reversed.",
				p.low, s.Text(p.low), p.high, s.Text(p.high)))
		}
	}
	if s.Int("BASELINE_FROM_DAYS") <= s.Int("BASELINE_TO_DAYS") {
		return Invalid("value", "BASELINE_FROM_DAYS must lie above BASELINE_TO_DAYS: the baseline is counted back from the day of the check.")
	}
	if s.Int("BASELINE_TO_DAYS") < s.Int("RECENT_WINDOW_DAYS") {
		return Invalid("value", "BASELINE_TO_DAYS must not lie below RECENT_WINDOW_DAYS: the two windows would share days.")
	}
	return s.oneTrainer()
}

// plainDecimal accepts digits with at most one point: no sign, exponent, infinity or fraction bar.
func plainDecimal(v string) bool {
	digits, points := 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && digits <= 18 && points <= 1
}

func rat(v string) *big.Rat {
	r, ok := new(big.Rat).SetString(v)
	if !ok {
		panic(fmt.Sprintf("drift: %q is not a number", v))
	}
	return r
}

func parseKOfM(v string) (k, m int, ok bool) {
	a, b, found := strings.Cut(v, "/")
	if !found {
		return 0, 0, false
	}
	k, err1 := strconv.Atoi(a)
	m, err2 := strconv.Atoi(b)
	return k, m, err1 == nil && err2 == nil
}
