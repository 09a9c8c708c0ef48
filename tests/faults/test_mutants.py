"""Layer 8: the harness finds what it is there to find."""

import pytest

from tests.faults.mutants import hunt
from tests.faults.planted import MUTANTS


def test_there_are_mistakes_enough() -> None:
    assert len(MUTANTS) >= 25
    assert {mutant.layer for mutant in MUTANTS.values()} >= {
        "single", "pairs", "deliveries", "orders", "fuzz",
    }  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_caught(name: str) -> None:
    found = hunt(name)

    assert not found.violations, f"{name} survived"
