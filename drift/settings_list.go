package drift

// SettingSpecs lists every setting, in the order pages show them.
var SettingSpecs = []SettingSpec{
	pvalue("STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.001", "A statistical check is CRITICAL below this p."),
	pvalue("STATISTICAL_DRIFT_PVALUE_HIGH", "0.01", "A statistical check is HIGH below this p."),
	pvalue("STATISTICAL_DRIFT_PVALUE_MEDIUM", "0.05", "A statistical check is MEDIUM below this p."),
	fraction("PERFORMANCE_DRIFT_CRITICAL", "0.20", "Accuracy drop above which a performance check is CRITICAL."),
	fraction("PERFORMANCE_DRIFT_HIGH", "0.10", "Accuracy drop from which a performance check is HIGH."),
	fraction("PERFORMANCE_DRIFT_MEDIUM", "0.05", "Accuracy drop from which a performance check is MEDIUM."),
	fraction("PRECISION_DRIFT_HIGH", "0.15", "Precision drop from which the secondary severity is HIGH."),
	fraction("RECALL_DRIFT_HIGH", "0.15", "Recall drop from which the secondary severity is HIGH."),
	toggle("SECONDARY_METRIC_ALERTS", "false", "Cut-offs", "Lets the secondary severity raise alerts."),

	count("RECENT_WINDOW_DAYS", "7", "1", "365", "days", "Windows", "Length of the recent window, ending the day before the check."),
	count("BASELINE_FROM_DAYS", "60", "1", "365", "days", "Windows", "The baseline begins this many days before the check."),
	count("BASELINE_TO_DAYS", "30", "1", "365", "days", "Windows", "The baseline ends this many days before the check."),
	count("MIN_SCORES", "30", "2", "1000000", "scores", "Windows", "Fewer scores on a side cannot be judged statistically."),
	count("MIN_OUTCOMES", "10", "2", "1000000", "outcomes", "Windows", "Fewer outcomes on a side cannot be judged for accuracy."),
	count("MIN_OUTCOMES_PER_DAY", "10", "2", "1000000", "outcomes", "Windows", "A day with fewer outcomes has no daily metrics."),

	{Name: "GUARD_MIN_D", Kind: KindDecimal, Default: "0", Min: "0", Max: "1", Unit: "D", Group: "Guards", Help: "A statistical check whose D lies below this is NONE, whatever its p."},
	toggle("GUARD_SIGNIFICANT", "false", "Guards", "An accuracy drop must also be significant (one-sided p < 0.05)."),
	{Name: "GUARD_K_OF_M", Kind: KindKOfM, Default: "1/1", Unit: "days", Group: "Guards", Help: "An alert, or its rise, needs k of the last m checks to have found as much."},
	toggle("GUARD_FDR", "false", "Guards", "Adjusts the p-values of a day's checks by Benjamini and Hochberg."),

	{Name: "ALERT_MIN_SEVERITY", Kind: KindChoice, Default: "HIGH", Choices: []string{"MEDIUM", "HIGH", "CRITICAL"}, Group: "Alerts", Help: "The lowest severity that interrupts people; lower ones are alerts that make no sound and do not escalate."},
	count("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES", "60", "0", "10080", "minutes", "Alerts", "A CRITICAL alert that nobody acknowledged escalates after this time; 0 is never."),

	toggle("ENABLE_AUTO_RETRAIN", "false", "Retraining", "Master switch of automatic retraining."),
	toggle("ENABLE_AUTO_RETRAIN_FRAUD", "false", "Retraining", "Automatic retraining of fraud detectors."),
	toggle("ENABLE_AUTO_RETRAIN_CONFLICT", "false", "Retraining", "Automatic retraining of conflict predictors."),
	{Name: "AUTO_RETRAIN_ENABLED_TENANTS", Kind: KindList, Default: "[]", Group: "Retraining", Global: true, Help: `Tenants whose models may retrain by themselves: [] is nobody, ["*"] everybody.`},
	toggle("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT", "true", "Retraining", "CRITICAL drift waits for a manager."),
	toggle("ALLOW_SELF_APPROVAL", "false", "Retraining", "Whoever asked for a retrain may approve it."),
	count("RETRAIN_COOLDOWN_DAYS", "7", "0", "365", "days", "Retraining", "Time between two retrains of a model."),
	count("RETRAIN_MIN_TRAINING_SAMPLES", "100", "2", "100000000", "rows", "Retraining", "Labelled rows needed to train."),
	count("TRAINING_DATA_DAYS", "180", "1", "3650", "days", "Retraining", "How far back training data reaches."),
	count("RETRAIN_COUNTDOWN_MINUTES", "5", "0", "1440", "minutes", "Retraining", "Time to stop an automatic retrain before it begins."),
	count("APPROVAL_EXPIRY_HOURS", "48", "1", "720", "hours", "Retraining", "A request that nobody decides expires after this time."),
	global(count("MAX_CONCURRENT_RETRAIN_JOBS", "2", "1", "64", "jobs", "Retraining", "How many may train at once, over all tenants and servers. One server works on five at most.")),
	shell(count("TRAINER_TIMEOUT_MINUTES", "60", "1", "1440", "minutes", "Retraining", "A trainer that takes longer is stopped.")),
	shell(count("TRAINER_MEMORY_MIB", "2048", "64", "1048576", "MiB", "Retraining", "A trainer that needs more memory is stopped.")),
	validation("VALIDATION_FRAUD_MIN_PR_AUC", "0.70"),
	validation("VALIDATION_FRAUD_MIN_PRECISION_AT_80_RECALL", "0.50"),
	validation("VALIDATION_CONFLICT_MIN_ACCURACY", "0.70"),
	validation("VALIDATION_CONFLICT_MIN_PRECISION", "0.60"),
	validation("VALIDATION_CONFLICT_MIN_RECALL", "0.50"),
	validation("VALIDATION_CONFLICT_MIN_ROC_AUC", "0.70"),
	count("ROLLBACK_CHECK_HOURS", "24", "1", "720", "hours", "Rollback", "When a new version is judged against the one before."),
	{Name: "ROLLBACK_ACCURACY_DROP_THRESHOLD", Kind: KindDecimal, Default: "0.05", Min: "0", Max: "1", Unit: "fraction", Group: "Rollback", Help: "Accuracy drop above which a new version is rolled back."},
	count("ROLLBACK_MIN_OUTCOMES", "30", "2", "1000000", "outcomes", "Rollback", "Outcomes needed on both sides to decide."),

	global(count("PREDICTION_RETENTION_DAYS", "400", "0", "36500", "days", "Keeping", "Predictions older than this are dropped; 0 keeps them.")),
	global(count("EVENT_RETENTION_DAYS", "7", "1", "365", "days", "Keeping", "How long browsers can catch up from events.")),
	global(count("CATCH_UP_DAYS", "7", "0", "365", "days", "Keeping", "How far back missed daily jobs are caught up.")),
}

