"""Which cost a command shows where nobody says so: the one that the digests show."""

from typing import Any, cast, get_args

from daybook.bucket import config_location
from shared.config import Config, CostMetric
from shared.errors import InputError
from shared.service import config_text
from shared.settings_text import read_settings


async def metric_of(s3: Any, asked: CostMetric | None) -> CostMetric:
    """Return what is asked for, else `cost_metric` of `daybook.yaml`, else what that is by default.

    No other setting counts here: whatever is wrong with them, a person can look. Raises InputError
    when the file is no settings, or it is no cost.
    """
    if asked:
        return asked
    location = config_location()
    text = await config_text(s3, location)
    settings = read_settings(text, location) if text is not None else {}
    metric = settings.get("cost_metric", Config.model_fields["cost_metric"].default)
    if metric not in get_args(CostMetric):
        problem = f"{metric!r} is no cost"
        raise InputError(location, problem, "Mend it, or give --metric", where="cost_metric")
    return cast("CostMetric", metric)
