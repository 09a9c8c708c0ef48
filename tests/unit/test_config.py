"""The configuration, and what it says about mistakes."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from daybook.seed import given_sections
from shared.config import Config, load_config
from shared.errors import InputError

VALID = """\
source:
  format: cur2
  location: s3://exports/cur
organization:
  location: s3://archive/organization.csv
cost_metric: amortized
budgets:
  - ou: Workloads/Prod
    monthly: 50000
    from: 2026-01-01
  - {ou: Root, monthly: "110000.50", currency: EUR, from: 2026-01-01}
lights:
  yellow_over_percent: 2
  red_over_percent: 10
digest:
  sender: daybook@example.com
  recipients: [finops@example.com]
"""


def load(text: str = VALID, given: dict[str, Any] | None = None) -> Config:
    return load_config(text, "daybook.yaml", given)


def refusal(old: str, new: str) -> str:
    assert old in VALID
    with pytest.raises(InputError) as refused:
        load(VALID.replace(old, new))
    return str(refused.value)


def test_a_valid_file_is_read() -> None:
    config = load()

    first, second = config.budgets
    assert (first.ou, first.currency) == ("Root/Workloads/Prod", "USD")
    assert first.monthly == Decimal(50000)
    assert (second.monthly, second.starts) == (Decimal("110000.50"), date(2026, 1, 1))
    assert config.lights.yellow_over_percent == 2
    assert config.quicksight.datasets == ()


def test_what_is_left_out_has_a_default() -> None:
    start, end = VALID.index("cost_metric"), VALID.index("digest")

    config = load(VALID[:start] + VALID[end:])

    assert (config.cost_metric, config.engine, config.budgets) == ("amortized", "duckdb", ())
    assert config.lights.red_over_percent == 10


@pytest.mark.parametrize("metric", ["unblended", "net_amortized", "net_unblended"])
def test_the_cost_metric_may_be_any_of_the_archived_ones(metric: str) -> None:
    text = VALID.replace("cost_metric: amortized", f"cost_metric: {metric}")

    assert load_config(text, "daybook.yaml").cost_metric == metric


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("format: cur2", "format: cur3", "line 2 (source.format)"),
        ("s3://exports/cur", "exports/cur", "line 3 (source.location)"),
        ("s3://archive/organization.csv", "s3://archive", "line 5 (organization.location)"),
        ("amortized", "blended", "line 6 (cost_metric)"),
        ("monthly: 50000", "monthly: -1", "line 9 (budgets.0.monthly)"),
        ("monthly: 50000", "monthly: 0", "line 9 (budgets.0.monthly)"),
        ("monthly: 50000", "monthly: lots", "line 9 (budgets.0.monthly)"),
        ("monthly: 50000", "monthly: .inf", "line 9 (budgets.0.monthly)"),
        ("monthly: 50000", "monthly: .nan", "line 9 (budgets.0.monthly)"),
        ("monthly: 50000", "monthly: '1e999999999'", "line 9 (budgets.0.monthly)"),
        ("    from: 2026-01-01", "    from: soon", "line 10 (budgets.0.from)"),
        ("    from: 2026-01-01\n", "", "line 8 (budgets.0.from)"),
        ("EUR", "euro", "line 11 (budgets.1.currency)"),
        ("ou: Root,", "ou: '',", "line 11 (budgets.1.ou)"),
        ("ou: Root,", "ou: Root/,", "line 11 (budgets.1.ou)"),
        ("ou: Workloads/Prod", "ou: Workloads/Prod/", "line 8 (budgets.0.ou)"),
        ("ou: Workloads/Prod", "ou: 7", "line 8 (budgets.0.ou)"),
        ("red_over_percent: 10", "red_over_percent: 1001", "line 14 (lights.red_over_percent)"),
        ("red_over_percent: 10", "red_over_percent: 1", "line 13 (lights)"),
        ("red_over_percent: 10", "floor: -1", "line 14 (lights.floor)"),
        ("daybook@example.com", "daybook", "line 16 (digest.sender)"),
        ("[finops@example.com]", "[]", "line 17 (digest.recipients)"),
        ("[finops@example.com]", "[a@x.com, 'b@x.com,c@x.com']", "line 17 (digest.recipients.1)"),
        ("finops@example.com", '"a@x.com\\nBcc: b@x.com"', "line 17 (digest.recipients.0)"),
        ("  recipients: [finops@example.com]\n", "", "line 16 (digest.recipients)"),
        ("cost_metric", "cost_metrik", "line 6 (cost_metrik)"),
        ("    monthly: 50000", "    mothly: 50000", "line 9 (budgets.0.mothly)"),
        ("    monthly: 50000", "    monthly: 5\n    note: x", "line 10 (budgets.0.note)"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(old: str, new: str, where: str) -> None:
    text = refusal(old, new)

    assert text.startswith(f"daybook.yaml, {where}: ")
    assert text.endswith("The fields are described in docs/reference/daybook.schema.json")


def test_a_missing_section_is_named() -> None:
    with pytest.raises(InputError, match=r"daybook\.yaml, line 1 \(source\): Field required"):
        load(VALID[VALID.index("organization") :])


def test_the_organization_may_come_from_aws_itself() -> None:
    organization = load(VALID.replace("location: s3://archive/organization.csv", "from: aws"))

    assert organization.organization.source == "aws"
    assert organization.organization.location is None


@pytest.mark.parametrize(
    "section",
    ["{}", "{from: aws, location: s3://archive/organization.csv}", "{from: azure}"],
)
def test_the_organization_comes_from_one_place(section: str) -> None:
    old = "organization:\n  location: s3://archive/organization.csv"

    text = refusal(old, f"organization: {section}")

    assert text.startswith("daybook.yaml, line 4 (organization")


def test_two_budgets_of_an_ou_cannot_start_on_one_day() -> None:
    doubled = VALID.replace("ou: Root,", "ou: Root/Workloads/Prod,").replace("EUR", "USD")
    with pytest.raises(InputError) as refused:
        load(doubled)
    text = str(refused.value)

    assert text.startswith("daybook.yaml, line 1")
    assert "two budgets of Root/Workloads/Prod start on 2026-01-01" in text


def test_a_budget_may_change_on_another_day() -> None:
    text = VALID.replace("ou: Root,", "ou: Workloads/Prod,")
    start = text.rindex("2026-01-01")

    assert len(load(text[:start] + "2026-04-01" + text[start + 10 :]).budgets) == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Root", "Root"),
        ("Root/A", "Root/A"),
        ("A/B", "Root/A/B"),
        ("Unmapped", "Unmapped"),
        ("Rooted", "Root/Rooted"),
    ],
)
def test_an_ou_may_be_written_as_the_digest_shows_it_or_in_full(written: str, read: str) -> None:
    assert load(VALID.replace("ou: Root,", f"ou: {written},")).budgets[1].ou == read


@pytest.mark.parametrize(
    "text",
    ["a: [1", "a: b: c", "\tx: 1", "a: *nothing", "a: !!python/object:os.system {}", "a: \x07",
     "a: 1\n---\nb: 2", "? [a]\n: 1"],
)  # fmt: skip
def test_what_is_not_yaml_is_named_by_file(text: str) -> None:
    with pytest.raises(InputError, match=r"^daybook\.yaml.*: is not YAML\. Mend the syntax"):
        load(text)


def test_a_syntax_error_is_named_by_its_line() -> None:
    with pytest.raises(InputError, match=r"daybook\.yaml, line 3: is not YAML"):
        load("a: 1\nb: 2\nc: d: e\n")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-00-10"])
def test_a_day_that_does_not_exist_is_no_crash(day: str) -> None:
    text = refusal("    from: 2026-01-01", f"    from: {day}")

    assert text.startswith("daybook.yaml")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "just text", "7", "null"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^daybook\.yaml: is not a mapping of settings"):
        load(text)


def test_a_section_that_is_written_twice_is_not_silently_dropped() -> None:
    with pytest.raises(InputError):
        load(VALID + "budgets: []\n")


def test_given_sections_take_the_place_of_those_in_the_text() -> None:
    given = {"source": {"format": "cur2", "location": "s3://local/x"}}

    assert load(given=given).source.location == "s3://local/x"
    assert load(VALID[VALID.index("organization") :], given).source.location == "s3://local/x"


def test_the_local_stack_scans_by_itself_whatever_is_configured() -> None:
    text = "engine: athena\ndigest: {sender: a@b.c, recipients: [a@b.c]}\n"

    assert load_config(text, "x", given_sections("bucket", "focus")).engine == "duckdb"


def test_given_sections_are_checked_too() -> None:
    with pytest.raises(InputError, match=r"source\.format"):
        load(given={"source": {"format": "x", "location": "s3://local/x"}})


def test_the_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().cost_metric = "unblended"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "deadline"),
    [("09:30", time(9, 30)), ('"14:00"', time(14)), ("00:00", time(0)), ("null", None)],
)
def test_the_deadline_is_a_time_of_day_with_or_without_quotes(
    written: str, deadline: time | None
) -> None:
    text = f"{VALID}delivery_deadline: {written}\n"

    assert load_config(text, "daybook.yaml").delivery_deadline == deadline


@pytest.mark.parametrize("written", ["25:00", "900", "noon", "9:30", "14:00+02:00", "true"])
def test_anything_else_is_no_time_of_day(written: str) -> None:
    with pytest.raises(InputError, match=r"delivery_deadline.*write HH:MM"):
        load_config(f"{VALID}delivery_deadline: {written}\n", "daybook.yaml")


ARN = "arn:aws:bcm-data-exports:us-east-1:123456789012:export/daily-1f3a"


def test_an_export_of_data_exports_may_be_named_by_its_arn() -> None:
    named = VALID.replace("s3://exports/cur\n", f"s3://exports/cur\n  export_arn: {ARN}\n")

    assert load(named).source.export_arn == ARN
    assert load().source.export_arn is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "format: cur2",
            f"export_arn: {ARN}\n  format: legacy",
            "a Cost and Usage Report has none",
        ),
        ("format: cur2", "export_arn: daily\n  format: cur2", "should match pattern"),
    ],
)
def test_an_arn_of_anything_else_is_refused(old: str, new: str, problem: str) -> None:
    assert problem in refusal(old, new)


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("roster: [{ou: Data, quicksight: [ann]}]", "nothing takes it there"),
        ("executives: {recipients: [b@example.com], quicksight_groups: [board]}", "nothing takes"),
        ('roster: [{ou: Data, quicksight: ["ann,bob"]}]', "pattern"),
        ("roster: [{ou: a/b/c/d/e/f, quicksight: [ann]}]", "too deep for QuickSight's rules"),
        ("roster: [{ou: Data}]", "nobody"),
    ],
)
def test_readers_of_quicksight_that_its_rules_cannot_hold_are_refused(
    people: str, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        load(f"{VALID}{people}\n")


def test_the_data_set_of_the_rules_is_looked_after_like_the_others() -> None:
    rules = "quicksight: {datasets: [daybook-ou-breakdown], rules: daybook-access}\n"
    config = load(f"{VALID}roster: [{{ou: Data, quicksight: [ann]}}]\n{rules}")

    assert config.quicksight.every == ("daybook-ou-breakdown", "daybook-access")
