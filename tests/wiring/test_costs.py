"""The costs that infra/README.md states are those that the command reckons."""

from pathlib import Path

import pytest

from benchmarks import cost, prices
from benchmarks.section import Section

README = Path(__file__).resolve().parents[2] / "infra" / "README.md"


@pytest.mark.parametrize("section", cost.sections(cost.costs()), ids=lambda each: each.title)
def test_the_readme_has_the_table_as_it_is_reckoned(section: Section) -> None:
    assert section.table() in README.read_text(encoding="utf-8")


def test_each_price_says_what_it_is_for_and_whose_page_has_it() -> None:
    for price in prices.ALL:
        assert price.usd > 0
        assert price.per
        assert price.source.startswith(("Amazon", "AWS"))
