-- Legacy CUR, spelled as a CUR 2.0: `cur2.sql` reads what this query returns.
-- Columns: AWS Cost and Usage Reports User Guide, "Data dictionary". A report has the columns of
-- what occurred in its month only, so few are required. Names are compared by their letters and
-- digits, so `lineItem/UnblendedCost` of a CSV is `line_item_unblended_cost` of a Parquet file.
--
-- layout: legacy
-- spelled as: cur2
-- period: bill_billing_period_start_date, line_item_usage_start_date
-- columns:
--   line_item_usage_start_date                                      timestamp required
--   line_item_usage_account_id                                      text      required
--   line_item_unblended_cost                                        money     required
--   line_item_line_item_type                                        text
--     every line is of unknown type, and nothing tells how far usage is delivered
--   line_item_currency_code                                         text
--     no currency is stated
--   line_item_product_code                                          text
--   bill_bill_type                                                  text
--     the month counts as complete only when the next one is delivered, and never as final
--   bill_invoice_id                                                 text
--     the month counts as complete only when the next one is delivered, and never as final
--   bill_billing_entity                                             text
--     Marketplace purchases are not told apart from AWS usage and fees
--   line_item_line_item_description                                 text      [Refund]
--     refunds of upfront fees of Savings Plans stay in the amortized cost
--   line_item_operation                                             text
--     split cost allocation lines, if there are any, are not recognized
--   line_item_usage_account_name                                    text
--     accounts are named by the organization table only
--   line_item_usage_type                                            text
--   line_item_usage_amount                                          money
--   product_region_code                                             text
--   product_region                                                  text
--   product_product_name                                            text
--   product_servicename                                             text
--   product_servicecode                                             text
--   reservation_reservation_a_r_n                         text      [RIFee, DiscountedUsage]
--     upfront fees of reservations, if there are any, stay in the amortized cost
--   reservation_effective_cost                                      money     [DiscountedUsage]
--     usage of reservations has no amortized cost
--   reservation_unused_amortized_upfront_fee_for_billing_period     money     [RIFee]
--     unused upfront fees of reservations are missing from the amortized cost
--   reservation_unused_recurring_fee                                money     [RIFee]
--     unused recurring fees of reservations are missing from the amortized cost
--   savings_plan_savings_plan_a_r_n                                 text
--   savings_plan_savings_plan_effective_cost                        money [SavingsPlanCoveredUsage]
--     usage of Savings Plans has no amortized cost
--   savings_plan_total_commitment_to_date                           money [SavingsPlanRecurringFee]
--     the commitment is taken to be the recurring fee, without any upfront part
--   savings_plan_used_commitment                                    money [SavingsPlanRecurringFee]
--     it is taken to be the effective cost of the usage that a plan covered on the day
--   line_item_net_unblended_cost                                    money     [partly]
--     they count in the net figures at their unblended cost
--   reservation_net_effective_cost                                  money
--   reservation_net_unused_amortized_upfront_fee_for_billing_period money
--   reservation_net_unused_recurring_fee                            money
--   savings_plan_net_savings_plan_effective_cost                    money
--   savings_plan_amortized_upfront_commitment_for_billing_period    money
--   savings_plan_net_amortized_upfront_commitment_for_billing_period money
-- Only a report without `savings_plan_used_commitment` needs this: what a plan's fee paid for on a
-- day is what the usage that the plan covered effectively cost. A pod's or task's share of an
-- instance repeats that cost, and is left out as `cur2.sql` leaves it out.
WITH plan AS (
    SELECT
        coalesce(savings_plan_savings_plan_a_r_n, '') AS arn,
        coalesce(line_item_currency_code, '') AS currency,
        CAST(line_item_usage_start_date AS date) AS usage_day,
        sum(
            CASE
                WHEN line_item_line_item_type = 'SavingsPlanCoveredUsage'
                    AND coalesce(line_item_operation, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2')
                    THEN CAST(savings_plan_savings_plan_effective_cost AS decimal(38, 12))
            END
        ) AS used,
        sum(
            CASE
                WHEN line_item_line_item_type = 'SavingsPlanRecurringFee'
                    THEN CAST(line_item_unblended_cost AS decimal(38, 12))
            END
        ) AS fees
    FROM export
    WHERE line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee')
    GROUP BY 1, 2, 3
)

SELECT
    line_item_usage_start_date,
    line_item_usage_account_id,
    line_item_usage_account_name,
    line_item_line_item_type,
    line_item_product_code,
    line_item_currency_code,
    line_item_line_item_description,
    line_item_operation,
    line_item_usage_type,
    line_item_usage_amount,
    coalesce(nullif(product_region_code, ''), product_region) AS product_region_code,
    line_item_unblended_cost,
    line_item_net_unblended_cost,
    bill_bill_type,
    bill_invoice_id,
    bill_billing_entity,
    MAP(
        ARRAY['product_name'],
        ARRAY[coalesce(nullif(product_product_name, ''), product_servicename)]
    ) AS product,
    product_servicecode,
    reservation_reservation_a_r_n,
    reservation_effective_cost,
    reservation_net_effective_cost,
    reservation_unused_amortized_upfront_fee_for_billing_period,
    reservation_net_unused_amortized_upfront_fee_for_billing_period,
    reservation_unused_recurring_fee,
    reservation_net_unused_recurring_fee,
    savings_plan_savings_plan_effective_cost,
    savings_plan_net_savings_plan_effective_cost,
    savings_plan_amortized_upfront_commitment_for_billing_period,
    savings_plan_net_amortized_upfront_commitment_for_billing_period,
    coalesce(savings_plan_total_commitment_to_date, line_item_unblended_cost)
        AS savings_plan_total_commitment_to_date,
    coalesce(
        CAST(savings_plan_used_commitment AS decimal(38, 12)),
        CAST(
            CAST(plan.used AS double) * CAST(line_item_unblended_cost AS double)
            / nullif(CAST(plan.fees AS double), 0)
            AS decimal(38, 12)
        )
    ) AS savings_plan_used_commitment
FROM export
LEFT JOIN plan
    ON line_item_line_item_type = 'SavingsPlanRecurringFee'
    AND plan.arn = coalesce(savings_plan_savings_plan_a_r_n, '')
    AND plan.currency = coalesce(line_item_currency_code, '')
    AND plan.usage_day = CAST(line_item_usage_start_date AS date)
