"""The console: what comes from outside is printed as it is, never taken for markup."""

import pytest

from daybook import console

HOSTILE = "a [bold]file[/bold] named [/nope]"


def test_an_error_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        console.fail(HOSTILE, 2)

    assert ended.value.code == 2
    assert HOSTILE in capsys.readouterr().err


def test_a_hop_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    console.progress("checked", HOSTILE, 1.5)

    assert HOSTILE in capsys.readouterr().err
