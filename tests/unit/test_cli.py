"""How the command ends, whatever happens in it."""

import pytest
from typer.testing import CliRunner

from daybook import cli
from shared.errors import InputError, Retry


def test_what_is_worth_another_try_ends_with_its_words_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def late() -> None:
        raise Retry("Athena is still counting", after=60)

    monkeypatch.setattr(cli, "app", late)

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == 2
    assert "Athena is still counting. Say it again in 60 s" in capsys.readouterr().err


@pytest.mark.parametrize("through", ["0001-01-01", "2005-12-31"])
def test_no_audit_ends_before_aws_began(through: str) -> None:
    done = CliRunner().invoke(cli.app, ["audit", "--through", through])

    assert isinstance(done.exception, InputError), done.output
    assert "nobody had a bill of AWS" in str(done.exception)


def test_no_backfill_is_asked_for_of_days_that_are_not_over() -> None:
    arguments = ["audit", "--through", "2999-01-01", "--repair"]

    done = CliRunner().invoke(cli.app, arguments)

    assert isinstance(done.exception, InputError), done.output
    assert "is not over yet" in str(done.exception)
