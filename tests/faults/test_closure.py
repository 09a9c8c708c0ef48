"""What the crash closure takes for a killed worker's leavings is what a killed worker leaves."""

from tests.faults.closure import after, busy, first, steps_from
from tests.faults.state import State


def test_a_state_after_an_effect_is_what_a_worker_leaves_that_is_killed_then() -> None:
    state, compared = first("tick"), 0
    while roles := busy(state):
        for role in roles:
            reached = list(steps_from("tick", state, role))
            for left, step in reached:
                assert left.digest() == after("tick", state, step).digest(), step
            compared += len(reached)
        state = _calm(state, roles)

    assert compared > 40


def _calm(state: State, roles: list[str]) -> State:
    for role in roles:
        state = after("tick", state, role)
    return state
