-- The columns that a month's lines fill, for the lines from `first_line` until `last_line` (excluded).
-- Each value is a function of the line's number and the seed: any range can be made on its own.
WITH drawn AS (
    SELECT
        range AS n,
        uniform(range, 1) AS kind_at,
        1 + floor(uniform(range, 2) ** 3 * (getvariable('accounts') - 0.01))::BIGINT AS account,
        -- AWS dates what is no usage on the month's first day, most of it.
        CASE WHEN kind_at < 0.95 THEN floor(uniform(range, 3) * 30.99) ELSE 0 END AS day,
        floor(uniform(range, 4) * 23.99) AS hour,
        uniform(range, 5) AS amount_at,
        uniform(range, 6) AS meter_at,
        uniform(range, 7) AS used_at,
        hash(range, getvariable('seed')) AS noise
    FROM range(getvariable('first_line')::BIGINT, getvariable('last_line')::BIGINT)
),

line AS (
    SELECT
        drawn.*,
        -- Each account uses twelve meters of all, some more than others.
        hash(account, floor(meter_at ** 2 * 11.99)::BIGINT) % getvariable('meters') AS meter_id,
        timestamp_ms '2026-05-01' + to_hours((day * 24 + hour)::BIGINT) AS begins,
        round(-ln(1 - least(amount_at, 0.999999)) * 1.7, 10) AS cost,
        CASE
            WHEN kind_at < 0.70 THEN 'Usage'
            WHEN kind_at < 0.80 THEN 'SavingsPlanCoveredUsage'
            WHEN kind_at < 0.90 THEN 'SavingsPlanNegation'
            WHEN kind_at < 0.95 THEN 'DiscountedUsage'
            WHEN kind_at < 0.965 THEN 'EdpDiscount'
            WHEN kind_at < 0.98 THEN 'Tax'
            WHEN kind_at < 0.985 THEN 'Credit'
            WHEN kind_at < 0.99 THEN 'RIFee'
            WHEN kind_at < 0.995 THEN 'SavingsPlanRecurringFee'
            ELSE 'Fee'
        END AS kind
    FROM drawn
)

SELECT
    'Anniversary' AS bill_bill_type,
    'AWS' AS bill_billing_entity,
    timestamp_ms '2026-05-01' AS bill_billing_period_start_date,
    timestamp_ms '2026-06-01' AS bill_billing_period_end_date,
    '2026050001' AS bill_invoice_id,
    'Amazon Web Services, Inc.' AS bill_invoicing_entity,
    '100000000000' AS bill_payer_account_id,
    'payer' AS bill_payer_account_name,
    md5(n || 'line') || left(md5(n || 'item'), 20) AS identity_line_item_id,
    strftime(begins, '%Y-%m-%dT%H:00:00Z/') || strftime(begins + INTERVAL 1 HOUR, '%Y-%m-%dT%H:00:00Z')
        AS identity_time_interval,
    meter.region || chr((97 + noise % 3)::INTEGER) AS line_item_availability_zone,
    cost AS line_item_blended_cost,
    meter.rate AS line_item_blended_rate,
    'USD' AS line_item_currency_code,
    'Amazon Web Services, Inc.' AS line_item_legal_entity,
    meter.description AS line_item_line_item_description,
    kind AS line_item_line_item_type,
    meter.operation AS line_item_operation,
    meter.product_code AS line_item_product_code,
    'arn:aws:' || lower(meter.product_code) || ':' || meter.region || ':' || owner.id || ':resource/'
        || left(md5((noise % 20000)::VARCHAR || owner.id), 17) AS line_item_resource_id,
    CASE WHEN kind = 'Tax' THEN 'SalesTax' END AS line_item_tax_type,
    CASE WHEN kind IN ('SavingsPlanNegation', 'EdpDiscount', 'Credit') THEN -cost
        WHEN kind = 'DiscountedUsage' THEN 0.0 ELSE cost END AS line_item_unblended_cost,
    meter.rate AS line_item_unblended_rate,
    owner.id AS line_item_usage_account_id,
    owner.name AS line_item_usage_account_name,
    round(cost * 13, 8) AS line_item_usage_amount,
    begins + INTERVAL 1 HOUR AS line_item_usage_end_date,
    begins AS line_item_usage_start_date,
    meter.usage_type AS line_item_usage_type,
    'USD' AS pricing_currency,
    CASE WHEN kind LIKE '%Usage' THEN round(cost * 1.2, 10) ELSE 0.0 END
        AS pricing_public_on_demand_cost,
    meter.rate AS pricing_public_on_demand_rate,
    meter.sku || '.JRTCKXETXF.6YS6EN2CT7' AS pricing_rate_code,
    meter.rate_id AS pricing_rate_id,
    'OnDemand' AS pricing_term,
    'Hrs' AS pricing_unit,
    meter.product AS product,
    meter.operation AS product_operation,
    'Compute Instance' AS product_product_family,
    meter.region AS product_region_code,
    meter.product_code AS product_servicecode,
    meter.sku AS product_sku,
    meter.usage_type AS product_usagetype,
    CASE WHEN kind = 'DiscountedUsage' THEN round(cost * 0.6, 10) ELSE 0.0 END
        AS reservation_effective_cost,
    CASE WHEN kind IN ('DiscountedUsage', 'RIFee')
        THEN 'arn:aws:ec2:us-east-1:100000000000:reserved-instances/' || md5((noise % 50)::VARCHAR)
        END AS reservation_reservation_a_r_n,
    CASE WHEN kind = 'RIFee' THEN round(cost * used_at * 0.1, 10) ELSE 0.0 END
        AS reservation_unused_amortized_upfront_fee_for_billing_period,
    CASE WHEN kind = 'RIFee' THEN round(cost * used_at * 0.2, 10) ELSE 0.0 END
        AS reservation_unused_recurring_fee,
    CASE WHEN noise % 10 < 7
        THEN MAP {'user_team': 'team-' || (account % 40), 'user_cost_center': 'cc-' || (noise % 90)}
        ELSE MAP {} END AS resource_tags,
    CASE WHEN kind LIKE 'SavingsPlan%'
        THEN 'arn:aws:savingsplans::100000000000:savingsplan/' || md5((noise % 20)::VARCHAR)
        END AS savings_plan_savings_plan_a_r_n,
    CASE WHEN kind = 'SavingsPlanCoveredUsage' THEN round(cost * 0.7, 10) ELSE 0.0 END
        AS savings_plan_savings_plan_effective_cost,
    CASE WHEN kind = 'SavingsPlanRecurringFee' THEN cost ELSE 0.0 END
        AS savings_plan_total_commitment_to_date,
    CASE WHEN kind = 'SavingsPlanRecurringFee' THEN round(cost * used_at, 10) ELSE 0.0 END
        AS savings_plan_used_commitment
FROM line
JOIN owner ON owner.number = line.account
JOIN meter ON meter.number = line.meter_id

