-- The line view, whatever the source: a line belongs to the day its usage starts (UTC); one that
-- starts outside the billing period's month to the period's nearest day, so that no day is written
-- by two periods (docs/decisions/0001-a-line-belongs-to-one-day-of-its-period.md).
SELECT
    CASE
        WHEN usage_day IS NULL OR usage_day < period_first THEN period_first
        WHEN usage_day > period_last THEN period_last
        ELSE usage_day
    END AS billing_day,
    source.*
FROM source
