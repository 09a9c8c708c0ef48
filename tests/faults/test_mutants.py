"""Layer 8: the harness finds what it is there to find."""

from pathlib import Path

import pytest

from tests.faults.mutants import CALM, hunt
from tests.faults.planted import MUTANTS
from tests.faults.sweep import swept
from tests.faults.verdict import judge

ROOT = Path(__file__).resolve().parents[2]


def test_there_are_mistakes_enough() -> None:
    assert len(MUTANTS) >= 25
    assert {mutant.layer for mutant in MUTANTS.values()} >= {
        "single", "pairs", "deliveries", "orders", "fuzz",
    }  # fmt: skip


def test_the_page_names_every_mistake_in_its_layer() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

    for layer in {mutant.layer for mutant in MUTANTS.values()}:
        caught = [name for name, mutant in MUTANTS.items() if mutant.layer == layer]
        assert f"| `{layer}` | {'; '.join(caught)} |" in page


def test_what_catches_a_mistake_harms_nobody_without_it() -> None:
    """Contests are run without mistakes by `test_orders`; a strike is nobody's but its mutant's."""
    strikes = {str(mutant.strike): mutant.strike for mutant in MUTANTS.values()}

    report = swept("strikes", strikes.values(), jobs=1)

    assert not report.wrong, report.explain()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_caught(name: str) -> None:
    found = hunt(name)

    assert not found.violations, f"{name} survived"


DELETED_FIRST = {"delete before handling", "delete before publish"}
"""What is deleted has no lease any more, which shows without any fault."""


@pytest.mark.parametrize(
    "name", [n for n, m in MUTANTS.items() if m.struck and n not in DELETED_FIRST]
)
def test_a_planted_mistake_is_no_broken_code(name: str) -> None:
    """What fails in the calm run already would be caught by any strike."""
    with MUTANTS[name].planted():
        calm = judge(CALM)

    assert not calm.violations, calm
