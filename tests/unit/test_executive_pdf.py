"""The executive PDF as real readers see it: tagged, embedded, whole, and never beyond its pages."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import typst

from services.notifier.executive.document import executive_pdf
from services.notifier.executive.printable import BOX, printable
from shared.money import cents
from tests.support.boards import board_of, month_of_rows
from tests.support.fonts import coverage
from tests.support.readers import Pdf
from tests.support.reports import anomaly, change, composed, with_board
from tests.support.units.rows import DAY, archived_table, row

MARGIN = 45.0
"""Points at the left and at the right that stay free: 17 mm, less what a letter overhangs."""


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    made = composed(anomalies=[anomaly()], changes=[change()])
    body = executive_pdf(made.report, board_of(month_of_rows()))
    return Pdf.of(body, tmp_path_factory.mktemp("pdf"))


def test_it_has_two_or_three_pages_and_says_that_it_is_tagged(pdf: Pdf) -> None:
    info = pdf.info()

    assert 2 <= int(info["Pages"]) <= 3
    assert info["Tagged"] == "yes"
    assert info["Title"] == "Cloud cost on Monday 16 March 2026"
    assert "pdfuaid:part>1<" in pdf.said("pdfinfo", "-meta").replace(" ", "")


def test_a_screen_reader_finds_headings_tables_with_heads_and_words_for_each_chart(
    pdf: Pdf,
) -> None:
    elements = Counter(re.findall(r"^ *(\w+)", pdf.said("pdfinfo", "-struct"), re.MULTILINE))

    assert elements["H1"] == 1
    assert elements["H2"] >= 5
    assert elements["TH"] >= 7
    assert elements["TD"] > elements["TH"]
    assert elements["Figure"] == 3


def test_a_drawing_without_words_is_refused() -> None:
    speechless = b'#set document(title: "t")\n#set text(lang: "en")\n#image("a.svg")'
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'

    with pytest.raises(typst.TypstError, match="missing alt text"):
        typst.compile(  # type: ignore[call-overload] # as in document.py
            {"main.typ": speechless, "a.svg": drawing}, format="pdf", pdf_standards=["ua-1"]
        )


def test_every_font_is_embedded_and_can_be_copied_as_text(pdf: Pdf) -> None:
    fonts = pdf.fonts()

    assert {each[0].split("+")[1].split("-")[0] for each in fonts} == {"Inter"}
    assert {tuple(each[-5:-2]) for each in fonts} == {("yes", "yes", "yes")}


def test_its_charts_are_drawings_and_no_pictures(pdf: Pdf) -> None:
    assert pdf.said("pdfimages", "-list").splitlines()[2:] == []


def test_it_says_what_the_digest_says(pdf: Pdf) -> None:
    (part,) = composed().report.figures.currencies
    text = pdf.text()

    assert part.root
    for amount in (
        part.total,
        part.month_to_date,
        part.root.month_end_estimate,
        *(each.cost for each in part.services),
        *(line.outlook.month_to_date for line in part.ous),
    ):
        assert amount is not None
        assert cents(amount) in text
    assert "+30.00" in text  # the anomaly
    assert "usage +4.00, price +1.00" in text


def test_nothing_reaches_beyond_the_margins(pdf: Pdf) -> None:
    assert pdf.outside(MARGIN) == []


def test_the_same_report_gives_the_same_bytes() -> None:
    made, board = with_board()

    assert executive_pdf(made.report, board) == executive_pdf(made.report, board)


def test_names_that_no_font_has_are_boxes_and_do_no_harm(tmp_path: Path) -> None:
    names = ("機械学習", "\u202eeurt\ufeff\x00", '#set page("a0")', "*_$`<a>", "x" * 300)
    rows = [
        row("1.5", OUPath=f"Root/{name}", OU=name, Service=name, LinkedAccount=str(number))
        for number, name in enumerate(names)
    ]

    made, board = with_board({DAY: archived_table(*rows)})
    pdf = Pdf.of(executive_pdf(made.report, board), tmp_path)

    text = pdf.text()
    assert BOX * 4 in text
    assert f"{BOX} stands for a letter that this PDF's font does not have" in text
    assert '#set page("a0")' in text
    assert "*_$`<a>" in text
    assert pdf.info()["Page size"].endswith("(A4)")
    assert pdf.outside(MARGIN) == []


def test_a_thousand_ous_are_three_pages_and_a_number(tmp_path: Path) -> None:
    rows = [row("1", OUPath=f"Root/Unit-{n:04}", OU=f"Unit-{n:04}") for n in range(1000)]

    made, board = with_board({DAY: archived_table(*rows)})
    pdf = Pdf.of(executive_pdf(made.report, board), tmp_path)

    assert int(pdf.info()["Pages"]) <= 3
    assert "more OUs on the dashboard" in pdf.text()


def test_amounts_as_large_as_they_come_stay_in_their_columns(tmp_path: Path) -> None:
    huge = Decimal("987654321098.76")
    tables = {date(2026, 3, n): archived_table(row(str(huge))) for n in (15, 16)}

    made, board = with_board(tables)
    pdf = Pdf.of(executive_pdf(made.report, board), tmp_path)

    assert cents(2 * huge) in pdf.text()
    assert pdf.outside(MARGIN) == []


def test_a_day_without_a_row_is_a_report_as_well(tmp_path: Path) -> None:
    made, board = with_board({DAY: archived_table()})

    pdf = Pdf.of(executive_pdf(made.report, board), tmp_path)

    assert "No light: no OU has a budget" in pdf.text()
    assert BOX not in pdf.text()


def test_the_currency_that_is_budgeted_has_the_drawings_and_the_other_the_same_figures(
    tmp_path: Path,
) -> None:
    days = month_of_rows(more=(row("4.56", Currency="EUR"),))

    made, board = with_board(days)
    pdf = Pdf.of(executive_pdf(made.report, board), tmp_path)

    text = pdf.text()
    assert 'All amounts up to "In EUR" in USD' in text.replace("“", '"').replace("”", '"')
    for part in made.report.figures.currencies:
        assert cents(part.total) in text
        assert cents(part.month_to_date) in text
    assert pdf.said("pdfinfo", "-struct").count("Figure") == 3


def test_two_eventful_currencies_are_three_pages(tmp_path: Path) -> None:
    both = ("USD", "EUR")
    units = [{"OU": f"Unit-{n}", "OUPath": f"Root/Unit-{n}", "Currency": "EUR"} for n in range(30)]
    days = month_of_rows(more=[row("4.56", **unit) for unit in units])
    made = composed(
        days,
        anomalies=[anomaly(currency=each, service=f"S{n}") for each in both for n in range(9)],
        changes=[
            change(currency=each, service=f"S{n}", span=span)
            for each in both
            for span in ("day", "month")
            for n in range(9)
        ],
    )

    pdf = Pdf.of(executive_pdf(made.report, board_of(days)), tmp_path)

    assert int(pdf.info()["Pages"]) == 3
    assert pdf.outside(MARGIN) == []
    assert pdf.text().count("and 3 more on the dashboard") == 2


def test_the_list_of_characters_is_what_the_fonts_have() -> None:
    listed = Path("services/notifier/executive/fonts/coverage.txt").read_text(encoding="ascii")

    assert listed == coverage(), "run `make fonts`"


def test_texts_are_made_printable_wherever_they_stand() -> None:
    found = printable({"a": ["é", "e\u0301", "中", "a\u200bb", 3, None]})

    assert found == {"a": ["é", "é", BOX, "a b", 3, None]}
