"""The simulated AWS of the fault harness shows what the emulator shows, or what AWS documents.

Each case of `conformance/` runs on both and returns what it observed. A case in which one of them
is not like AWS says which and what AWS documents, and has its line in the document.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore import xform_name

from tests.contract.conformance import athena, glue, quicksight, s3, ses, sns, sqs
from tests.contract.conformance.case import Case, Seen
from tests.contract.conformance.emulated import emulating
from tests.contract.conformance.simulated import Simulated, simulate
from tests.faults import run, world
from tests.faults.scenarios import SCENARIOS
from tests.faults.singles import calls_of
from tests.support.embedded import Embedded

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "emulator-differences.md"
MODULES = (s3, sqs, sns, ses, glue, quicksight, athena)
SERVICES = [module.__name__.rpartition(".")[2] for module in MODULES]
CASES = [found for module in MODULES for found in vars(module).values() if isinstance(found, Case)]
ALIKE = [case for case in CASES if case.differs is None]
UNLIKE = [case for case in CASES if case.differs]
REFUSES = re.compile(r'Refused\("([\w.]+)"')
NAMES = re.compile(rf"`((?:{'|'.join(SERVICES)})\.\w+)`")
HEADINGS = {
    "emulator": "The simulator is like AWS, the emulator is not",
    "simulator": "The simulator leaves it out on purpose",
}


@pytest.fixture(scope="module")
def simulated() -> dict[str, Simulated]:
    """What every case saw in the simulator."""
    return {case.name: simulate(case) for case in CASES}


@pytest.fixture(scope="module")
def emulate(embedded: Embedded) -> Iterator[Callable[[Case], Seen]]:
    """Run a case on the emulator and return what it saw."""
    with emulating(embedded) as observe:
        yield observe


@pytest.mark.parametrize("case", ALIKE, ids=str)
def test_simulator_and_emulator_show_the_same(
    case: Case, simulated: dict[str, Simulated], emulate: Callable[[Case], Seen]
) -> None:
    assert simulated[case.name].seen == emulate(case)


@pytest.mark.parametrize("case", UNLIKE, ids=str)
def test_where_one_side_differs_the_other_is_like_aws(
    case: Case, simulated: dict[str, Simulated], emulate: Callable[[Case], Seen]
) -> None:
    seen = {"simulator": simulated[case.name].seen, "emulator": emulate(case)}
    different = seen.pop(str(case.differs))
    (like_aws,) = seen.values()

    assert like_aws == case.aws
    assert different != case.aws, f"it has learned this: {case} needs no mark and no line"


def test_every_simulated_operation_has_a_case(simulated: dict[str, Simulated]) -> None:
    with run.universe() as empty:
        served = {
            (service, name)
            for service, simulator in empty.services.items()
            for name, method in inspect.getmembers(type(simulator), inspect.isfunction)
            if not name.startswith("_") and "request" in inspect.signature(method).parameters
        }
    called = {(service, xform_name(name)) for service, name in calls(simulated)}

    assert served == called


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_call_of_a_calm_scenario_has_a_case(
    scenario: str, simulated: dict[str, Simulated]
) -> None:
    needed = {(call.service, call.operation) for call in calls_of(scenario)}

    assert needed <= calls(simulated)


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_of_the_simulator_is_seen_by_a_case(
    service: str, simulated: dict[str, Simulated]
) -> None:
    source = Path(world.__file__).with_name(f"sim_{service}.py").read_text("utf-8")
    seen = {code for each in simulated.values() for at, code in each.refusals if at == service}

    assert seen == set(REFUSES.findall(source))


def test_the_document_names_the_cases_that_differ_and_no_other() -> None:
    for side, heading in HEADINGS.items():
        assert named_below(heading) == sorted(c.name for c in UNLIKE if c.differs == side)


def calls(simulated: dict[str, Simulated]) -> set[tuple[str, str]]:
    """Return (service, operation) of all that the cases called."""
    return {call for each in simulated.values() for call in each.calls}


def named_below(heading: str) -> list[str]:
    """Return the cases that the section of the document names, in order of name."""
    _, _, section = DOCUMENT.read_text("utf-8").partition(f"### {heading}\n")
    return sorted(NAMES.findall(section.partition("\n#")[0]))
