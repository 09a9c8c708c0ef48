"""What events carry: what follows from it, without asking anybody."""

from shared.events import AssessedData, PeriodArchived
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.rows import DAY, row


@in_loop
async def test_only_a_run_that_changed_something_asks_for_a_refresh() -> None:
    store = MemoryStore()
    archived = await archive(store, await queried(store, {DAY: [row()]}))
    assert isinstance(archived, PeriodArchived)
    quiet = [day.model_copy(update={"outcome": "unchanged"}) for day in archived.data.days]
    data = AssessedData(**archived.data.model_dump() | {"days": quiet}, outlooks=())

    assert not data.changed
    assert AssessedData(**archived.data.model_dump(), outlooks=()).changed
