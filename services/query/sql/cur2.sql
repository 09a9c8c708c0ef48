-- CUR 2.0 to Daybook's line view: one row per line item, money as exact decimals.
-- Columns: AWS Data Exports User Guide, "Cost and Usage Report 2.0 (CUR 2.0)".
-- Amortized cost: AWS CUR Query Library and Cloud Intelligence Dashboards, summary view. Every
-- figure and every line type is explained, with its source, in docs/numbers.md.
--
-- layout: data-exports
-- period: bill_billing_period_start_date, line_item_usage_start_date
-- columns:
--   line_item_usage_start_date                                      timestamp required
--   line_item_usage_account_id                                      text      required
--   line_item_line_item_type                                        text      required
--   line_item_product_code                                          text      required
--   line_item_currency_code                                         text      required
--   line_item_unblended_cost                                        money     required
--   reservation_effective_cost                                      money     required
--   reservation_reservation_a_r_n                                   text      required
--   reservation_unused_amortized_upfront_fee_for_billing_period     money     required
--   reservation_unused_recurring_fee                                money     required
--   savings_plan_savings_plan_effective_cost                        money     required
--   savings_plan_total_commitment_to_date                           money     required
--   savings_plan_used_commitment                                    money     required
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
--   product                                                         map
--   product_servicecode                                             text
--   line_item_net_unblended_cost                                    money     [partly]
--     they count in the net figures at their unblended cost
--   reservation_net_effective_cost                                  money
--   reservation_net_unused_amortized_upfront_fee_for_billing_period money
--   reservation_net_unused_recurring_fee                            money
--   savings_plan_net_savings_plan_effective_cost                    money
--   savings_plan_amortized_upfront_commitment_for_billing_period    money
--   savings_plan_net_amortized_upfront_commitment_for_billing_period money
WITH item AS (
    SELECT
        CAST(line_item_usage_start_date AS date) AS usage_day,
        hour(line_item_usage_start_date) AS usage_hour,
        coalesce(line_item_usage_account_id, '') AS account_id,
        coalesce(line_item_usage_account_name, '') AS account_name,
        coalesce(
            nullif(element_at(product, 'product_name'), ''),
            nullif(product_servicecode, ''),
            nullif(line_item_product_code, ''),
            'Unknown'
        ) AS service,
        coalesce(line_item_usage_type, '') AS usage_type,
        coalesce(
            nullif(product_region_code, ''), nullif(element_at(product, 'region'), ''), ''
        ) AS region,
        coalesce(CAST(line_item_usage_amount AS decimal(38, 12)), 0) AS used,
        coalesce(line_item_line_item_type, '') AS line_type,
        coalesce(line_item_currency_code, '') AS currency,
        coalesce(bill_invoice_id, '') AS invoice_id,
        coalesce(reservation_reservation_a_r_n, '') <> '' AS of_reservation,
        coalesce(bill_billing_entity, '') = 'AWS Marketplace' AS of_marketplace,
        coalesce(line_item_product_code, '') LIKE '%Support%' AS of_support,
        -- A pod's or task's share of an instance that is on the bill already.
        coalesce(line_item_line_item_type, '')
            IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
            AND coalesce(line_item_operation, '') IN ('EKSPod-EC2', 'ECSTask-EC2') AS is_split,
        coalesce(line_item_product_code, '') = 'ComputeSavingsPlans'
            AND coalesce(line_item_line_item_description, '')
                LIKE 'Refund for one-time fee for Savings Plan ID%' AS of_plan_fee,
        -- Without its bill's type, what an invoice is of is not known: it may be a purchase's.
        CASE
            WHEN bill_bill_type = 'Anniversary' THEN coalesce(bill_invoice_id, '') <> ''
            WHEN bill_bill_type IS NULL THEN FALSE
        END AS invoiced,
        coalesce(CAST(line_item_unblended_cost AS decimal(38, 12)), 0) AS unblended,
        coalesce(CAST(reservation_effective_cost AS decimal(38, 12)), 0) AS reserved,
        coalesce(
            CAST(reservation_unused_amortized_upfront_fee_for_billing_period AS decimal(38, 12)), 0
        ) AS unused_upfront,
        coalesce(CAST(reservation_unused_recurring_fee AS decimal(38, 12)), 0) AS unused_recurring,
        coalesce(CAST(savings_plan_savings_plan_effective_cost AS decimal(38, 12)), 0) AS planned,
        coalesce(CAST(savings_plan_total_commitment_to_date AS decimal(38, 12)), 0)
            - coalesce(CAST(savings_plan_used_commitment AS decimal(38, 12)), 0) AS unused_plan,
        coalesce(
            CAST(savings_plan_amortized_upfront_commitment_for_billing_period AS decimal(38, 12)), 0
        ) AS plan_upfront,
        CAST(line_item_net_unblended_cost AS decimal(38, 12)) AS net_unblended,
        CAST(reservation_net_effective_cost AS decimal(38, 12)) AS net_reserved,
        CAST(
            reservation_net_unused_amortized_upfront_fee_for_billing_period AS decimal(38, 12)
        ) AS net_unused_upfront,
        CAST(reservation_net_unused_recurring_fee AS decimal(38, 12)) AS net_unused_recurring,
        CAST(savings_plan_net_savings_plan_effective_cost AS decimal(38, 12)) AS net_planned,
        CAST(
            savings_plan_net_amortized_upfront_commitment_for_billing_period AS decimal(38, 12)
        ) AS net_plan_upfront
    FROM export
),

