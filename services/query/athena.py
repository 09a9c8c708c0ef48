"""Queries in Amazon Athena.

Permissions: athena:StartQueryExecution and athena:GetQueryExecution on the workgroup. The query
itself runs with the worker's own: glue:GetDatabase and glue:GetTable, s3:GetObject and
s3:ListBucket on the export and on `staging/athena/`, s3:PutObject on `staging/athena/`.
"""

from typing import Any

from botocore.exceptions import ClientError

from services.query.scan import Scan
from shared.errors import Retry

NO_ROOM = 300
"""Seconds until the worker asks again when too many queries are running or queued."""
USER_ERROR = 2
"""AthenaError.ErrorCategory of a fault of the query or of its permissions (1: system, 3: other)."""


class AthenaQueries:
    """Starts queries in one workgroup and looks at them."""

    def __init__(self, client: Any, workgroup: str, database: str) -> None:
        """`client` is an aiobotocore Athena client."""
        self._client = client
        self._workgroup = workgroup
        self._database = database

    async def start(self, sql: str, token: str, results: str) -> str:
        """Start a query, once for each token.

        Where the workgroup enforces its own settings, Athena puts its files there instead.
        """
        try:
            answer = await self._client.start_query_execution(
                QueryString=sql,
                ClientRequestToken=token,
                QueryExecutionContext={"Database": self._database},
                ResultConfiguration={"OutputLocation": results},
                # The answer of an earlier query would be of an earlier delivery.
                ResultReuseConfiguration={"ResultReuseByAgeConfiguration": {"Enabled": False}},
                WorkGroup=self._workgroup,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "TooManyRequestsException":
                raise Retry("Athena has no room for another query", after=NO_ROOM) from error
            raise
        return str(answer["QueryExecutionId"])

    async def look(self, query: str) -> Scan:
        """Ask for a query's state."""
        answer = await self._client.get_query_execution(QueryExecutionId=query)
        execution = answer["QueryExecution"]
        status = execution["Status"]
        error = status.get("AthenaError", {})
        return Scan(
            id=query,
            state=status["State"],
            bytes_scanned=execution.get("Statistics", {}).get("DataScannedInBytes", 0),
            reason=status.get("StateChangeReason", "") or error.get("ErrorMessage", ""),
            may_succeed=error.get("Retryable", error.get("ErrorCategory") != USER_ERROR),
        )
