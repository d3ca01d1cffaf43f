// Package oncall says who is on call: at a time, next, and over the weeks to come, from a team's weekly
// rota, swaps and imported turns. It reads and writes iCalendar. Pure: plans in, turns out.
//
// A handover happens at a clock time of the rota's zone. Where the clock skips that time, it happens as
// much later as the clock skips; where the clock shows it twice, the first time (RFC 5545, 3.3.5).
package oncall
