-- Control sums: what each day's breakdown must hold per account, service, charge type and currency.
-- Summed from the lines on their own, with no join and nothing of the breakdown's: a join that
-- drops, doubles or moves a line is seen, even one that costs nothing, by the count of rows.
WITH daily AS (
    SELECT
        billing_day,
        account_id,
        service,
        charge_type,
        currency,
        count(*) AS line_count,
        sum(unblended) AS unblended,
        sum(amortized) AS amortized,
        sum(net_unblended) AS net_unblended,
        sum(net_amortized) AS net_amortized,
        max(CASE WHEN states_net THEN 1 ELSE 0 END) AS has_net,
        max(CASE WHEN metered THEN usage_hour END) AS last_hour
    FROM lines
    GROUP BY billing_day, account_id, service, charge_type, currency
),

period AS (
    SELECT daily.*, max(has_net) OVER () AS period_has_net
    FROM daily
)

SELECT
    period.account_id AS "LinkedAccount",
    period.service AS "Service",
    period.charge_type AS "ChargeType",
    period.currency AS "Currency",
    1 AS "Rows",
    period.unblended AS "UnblendedCost",
    period.amortized AS "AmortizedCost",
    CASE WHEN period_has_net = 1 THEN period.net_unblended END AS "NetUnblendedCost",
    CASE WHEN period_has_net = 1 THEN period.net_amortized END AS "NetAmortizedCost",
    period.line_count AS "Lines",
    CAST(period.last_hour AS integer) AS "LastHour",
    period.billing_day AS staged_day
FROM period
