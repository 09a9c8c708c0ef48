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
        sum(amortized) AS amortized
    FROM lines
    GROUP BY billing_day, account_id, service, charge_type, currency
)
SELECT
    daily.billing_day AS "BillingDate",
    coalesce(organization.ou, 'Unmapped') AS "OU",
    daily.service AS "Service",
    daily.account_id AS "LinkedAccount",
    coalesce(nullif(organization.account_name, ''), daily.account_name) AS "AccountName",
    coalesce(organization.ou_id, '') AS "OUId",
    coalesce(organization.ou_path, 'Unmapped') AS "OUPath",
    daily.charge_type AS "ChargeType",
    daily.unblended AS "UnblendedCost",
    daily.amortized AS "AmortizedCost",
    daily.currency AS "Currency",
    daily.billing_day AS staged_day
FROM daily
LEFT JOIN organization
    ON organization.account_id = daily.account_id
    AND daily.billing_day >= organization.valid_from
    AND daily.billing_day < organization.valid_to
