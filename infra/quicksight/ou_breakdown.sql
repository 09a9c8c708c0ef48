-- Daily cost by OU, with what the dashboard and its rules need beside the table's columns.
-- within: begins with the same for an OU and everything below it, and for nothing else.
-- account: its name and its id, for names are not unique.
-- level0 to level5: the OU level by level, as services/catalog/access.py writes it in the rules.
SELECT
  *,
  oupath || '/' AS within,
  accountname || ' (' || linkedaccount || ')' AS account,
  replace(replace(replace(split_part(oupath, '/', 1), '%', '%25'), ',', '%2C'), '"', '%22') AS level0,
  replace(replace(replace(split_part(oupath, '/', 2), '%', '%25'), ',', '%2C'), '"', '%22') AS level1,
  replace(replace(replace(split_part(oupath, '/', 3), '%', '%25'), ',', '%2C'), '"', '%22') AS level2,
  replace(replace(replace(split_part(oupath, '/', 4), '%', '%25'), ',', '%2C'), '"', '%22') AS level3,
  replace(replace(replace(split_part(oupath, '/', 5), '%', '%25'), ',', '%2C'), '"', '%22') AS level4,
  replace(replace(replace(split_part(oupath, '/', 6), '%', '%25'), ',', '%2C'), '"', '%22') AS level5
FROM ${database}.ou_breakdown
