"""Plain DuckDB SQL as a user would write it: doubles, one statement, a folder a day."""

import duckdb

from benchmarks.peers.cost import AMORTIZED
from benchmarks.peers.timed import arguments, timed


def work() -> dict[str, object]:
    """Write the breakdown and add it up."""
    files, organization, out, day = arguments()
    only = f"WHERE line_item_usage_start_date::DATE = '{day}'" if day else ""
    db = duckdb.connect()
    db.execute(
        f"""COPY (
            SELECT day, coalesce(ou_path, 'Unmapped') AS ou, found.* EXCLUDE (day)
            FROM (
                SELECT line_item_usage_start_date::DATE AS day,
                    line_item_usage_account_id AS account, line_item_product_code AS service,
                    line_item_line_item_type AS line_type, line_item_currency_code AS currency,
                    sum(line_item_unblended_cost) AS unblended, sum({AMORTIZED}) AS amortized
                FROM read_parquet({files}) {only} GROUP BY ALL
            ) AS found
            LEFT JOIN read_csv('{organization}', types={{
                'account_id': 'VARCHAR', 'valid_from': 'DATE', 'valid_to': 'DATE'}}) AS placed
                ON account = account_id AND day >= valid_from
                AND (valid_to IS NULL OR day < valid_to)
        ) TO '{out}' (FORMAT parquet, PARTITION_BY (day))"""
    )
    rows, unblended, amortized = db.execute(
        f"SELECT count(*), sum(unblended), sum(amortized) FROM read_parquet('{out}/*/*.parquet')"
    ).fetchall()[0]
    return {"rows": rows, "unblended": unblended, "amortized": amortized}


timed(work)
