//go:build torture

package main_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// shuffled is so many of each target, in any order.
func shuffled(n map[string]int) (rounds []string) {
	for target, times := range n {
		rounds = append(rounds, slices.Repeat([]string{target}, times)...)
	}
	rand.Shuffle(len(rounds), func(i, j int) { rounds[i], rounds[j] = rounds[j], rounds[i] })
	return rounds
}

// The server is killed twenty times and its PostgreSQL five times, with an open browser beside the
// program on the socket.
func TestTortureKillRounds(t *testing.T) {
	killRounds(t, shuffled(map[string]int{"server": 20, "postgres": 5}), watchInBrowser)
}

// Nearly a week of missed days, and in the middle of a 03:00 job its server is killed, four times, or
// the PostgreSQL of both, twice.
func TestTortureTwoServers(t *testing.T) {
	twoServers(t, history{tenants: 20, days: 67, perDay: 80, today: drift.DateOf(time.Now())}, 6,
		shuffled(map[string]int{"server": 4, "postgres": 2}))
}

// An import of 300,000 rows is killed ten times, and its PostgreSQL five times.
func TestTortureImport(t *testing.T) {
	importKilled(t, history{tenants: 5, days: 60, perDay: 1000, today: drift.DateOf(time.Now())},
		shuffled(map[string]int{"command": 10, "postgres": 5}))
}

// The server is stopped ten times under load, by either signal.
func TestTortureStop(t *testing.T) {
	stopUnderLoad(furnish(t), 5)
}

// A wall hangs for a day, in stepped time, and holds no more at its end than at its beginning.
func TestTortureWallDay(t *testing.T) {
	early, late := wallMemory(t, wallHour, 23*wallHour)
	keepsItsSize(t, early, late)
}
