"""Layer 7 in short."""

import json

from tests.faults.fuzz import bodies, fuzz, spoken


def test_nonsense_harms_nobody_and_ends_as_dead_letters() -> None:
    report = fuzz(500, jobs=1)

    assert not report.wrong, report.explain()


def test_events_of_every_type_are_damaged_deep_inside() -> None:
    types = {json.loads(body).get("type") for body in spoken()}
    assert types >= {"day-ready", "data-delayed", "backfill-requested", "digest-sent", None}
    assert types >= {f"period-{done}" for done in ("queried", "archived", "assessed", "cataloged")}

    deep = [body for body in bodies(300, 1) if '"totals": [{' in body and '"specversion"' in body]

    assert len(deep) > 30
