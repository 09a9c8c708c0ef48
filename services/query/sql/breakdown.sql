-- The OU breakdown of a billing period: aggregate the lines first, then look the OU up as it was
-- on the day. Joining after the aggregation touches a hundredth of the rows.
WITH daily AS (
    SELECT
        billing_day,
        account_id,
        max(account_name) AS account_name,
        service,
        charge_type,
        currency,
        sum(unblended) AS unblended,
        sum(amortized) AS amortized,
        sum(net_unblended) AS net_unblended,
        sum(net_amortized) AS net_amortized,
        max(CASE WHEN states_net THEN 1 ELSE 0 END) AS has_net
    FROM lines
    GROUP BY billing_day, account_id, service, charge_type, currency
),

-- Net costs are those of the whole period or of none of it: a part would look like a discount.
period AS (
    SELECT daily.*, max(has_net) OVER () AS period_has_net
    FROM daily
)

SELECT
    period.billing_day AS "BillingDate",
    coalesce(organization.ou, 'Unmapped') AS "OU",
    period.service AS "Service",
    period.account_id AS "LinkedAccount",
    coalesce(nullif(organization.account_name, ''), period.account_name) AS "AccountName",
    coalesce(organization.ou_id, '') AS "OUId",
    coalesce(organization.ou_path, 'Unmapped') AS "OUPath",
    period.charge_type AS "ChargeType",
    period.unblended AS "UnblendedCost",
    period.amortized AS "AmortizedCost",
    period.currency AS "Currency",
    CASE WHEN period_has_net = 1 THEN period.net_unblended END AS "NetUnblendedCost",
    CASE WHEN period_has_net = 1 THEN period.net_amortized END AS "NetAmortizedCost",
    period.billing_day AS staged_day
FROM period
LEFT JOIN organization
    ON organization.account_id = period.account_id
    AND period.billing_day >= organization.valid_from
    AND period.billing_day < organization.valid_to
