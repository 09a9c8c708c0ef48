-- Where each OU stands, day by day, with what the dashboard and its rules need beside the columns.
-- newest: the last day that was assessed; month_newest: the last of its month; this_month: of the
-- newest day's month. The rest as in ou_breakdown.sql.
SELECT
  *,
  oupath || '/' AS within,
  CASE WHEN "asof" = max("asof") OVER () THEN 'yes' ELSE 'no' END AS newest,
  CASE WHEN "asof" = max("asof") OVER (PARTITION BY year, month) THEN 'yes' ELSE 'no' END AS month_newest,
  CASE WHEN year * 12 + month = max(year * 12 + month) OVER () THEN 'yes' ELSE 'no' END AS this_month,
  replace(replace(replace(split_part(oupath, '/', 1), '%', '%25'), ',', '%2C'), '"', '%22') AS level0,
  replace(replace(replace(split_part(oupath, '/', 2), '%', '%25'), ',', '%2C'), '"', '%22') AS level1,
  replace(replace(replace(split_part(oupath, '/', 3), '%', '%25'), ',', '%2C'), '"', '%22') AS level2,
  replace(replace(replace(split_part(oupath, '/', 4), '%', '%25'), ',', '%2C'), '"', '%22') AS level3,
  replace(replace(replace(split_part(oupath, '/', 5), '%', '%25'), ',', '%2C'), '"', '%22') AS level4,
  replace(replace(replace(split_part(oupath, '/', 6), '%', '%25'), ',', '%2C'), '"', '%22') AS level5
FROM ${database}.ou_outlook
