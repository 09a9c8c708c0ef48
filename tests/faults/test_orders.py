"""Layer 5 in short: two instances of a worker, every order of their calls on shared state.

The archiver's and the catalog's orders are many: here the first few, all in the sweep.
"""

import pytest

from tests.faults.orders import CONTESTS, orders

MOST = 40


@pytest.mark.parametrize("name", CONTESTS)
def test_two_instances_do_as_one(name: str) -> None:
    judged = list(orders(name, MOST))

    assert len(judged) > 4
    wrong = [str(one) for one in judged if one.violations]
    assert not wrong, wrong[:5]
