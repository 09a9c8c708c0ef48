-- FOCUS 1.0 and 1.2 with AWS columns to Daybook's line view: one row per charge.
-- Columns: FinOps Open Cost and Usage Specification 1.2; AWS Data Exports User Guide, "FOCUS 1.2
-- with AWS columns". Every figure and every category is explained in docs/numbers.md.
--
-- layout: data-exports
-- null text: NULL
-- period: BillingPeriodStart, ChargePeriodStart
-- columns:
--   ChargePeriodStart        timestamp required
--   SubAccountId             text      required
--   ServiceName              text      required
--   ChargeCategory           text      required
--   BilledCost               money     required
--   EffectiveCost            money     required
--   BillingCurrency          text      required
--   BillingAccountId         text
--   ChargeClass              text
--     refunds are not told apart from credits
--   ChargeFrequency          text
--   CommitmentDiscountId     text      [Purchase]
--     purchases of commitments are not told apart from other purchases
--   CommitmentDiscountStatus text
--     unused commitments are not told apart from usage
--   InvoiceId                text
--     the month counts as complete only when the next one is delivered, and never as final
--   ProviderName             text
--   PublisherName            text
--     Marketplace purchases are not told apart from AWS usage and fees
--   SubAccountName           text
--     accounts are named by the organization table only
--   ConsumedQuantity         money
--   RegionId                 text
--   x_UsageType              text
--     what more or other use costs and what another price makes are not told apart
--   x_Operation              text
--     split cost allocation lines, if there are any, are not recognized
--   x_ServiceCode            text
--     support is recognized by the name of its service only
WITH item AS (
    SELECT
        CAST(ChargePeriodStart AS date) AS usage_day,
        hour(ChargePeriodStart) AS usage_hour,
        coalesce(nullif(SubAccountId, ''), BillingAccountId, '') AS account_id,
        coalesce(SubAccountName, '') AS account_name,
        coalesce(nullif(ServiceName, ''), nullif(x_ServiceCode, ''), 'Unknown') AS service,
        coalesce(x_UsageType, '') AS usage_type,
        coalesce(RegionId, '') AS region,
        coalesce(CAST(ConsumedQuantity AS decimal(38, 12)), 0) AS used,
        coalesce(ChargeCategory, '') AS line_type,
        coalesce(BillingCurrency, '') AS currency,
        coalesce(InvoiceId, '') AS invoice_id,
        coalesce(ChargeClass, '') = 'Correction' AS is_correction,
        coalesce(CommitmentDiscountId, '') <> '' AS of_commitment,
        coalesce(CommitmentDiscountStatus, '') = 'Unused' AS is_unused,
        coalesce(ProviderName, '') = 'AWS'
            AND coalesce(PublisherName, '') <> ''
            AND lower(PublisherName) NOT IN ('aws', 'amazon')
            AND NOT lower(PublisherName) LIKE 'aws %'
            AND NOT lower(PublisherName) LIKE 'amazon %'
            AND NOT lower(PublisherName) LIKE 'amazon.%' AS of_marketplace,
        coalesce(x_ServiceCode, '') LIKE '%Support%'
            OR coalesce(ServiceName, '') LIKE 'AWS Support%' AS of_support,
        -- A pod's or task's share of an instance that is on the bill already.
        coalesce(ChargeCategory, '') = 'Usage'
            AND coalesce(x_Operation, '') IN ('EKSPod-EC2', 'ECSTask-EC2') AS is_split,
        lower(coalesce(ChargeFrequency, 'usage-based')) = 'usage-based' AS is_usage_based,
        coalesce(InvoiceId, '') <> '' AS has_invoice,
        coalesce(CAST(BilledCost AS decimal(38, 12)), 0) AS billed,
        coalesce(CAST(EffectiveCost AS decimal(38, 12)), 0) AS effective
    FROM export
),

sorted AS (
    SELECT
        item.*,
        CASE
            WHEN line_type = 'Credit' AND is_correction THEN 'Refund'
            WHEN line_type IN ('Tax', 'Credit', 'Adjustment') THEN line_type
            WHEN line_type NOT IN ('Usage', 'Purchase') THEN NULL
            WHEN line_type = 'Purchase' AND of_commitment THEN 'Commitment'
            WHEN is_unused THEN 'Commitment'
            WHEN of_marketplace THEN 'Marketplace'
            WHEN of_support THEN 'Support'
            WHEN line_type = 'Purchase' THEN 'Fee'
            ELSE 'Usage'
        END AS known_charge
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
    CASE WHEN line_type = 'Usage' AND NOT is_split THEN used ELSE 0 END AS usage_amount,
    CASE WHEN is_split THEN 0 ELSE billed END AS unblended,
    CASE WHEN is_split THEN 0 ELSE effective END AS amortized,
    FALSE AS states_net,
    CAST(NULL AS decimal(38, 12)) AS net_unblended,
    CAST(NULL AS decimal(38, 12)) AS net_amortized,
    known_charge = 'Usage' AND is_usage_based AND NOT is_split AND usage_day <= period_last
        AS metered,
    -- True: the month is invoiced; false: this cost still awaits its invoice; null: says nothing.
    -- A purchase has its invoice on the day, so only usage says that the month has.
    CASE
        WHEN NOT has_invoice AND billed <> 0 AND NOT is_split THEN FALSE
        WHEN has_invoice AND known_charge = 'Usage' AND is_usage_based THEN TRUE
    END AS invoiced
FROM sorted
