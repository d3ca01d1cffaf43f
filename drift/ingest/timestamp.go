package ingest

import "time"

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 24 * 60 * 60 * microsPerSecond
)

const (
	notATime = "it must be a time like 2024-05-01T12:30:00Z"
	noZone   = "it has no time zone: end it with Z or an offset like +02:00"
)

// parseTime reads a time as doc.go describes it, in microseconds since 1970
// UTC. Where it cannot, it says why, to follow "… is …; ".
func parseTime(b []byte) (micros int64, reason string) {
	const least = len("2006-01-02T15:04:05")
	if len(b) < least || b[4] != '-' || b[7] != '-' || b[13] != ':' || b[16] != ':' ||
		(b[10]|0x20 != 't' && b[10] != ' ') {
		return 0, notATime
	}
	year, ok1 := twoDigits(b[0:2])
	year2, ok2 := twoDigits(b[2:4])
	month, ok3 := twoDigits(b[5:7])
	day, ok4 := twoDigits(b[8:10])
	hour, ok5 := twoDigits(b[11:13])
	minute, ok6 := twoDigits(b[14:16])
	second, ok7 := twoDigits(b[17:19])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !ok7 {
		return 0, notATime
	}
	year = year*100 + year2
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, "there is no such day"
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, "there is no such time of day"
	}
	fraction, rest, ok := parseFraction(b[least:])
	if !ok {
		return 0, notATime
	}
	offset, reason := parseOffset(rest)
	if reason != "" {
		return 0, reason
	}
	seconds := int64(daysSinceEpoch(year, month, day))*86400 + int64(hour*3600+minute*60+second-offset)
	return seconds*microsPerSecond + int64(fraction), ""
}

func twoDigits(b []byte) (n int, ok bool) {
	tens, ones := b[0]-'0', b[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// parseFraction reads an optional fraction of a second; what is finer than a
// microsecond is cut off.
func parseFraction(b []byte) (micros int, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' {
		return 0, b, true
	}
	end := skipDigits(b, 1)
	for i := 1; i <= 6; i++ {
		micros *= 10
		if i < end {
			micros += int(b[i] - '0')
		}
	}
	return micros, b[end:], end > 1
}

// parseOffset reads Z, ±hh, ±hhmm or ±hh:mm, in seconds east of UTC.
func parseOffset(b []byte) (seconds int, reason string) {
	if len(b) == 0 {
		return 0, noZone
	}
	if len(b) == 1 && b[0]|0x20 == 'z' {
		return 0, ""
	}
	if (b[0] != '+' && b[0] != '-') || len(b) < 3 {
		return 0, notATime
	}
	hours, ok := twoDigits(b[1:3])
	minutes := 0
	if rest := b[3:]; ok && len(rest) > 0 {
		if rest[0] == ':' {
			rest = rest[1:]
		}
		if ok = len(rest) == 2; ok {
			minutes, ok = twoDigits(rest)
		}
	}
	if !ok {
		return 0, notATime
	}
	if hours > 23 || minutes > 59 {
		return 0, "there is no such offset"
	}
	seconds = hours*3600 + minutes*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, ""
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01, in
// years that begin with March so that a leap day is a year's last.
func daysSinceEpoch(year, month, day int) int {
	if month <= 2 {
		year--
		month += 12
	}
	year += 400 // keeps the divisions below from rounding towards zero
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468 - 146097
}

// horizon is the span that times are accepted in.
type horizon struct{ latest int64 }

func horizonAt(now time.Time) horizon {
	return horizon{latest: now.UnixMicro() + microsPerDay}
}

// check says why a time lies outside, to follow "… is …; ".
func (h horizon) check(micros int64) (reason string) {
	switch {
	case micros < 0:
		return "times before 1970 are not accepted"
	case micros > h.latest:
		return "that is more than a day ahead of now"
	}
	return ""
}