// settingFamilies are settings of which each registered model type has one: its name in capitals
// follows, every other character than A-Z and 0-9 as _.
var settingFamilies = []SettingSpec{
	toggle(retrainSwitch, "false", "Retraining", "Automatic retraining of this model type."),
	{Name: trainerCommand, Kind: KindList, Default: "[]", Group: "Retraining", Global: true, Shell: true, Help: `Program that trains this model type, with its arguments: ["python3", "/srv/train.py"]; [] is the built-in trainer.`},
	{Name: trainerURL, Kind: KindURL, Default: "", Group: "Retraining", Global: true, Shell: true, Help: "Service that trains this model type, https:// or, on this machine, http://: its rows are sent there. Empty is none."},
	{Name: trainerSecret, Kind: KindSecret, Default: "", Group: "Retraining", Global: true, Shell: true, Help: "Secret that signs what goes to this model type's training service, and its callbacks. Never shown."},
}

var settingByName = func() map[string]SettingSpec {
	m := make(map[string]SettingSpec, len(SettingSpecs))
	for _, s := range SettingSpecs {
		m[s.Name] = s
	}
	return m
}()

// orderedPairs may be equal, never reversed.
var orderedPairs = []struct{ low, high string }{
	{"STATISTICAL_DRIFT_PVALUE_CRITICAL", "STATISTICAL_DRIFT_PVALUE_HIGH"},
	{"STATISTICAL_DRIFT_PVALUE_HIGH", "STATISTICAL_DRIFT_PVALUE_MEDIUM"},
	{"PERFORMANCE_DRIFT_MEDIUM", "PERFORMANCE_DRIFT_HIGH"},
	{"PERFORMANCE_DRIFT_HIGH", "PERFORMANCE_DRIFT_CRITICAL"},
}

func pvalue(name, def, help string) SettingSpec {
	return SettingSpec{Name: name, Kind: KindDecimal, Default: def, Min: "0", Max: "1", Open: true, Unit: "p", Group: "Cut-offs", Help: help}
}

func fraction(name, def, help string) SettingSpec {
	return SettingSpec{Name: name, Kind: KindDecimal, Default: def, Min: "0", Max: "1", Unit: "fraction", Group: "Cut-offs", Help: help}
}

func validation(name, def string) SettingSpec {
	s := fraction(name, def, "A candidate below this is refused.")
	s.Group = "Validation"
	return s
}

func toggle(name, def, group, help string) SettingSpec {
	return SettingSpec{Name: name, Kind: KindBool, Default: def, Group: group, Help: help}
}

func count(name, def, min, max, unit, group, help string) SettingSpec {
	return SettingSpec{Name: name, Kind: KindInt, Default: def, Min: min, Max: max, Unit: unit, Group: group, Help: help}
}

func global(s SettingSpec) SettingSpec { s.Global = true; return s }

// shell marks what decides over the machine itself.
func shell(s SettingSpec) SettingSpec { s.Global, s.Shell = true, true; return s }
