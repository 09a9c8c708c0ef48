-- What the lines themselves add up to, ungrouped but for the currency: what they are reduced to must
-- hold as many lines and the same unblended cost.
SELECT
    currency,
    count(*) AS line_count,
    sum(unblended) AS unblended
FROM lines
GROUP BY currency
ORDER BY currency
