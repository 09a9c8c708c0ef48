"""Metrics as log lines: CloudWatch Logs turns them into metrics, with no permission and no call.

Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
"""

import logging
import time
from typing import Literal

import structlog

NAMESPACE = "Daybook"
Metric = Literal["Audited", "BreakerOpen", "Failed"]
"""Every metric there is: a name that is not here does not pass the type check."""
_always = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET)
)
"""A metric is no message of some importance: it is written whatever level is asked for."""


def count(metric: Metric, value: int = 1) -> None:
    """Emit one count, by worker (the `service` that the logs are bound to)."""
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    emf = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [definition]}
    _always.info("metric", _aws=emf, **{metric: value})
