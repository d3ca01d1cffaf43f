package drift

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number is a float64 whose undefined values (NaN, and the infinities, which no measure here may
// take) are null in JSON and NULL in SQL. Undefined is never 0.
type Number float64

// Undefined is the Number that has no value.
func Undefined() Number { return Number(math.NaN()) }

// Defined reports whether n has a value.
func (n Number) Defined() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// Ptr returns nil where n is undefined, as drivers and templates want it.
func (n Number) Ptr() *float64 {
	if !n.Defined() {
		return nil
	}
	f := float64(n)
	return &f
}

// NumberFrom turns a nullable value into a Number.
func NumberFrom(f *float64) Number {
	if f == nil {
		return Undefined()
	}
	return Number(*f)
}

// MarshalJSON writes the shortest text that reads back to the same float, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Defined() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads a number or null.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Undefined()
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	*n = Number(f)
	return err
}
