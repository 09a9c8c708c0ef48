-- CUR 2.0 to Daybook's line view: one row per line item, money as exact decimals.
-- Columns: AWS Data Exports User Guide, "Cost and Usage Report 2.0 (CUR 2.0)".
-- Amortized cost: AWS CUR Query Library and Cloud Intelligence Dashboards, summary view.
--
-- A line belongs to the day its usage starts (UTC). A few lines of a billing period start outside
-- its month (late usage, fees of a term): they are booked on the period's nearest day, so that the
-- days of a month always add up to the month's bill and no day is written by two periods.
SELECT
    CASE
        WHEN line_item_usage_start_date IS NULL THEN period_first
        WHEN CAST(line_item_usage_start_date AS date) < period_first THEN period_first
        WHEN CAST(line_item_usage_start_date AS date) > period_last THEN period_last
        ELSE CAST(line_item_usage_start_date AS date)
    END AS billing_day,
    coalesce(line_item_usage_account_id, '') AS account_id,
    coalesce(line_item_usage_account_name, '') AS account_name,
    coalesce(
        nullif(element_at(product, 'product_name'), ''),
        nullif(product_servicecode, ''),
        nullif(line_item_product_code, ''),
        'Unknown'
    ) AS service,
    CASE
        WHEN line_item_line_item_type IN (
            'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation'
        ) THEN 'Usage'
        WHEN line_item_line_item_type IN ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee')
            THEN 'Commitment'
        WHEN line_item_line_item_type = 'Fee'
            AND coalesce(reservation_reservation_a_r_n, '') <> '' THEN 'Commitment'
        WHEN line_item_line_item_type IN ('Fee', 'FlatRateSubscription') THEN 'Fee'
        WHEN line_item_line_item_type IN ('EdpDiscount', 'PrivateRateDiscount', 'BundledDiscount')
            THEN 'Discount'
        ELSE coalesce(line_item_line_item_type, 'Unknown')
    END AS charge_type,
    coalesce(line_item_currency_code, '') AS currency,
    coalesce(CAST(line_item_unblended_cost AS decimal(38, 12)), 0) AS unblended,
    coalesce(
        CASE
            WHEN line_item_line_item_type = 'SavingsPlanCoveredUsage'
                THEN CAST(savings_plan_savings_plan_effective_cost AS decimal(38, 12))
            WHEN line_item_line_item_type = 'SavingsPlanRecurringFee'
                THEN coalesce(CAST(savings_plan_total_commitment_to_date AS decimal(38, 12)), 0)
                    - coalesce(CAST(savings_plan_used_commitment AS decimal(38, 12)), 0)
            WHEN line_item_line_item_type IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee')
                THEN CAST(0 AS decimal(38, 12))
            WHEN line_item_line_item_type = 'DiscountedUsage'
                THEN CAST(reservation_effective_cost AS decimal(38, 12))
            WHEN line_item_line_item_type = 'RIFee'
                THEN coalesce(
                        CAST(
                            reservation_unused_amortized_upfront_fee_for_billing_period
                            AS decimal(38, 12)
                        ),
                        0
                    )
                    + coalesce(CAST(reservation_unused_recurring_fee AS decimal(38, 12)), 0)
            WHEN line_item_line_item_type = 'Fee'
                AND coalesce(reservation_reservation_a_r_n, '') <> ''
                THEN CAST(0 AS decimal(38, 12))
            WHEN line_item_line_item_type = 'Refund'
                AND line_item_product_code = 'ComputeSavingsPlans'
                AND line_item_line_item_description
                    LIKE 'Refund for one-time fee for Savings Plan ID%'
                THEN CAST(0 AS decimal(38, 12))
            ELSE CAST(line_item_unblended_cost AS decimal(38, 12))
        END,
        0
    ) AS amortized,
    line_item_line_item_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
        AND CAST(line_item_usage_start_date AS date) <= period_last AS metered,
    bill_bill_type = 'Anniversary' AND coalesce(bill_invoice_id, '') <> '' AS invoiced
FROM export
