package page

import (
	"github.com/driftwatch/driftwatch/views/lang"
)

// NumberVM says how one number is computed.
type NumberVM struct {
	ID, Name, Formula string // Name is a sentence of the catalogue where it is a word
	What, Inputs      string
	Source            string
}

// Numbers are all that the pages show, in the order of the page that explains them.
func Numbers(l lang.Lang) []NumberVM {
	return []NumberVM{
		{"ks-d", "D", "D = max |F₁(x) − F₂(x)|", l.T("The largest distance between the shares of recent and of baseline scores at or below any score. 0 is no difference, 1 is none in common."), l.T("All scores of both windows of the version. Computed in whole numbers; equal scores are taken together."), "Kolmogorov 1933, Smirnov 1939"},
		{"p", "p", "P(D ≥ d)", l.T("How often two samples of these sizes from one distribution would lie at least as far apart. Below 0.001 drift is critical, below 0.01 high, below 0.05 medium, unless the settings say otherwise."), l.T("D and both sample sizes. Exact by counting paths where 10,000,000 steps are enough, else the Kolmogorov limit at (√n + 0.12 + 0.11/√n)·D with n = n₁n₂/(n₁+n₂)."), "Hodges 1958; Stephens 1970"},
		{"min-d", "D min", "min {D : p(D) < 0.01}", l.T("The smallest D that these sample sizes could have found as high drift. A smaller change stays unseen."), l.T("Both sample sizes and the cut-off of high drift."), contract},
		{"material", "D ≥ 0.1", "D ≥ 0.1", l.T("Whether the change is large, whatever its p: with many scores even a tiny one is sure."), l.T("D alone."), contract},
		{"psi", "PSI", "Σ (rᵢ − bᵢ) · ln(rᵢ / bᵢ)", l.T("Population stability index: how far the shares in ten bins moved. Below 0.1 is little, 0.2 and more is much."), l.T("Shares in the baseline’s deciles, each at least 0.0001; of a feature also its categories, and missing values as a bin."), "Siddiqi 2006"},
		{"js", "JS", "√(½ KL(r‖m) + ½ KL(b‖m)), m = (r + b)/2", l.T("Jensen-Shannon distance: 0 for the same shares, 1 for none in common."), l.T("The same ten bins as PSI, logarithms to base 2."), "Lin 1991; Endres and Schindelin 2003"},
		{"w1", "W₁", "∫ |F₁(x) − F₂(x)| dx / max(σ, 0.001)", l.T("Wasserstein distance: how far scores have to be moved on average to turn one distribution into the other, in standard deviations of the baseline."), l.T("All scores of both windows and the baseline’s standard deviation."), "Vallender 1974"},
		{"accuracy", l.T("Accuracy"), "(TP + TN) / n", l.T("The share of predictions that came true. A drop above 20 points is critical, from 10 high, from 5 medium, unless the settings say otherwise."), l.T("All outcomes known in a window, pooled over its days and compared in whole numbers."), contract},
		{"precision", l.T("Precision"), "TP / (TP + FP)", l.T("Of what it called a yes, how much was one."), l.T("The outcomes of a window or a day whose prediction was a yes."), contract},
		{"recall", l.T("Recall"), "TP / (TP + FN)", l.T("Of what was a yes, how much it called."), l.T("The outcomes of a window or a day that were a yes."), contract},
		{"f1", "F1", "2 · precision · recall / (precision + recall)", l.T("Both of these in one number."), l.T("Precision and recall of the same outcomes."), "van Rijsbergen 1979"},
		{"wilson", "Wilson", "(p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n), z = 1.96", l.T("Where a share lies with 95 % confidence, given how few or many outcomes it stands on."), l.T("The number of outcomes and how many of them were right."), "Wilson 1927"},
		{"newcombe", "Newcombe", "b − r ± √((b − l_b)² + (u_r − r)²)", l.T("Where the drop between two shares lies with 95 % confidence."), l.T("The Wilson intervals of both windows."), "Newcombe 1998, method 10"},
		{"z-test", l.T("p, one-sided"), "z = (b − r) / √(p̄(1−p̄)(1/n₁ + 1/n₂))", l.T("How often chance alone would make accuracy fall at least this far. Below 0.05 a drop is significant."), l.T("Right and all outcomes of both windows, pooled under the null."), "Pearson 1900"},
		{"roc-auc", "ROC AUC", "P(score of a yes > score of a no) + ½ P(equal)", l.T("How well scores order the outcomes; 0.5 is chance."), l.T("Scores with their outcomes; undefined where one kind of outcome is missing."), "Hanley and McNeil 1982"},
		{"pr-auc", "PR AUC, AP", "Σ (Rₙ − Rₙ₋₁) · Pₙ", l.T("Average precision over all cut-offs."), l.T("Scores with their outcomes, in the order of the scores."), "Davis and Goadrich 2006"},
		{"ece", "ECE", "Σ nᵢ/n · |mean score − share that came true|", l.T("Calibration error: the mean gap between what scores promise and what comes true."), l.T("Outcomes in ten equally wide bins of scores."), "Naeini, Cooper and Hauskrecht 2015"},
		{"brier", "Brier", "Σ (score − outcome)² / n", l.T("Mean squared error of the scores."), l.T("Scores with their outcomes, a yes being 1."), "Brier 1950"},
		{"log-loss", "Log loss", "−Σ ln(score of what happened) / n", l.T("What sure mistakes cost."), l.T("Scores with their outcomes, clipped at 2.22e-16."), "Good 1952"},
		{"cbpe", "CBPE", "Σ (p̂ if predicted yes, else 1 − p̂) / n", l.T("Accuracy estimated from scores alone, while outcomes are late. Scores are first calibrated on the baseline’s outcomes; the interval holds chance and the calibration’s own error. It cannot see that the meaning of a score has changed, so look at how right it has been."), l.T("Scores of the recent window, scores and outcomes of the baseline; isotonic regression."), "NannyML, confidence-based performance estimation; Zadrozny and Elkan 2002"},
		{"bh", "q, Benjamini-Hochberg", "q₍ᵢ₎ = min over j ≥ i of (m/j) · p₍ⱼ₎", l.T("p corrected for looking at many features or slices at once: of those with q below 0.05, at most one in twenty is expected to be a false alarm."), l.T("The p of every feature, or of every slice with enough outcomes."), "Benjamini and Hochberg 1995"},
		{"chi2", "χ²", "Σ (observed − expected)² / expected", l.T("Compares how often each category came up in the two windows."), l.T("Counts of the 50 most frequent categories, the rest as one, missing values as one."), "Pearson 1900"},
		{"coverage", l.T("Coverage"), "outcomes / predictions", l.T("How many predictions have an outcome by now. Silence is never taken for a good outcome."), l.T("Predictions of a window, and those of them whose outcome has come in."), contract},
		{"windows", l.T("Windows"), "recent = [D − 7 d, D), baseline = [D − 60 d, D − 30 d)", l.T("What a check of day D compares: whole days in UTC, the last one left out, of the same version."), l.T("Settings RECENT_WINDOW_DAYS, BASELINE_FROM_DAYS and BASELINE_TO_DAYS. Where the baseline window holds too little, the version’s validation set."), contract},
	}
}

// contract names the source of what this program itself lays down.
const contract = "Driftwatch, drift/detect"
