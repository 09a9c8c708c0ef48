-- Control totals straight from the lines, with neither grouping by day nor join: what every later
-- step must add up to, which types of line and which invoices there are, which
-- days they are on, and what waits for an invoice.
SELECT
    currency,
    line_type,
    is_known,
    invoice_id,
    count(*) AS line_count,
    sum(unblended) AS unblended,
    sum(amortized) AS amortized,
    sum(net_unblended) AS net_unblended,
    sum(net_amortized) AS net_amortized,
    max(CASE WHEN states_net THEN 1 ELSE 0 END) AS has_net,
    min(billing_day) AS first_day,
    max(billing_day) AS last_day,
    max(CASE WHEN invoiced THEN 1 ELSE 0 END) AS is_invoiced,
    max(CASE WHEN NOT invoiced THEN 1 ELSE 0 END) AS awaits_invoice
FROM lines
GROUP BY currency, line_type, is_known, invoice_id
ORDER BY currency, line_type, is_known, invoice_id
