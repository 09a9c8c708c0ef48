"""Metrics as log lines: CloudWatch Logs turns them into metrics, with no permission and no call.

Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
"""

import time
from typing import Literal

import structlog

NAMESPACE = "Daybook"
Metric = Literal["Audited", "BreakerOpen", "Failed"]
"""Every metric there is: a name that is not here does not pass the type check."""
log = structlog.get_logger()


def count(metric: Metric, value: int = 1) -> None:
    """Emit one count, by worker (the `service` that the logs are bound to)."""
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    emf = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [definition]}
    log.info("metric", _aws=emf, **{metric: value})
