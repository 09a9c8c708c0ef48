"""The reduced lines are held against the lines: what a reduction loses or changes is seen."""

from pathlib import Path

import pytest

from services.query import embedded
from services.query.reduced import reduced_here
from shared.errors import MismatchError
from tests.support.units.breakdowns import break_down
from tests.support.units.exports import line, parquet

LINES = [line("1"), line("0", usage_account_id="222222222222"), line("5", line_item_type="Tax")]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(
            "SELECT * FROM ({}) WHERE account_id <> '222222222222'",
            id="lost",
        ),
        pytest.param("SELECT * FROM ({0}) UNION ALL SELECT * FROM ({0})", id="doubled"),
        pytest.param("SELECT * REPLACE (unblended + 1e-12 AS unblended) FROM ({})", id="changed"),
        pytest.param("SELECT * REPLACE ('EUR' AS currency) FROM ({})", id="moved"),
    ],
)
def test_a_reduction_that_is_wrong_stages_nothing(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reduction(*of: object) -> str:
        return wrong.format(reduced_here(*of))

    monkeypatch.setattr(embedded, "reduced_here", reduction)

    with pytest.raises(MismatchError, match="the lines of 2026-03 are"):
        break_down(tmp_path, parquet(LINES))
    assert not (tmp_path / "staged").exists()
