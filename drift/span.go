package drift

// OldLogDays is after how many days without a prediction and without a check a log is history, not a
// feed that broke.
const OldLogDays = 30

// LastCheck is the day of the newest check of a model's page; false where none has ever run.
func (d ModelData) LastCheck() (Date, bool) {
	last, any := Date(0), false
	for _, r := range d.Latest {
		if !any || r.Date > last {
			last, any = r.Date, true
		}
	}
	return last, any
}

// SpanEnd is the last day that a model's page shows: today. Of an old log it is the newest day with a
// prediction or a check, for up to today there is nothing to see. A feed that broke lately is shown
// up to today, for its silence is what there is to see.
func (d ModelData) SpanEnd(today Date) Date {
	data, any := Date(0), false
	for _, v := range d.Versions {
		if day := DateOf(v.Last); !v.Last.IsZero() && (!any || day > data) {
			data, any = day, true
		}
	}
	if !any || data >= today-OldLogDays {
		return today
	}
	end := data
	for _, r := range d.Latest {
		if r.Status == StatusOK || r.Date <= data+OldLogDays { // later ones only say that there is nothing
			end = max(end, r.Date)
		}
	}
	if end >= today-OldLogDays {
		return today
	}
	return end
}
