// Package logistic is the built-in trainer: a logistic regression with an L2 penalty over the
// features that the prediction log holds. [Run] works on a job's folder, the same that trainers
// of others get; [Load] reads the model it leaves. Nothing is drawn at random and no sum depends
// on how goroutines run: the same rows give the same bytes.
//
// # Features
//
// A feature whose values are all numbers or bools is numeric, any other categorical. A numeric
// one is standardised by the training rows' mean and population standard deviation, the median
// standing in where it is missing. Where it has 3 to 64 different values and 20 rows a value or
// more, each value is a category besides: hours, weekdays and codes are no straight line. A
// category is a column of 0 and 1, as is "any other" and "missing" where 5 training rows or more
// are; a level that training did not know is "any other", or nothing. A text feature keeps its 50
// most frequent levels. Dropped, with the reason in metrics.json, are features that are always the
// same, texts that look like identifiers, counters that grow with every row, and what has no
// value at all. JSON has no NaN or infinity; numbers beyond a float64 count as missing, as do
// lists and objects.
//
// # Fit
//
// The objective is scikit-learn's (see [Objective]), the minimum found by Newton's method with
// a line search to a gradient of 1e-10 of that at the origin. Columns of 0 and 1 are stored as
// indices, numeric ones in blocks that stay in the cache. Designs wider than 400 columns are
// solved by conjugate gradients inside Newton's iterations.
//
// # What is chosen, and by which rows
//
// The rows are cut into six stretches of time, and each but the first is scored by a model of all
// before it, its features learned from those alone. The strength of the penalty is the one of
// [Strengths] with the lowest log loss over these out-of-fold scores. Where the rarer class is
// below a fifth, balanced class weights compete too, the base rate put back into the intercept
// so that log losses compare. Platt's or an isotonic calibration is taken only where, taught by
// the earlier 60 % of the out-of-fold rows, it lowers log loss and calibration error both on the
// later ones. The threshold is the one of the highest F1 for a fraud detector, of the highest
// accuracy with recall ≥ 0.5 and precision ≥ 0.6 for a conflict predictor; one half where fewer
// than 50 rows could be scored.
package logistic
