"""Layer 8: the harness finds what it is there to find."""

import pytest

from tests.faults.mutants import hunt
from tests.faults.planted import MUTANTS
from tests.faults.sweep import swept


def test_there_are_mistakes_enough() -> None:
    assert len(MUTANTS) >= 25
    assert {mutant.layer for mutant in MUTANTS.values()} >= {
        "single", "pairs", "deliveries", "orders", "fuzz",
    }  # fmt: skip


def test_what_catches_a_mistake_harms_nobody_without_it() -> None:
    """Contests are run without mistakes by `test_orders`; a strike is nobody's but its mutant's."""
    strikes = {str(mutant.strike): mutant.strike for mutant in MUTANTS.values()}

    report = swept("strikes", strikes.values())

    assert not report.wrong, report.explain()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_caught(name: str) -> None:
    found = hunt(name)

    assert not found.violations, f"{name} survived"
