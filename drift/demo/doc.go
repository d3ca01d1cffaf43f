// Package demo invents the history that `driftwatch serve --demo` shows: two tenants, six models,
// 75 days, each model with a story. It is pure and seeded: the same seed and day give the same
// rows, as NDJSON that goes through the same import as anybody's log.
//
// Behind each row stands a small world: features are drawn, the outcome is drawn from a logistic
// law of the features, and the logged score is what a model fitted to the world as it was says of
// them. A story changes the features' distribution, the law, or what is reported of outcomes; so
// scores and accuracy drift for a reason that a retrained model could learn.
package demo
