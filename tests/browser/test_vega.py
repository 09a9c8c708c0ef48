from importlib.resources import files

from tests.support.vega import bundle


def test_the_dashboards_vega_is_the_pinned_wheels() -> None:
    kept = files("services.notifier.dashboard") / "assets" / "vega.js"

    assert kept.read_text(encoding="utf-8") == bundle(), "run `make vega`"