sorted AS (
    SELECT
        item.*,
        CASE
            WHEN line_type IN (
                'EdpDiscount', 'PrivateRateDiscount', 'BundledDiscount', 'SppDiscount',
                'RiVolumeDiscount'
            ) THEN 'Discount'
            WHEN line_type IN ('Tax', 'Credit', 'Refund') THEN line_type
            WHEN line_type IN ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee')
                THEN 'Commitment'
            WHEN line_type = 'Fee' AND of_reservation THEN 'Commitment'
            WHEN line_type NOT IN (
                'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation',
                'Fee', 'FlatRateSubscription'
            ) THEN NULL
            WHEN of_marketplace THEN 'Marketplace'
            WHEN of_support THEN 'Support'
            WHEN line_type IN ('Fee', 'FlatRateSubscription') THEN 'Fee'
            ELSE 'Usage'
        END AS known_charge,
        -- A discount line without a net cost is in the net cost of the lines it discounts.
        coalesce(
            net_unblended, CASE WHEN line_type LIKE '%Discount' THEN 0 ELSE unblended END
        ) AS net_cost
    FROM item
)

SELECT
    usage_day,
    usage_hour,
    account_id,
    account_name,
    service,
    line_type,
    known_charge IS NOT NULL AS is_known,
    coalesce(known_charge, nullif(line_type, ''), 'Unknown') AS charge_type,
    currency,
    invoice_id,
    usage_type,
    region,
    -- A negation repeats what the covered lines used.
    CASE
        WHEN line_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') AND NOT is_split
            THEN used
        ELSE 0
    END AS usage_amount,
    CASE WHEN is_split THEN 0 ELSE unblended END AS unblended,
    CASE
        WHEN is_split THEN 0
        WHEN line_type = 'SavingsPlanCoveredUsage' THEN planned
        WHEN line_type = 'SavingsPlanRecurringFee' THEN unused_plan
        WHEN line_type IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee') THEN 0
        WHEN line_type = 'DiscountedUsage' THEN reserved
        WHEN line_type = 'RIFee' THEN unused_upfront + unused_recurring
        WHEN line_type = 'Fee' AND of_reservation THEN 0
        WHEN line_type = 'Refund' AND of_plan_fee THEN 0
        ELSE unblended
    END AS amortized,
    net_unblended IS NOT NULL AS states_net,
    CASE WHEN is_split THEN 0 ELSE net_cost END AS net_unblended,
    CASE
        WHEN is_split THEN 0
        WHEN line_type = 'SavingsPlanCoveredUsage' THEN coalesce(net_planned, planned)
        -- AWS states no net commitment: the unused part is discounted as the fee itself is.
        WHEN line_type = 'SavingsPlanRecurringFee' AND unblended <> 0 AND net_cost <> unblended
            THEN CAST(
                CAST(unused_plan AS double) * CAST(net_cost AS double) / CAST(unblended AS double)
                AS decimal(38, 12)
            )
        WHEN line_type = 'SavingsPlanRecurringFee' AND unblended = 0 AND plan_upfront <> 0
            AND net_plan_upfront <> plan_upfront
            THEN CAST(
                CAST(unused_plan AS double) * CAST(net_plan_upfront AS double)
                / CAST(plan_upfront AS double)
                AS decimal(38, 12)
            )
        WHEN line_type = 'SavingsPlanRecurringFee' THEN unused_plan
        WHEN line_type IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee') THEN 0
        WHEN line_type = 'DiscountedUsage' THEN coalesce(net_reserved, reserved)
        WHEN line_type = 'RIFee'
            THEN coalesce(net_unused_upfront, unused_upfront)
                + coalesce(net_unused_recurring, unused_recurring)
        WHEN line_type = 'Fee' AND of_reservation THEN 0
        WHEN line_type = 'Refund' AND of_plan_fee THEN 0
        ELSE net_cost
    END AS net_amortized,
    line_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
        AND NOT is_split
        AND usage_day <= period_last AS metered,
    -- True: the month is invoiced; false: this cost still awaits its invoice; null: says nothing.
    CASE WHEN invoiced OR (unblended <> 0 AND NOT is_split) THEN invoiced END AS invoiced
FROM sorted
