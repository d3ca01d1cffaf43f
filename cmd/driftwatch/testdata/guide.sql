-- Every SQL query that the operator guide prints, as it prints it, each under the name of its
-- section. The end-to-end tests run them on the demo.

-- guide: SQL Monitoring Query
-- Recent drift alerts (last 7 days)
SELECT
    created_at,
    severity,
    message,
    status,
    metadata->>'drift_report'->>'drift_severity' AS drift_severity,
    metadata->>'recommendation' AS recommendation
FROM noc_alert_event
WHERE alert_type = 'ML_DRIFT_DETECTED'
  AND created_at >= NOW() - INTERVAL '7 days'
ORDER BY created_at DESC;

-- guide: Issue 1: No Metrics Being Computed
-- Check if outcomes are populated
SELECT
    COUNT(*) AS total,
    COUNT(*) FILTER (WHERE actual_conflict_occurred IS NOT NULL) AS with_outcomes
FROM ml_prediction_log
WHERE created_at >= NOW() - INTERVAL '7 days';

-- If with_outcomes = 0, outcome tracking task not working
-- Check Celery logs: celery -A intelliwiz_config.celery inspect active

-- guide: Model Health Dashboard
-- Last 30 days of model performance
SELECT
    metric_date,
    ROUND(accuracy::numeric, 3) AS accuracy,
    ROUND(precision::numeric, 3) AS precision,
    ROUND(recall::numeric, 3) AS recall,
    total_predictions,
    predictions_with_outcomes,
    ROUND((predictions_with_outcomes::float / total_predictions * 100)::numeric, 1) AS completeness_pct,
    is_degraded
FROM ml_model_performance_metrics
WHERE model_type = 'fraud_detector'
  AND metric_date >= CURRENT_DATE - INTERVAL '30 days'
ORDER BY metric_date DESC;

-- guide: Drift Trend Analysis
-- Accuracy trend (30 days)
SELECT
    metric_date,
    ROUND(accuracy::numeric, 3) AS accuracy,
    ROUND(performance_delta_from_baseline::numeric, 3) AS delta_from_baseline,
    CASE
        WHEN is_degraded THEN 'DEGRADED'
        WHEN accuracy >= 0.85 THEN 'EXCELLENT'
        WHEN accuracy >= 0.75 THEN 'GOOD'
        ELSE 'POOR'
    END AS health_status
FROM ml_model_performance_metrics
WHERE model_type = 'fraud_detector'
  AND metric_date >= CURRENT_DATE - INTERVAL '30 days'
ORDER BY metric_date DESC;

-- guide: Daily Checks
SELECT * FROM noc_alert_event
WHERE alert_type = 'ML_DRIFT_DETECTED'
  AND created_at >= CURRENT_DATE;

-- guide: Daily Checks
SELECT * FROM ml_model_performance_metrics
WHERE metric_date = CURRENT_DATE - 1;
