-- What drives cost: each day's cost and use per account, service, charge type, usage type and
-- region. From the lines themselves, like the control sums; a row that costs nothing by any metric
-- is left out, so the sums are the breakdown's (docs/decisions/0030-drivers-per-billing-period.md).
WITH daily AS (
    SELECT
        billing_day,
        account_id,
        service,
        charge_type,
        usage_type,
        region,
        currency,
        sum(usage_amount) AS usage_amount,
        sum(unblended) AS unblended,
        sum(amortized) AS amortized,
        sum(net_unblended) AS net_unblended,
        sum(net_amortized) AS net_amortized,
        max(CASE WHEN states_net THEN 1 ELSE 0 END) AS has_net
    FROM lines
    GROUP BY billing_day, account_id, service, charge_type, usage_type, region, currency
),

period AS (
    SELECT daily.*, max(has_net) OVER () AS period_has_net
    FROM daily
)

SELECT
    period.billing_day AS "BillingDate",
    period.account_id AS "LinkedAccount",
    period.service AS "Service",
    period.charge_type AS "ChargeType",
    period.usage_type AS "UsageType",
    period.region AS "Region",
    period.currency AS "Currency",
    period.usage_amount AS "UsageAmount",
    period.unblended AS "UnblendedCost",
    period.amortized AS "AmortizedCost",
    CASE WHEN period_has_net = 1 THEN period.net_unblended END AS "NetUnblendedCost",
    CASE WHEN period_has_net = 1 THEN period.net_amortized END AS "NetAmortizedCost",
    period.billing_day AS staged_day
FROM period
WHERE period.unblended <> 0
    OR period.amortized <> 0
    OR coalesce(period.net_unblended, 0) <> 0
    OR coalesce(period.net_amortized, 0) <> 0
