package oncall

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/driftwatch/driftwatch/drift"
)

// Write gives the turns of a plan in [from, to) as an iCalendar file, swaps applied: one VEVENT a turn,
// its times in UTC, its summary the person's name. Read takes it back.
func Write(p drift.Plan, from, to, now time.Time) string {
	cal := ical.NewCalendarFor("Driftwatch")
	cal.SetMethod(ical.MethodPublish)
	cal.SetName("On call: " + p.Team)
	for _, t := range Turns(p, from, to) {
		if t.Person == "" {
			continue
		}
		sum := sha256.Sum256([]byte(p.Team + "\x00" + t.Person + "\x00" + t.From.UTC().Format(time.RFC3339)))
		e := cal.AddEvent(hex.EncodeToString(sum[:12]) + "@driftwatch")
		e.SetDtStampTime(now)
		e.SetStartAt(t.From)
		e.SetEndAt(t.To)
		e.SetSummary(t.Person)
		e.SetTimeTransparency(ical.TransparencyTransparent)
		if t.Swap {
			e.SetDescription("Swapped by " + t.By)
		}
	}
	return cal.Serialize()
}
