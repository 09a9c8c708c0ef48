-- Rows of each day as whoever queries the table sees them: registered partitions, and whatever
-- objects lie where they point to.
SELECT
    year,
    month,
    day,
    count(*) AS row_count
FROM ou_breakdown
GROUP BY year, month, day
