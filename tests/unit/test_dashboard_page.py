"""The dashboard's file: its policy, its bytes, its packing."""

import json
import re
import zlib
from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.dashboard.packed import PLANES, packed, planes
from services.notifier.dashboard.page import page
from tests.support.boards import board_of, month_of_rows

LIMIT = 2 ** (8 * PLANES - 1)


def unpacked(raw: bytes, count: int) -> list[int]:
    coded = [
        sum(raw[plane * count + n] << 8 * plane for plane in range(PLANES)) for n in range(count)
    ]
    return [-(value + 1) // 2 if value % 2 else value // 2 for value in coded]


@given(st.lists(st.integers(-LIMIT + 1, LIMIT - 1)))
def test_byte_planes_hold_every_integer(values: list[int]) -> None:
    assert unpacked(planes(values), len(values)) == values


def test_an_amount_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        planes([LIMIT])


def test_the_same_archive_gives_the_same_bytes() -> None:
    assert page(board_of(month_of_rows())) == page(board_of(month_of_rows()))


def test_only_the_pages_own_scripts_may_run() -> None:
    html = page(board_of(month_of_rows())).decode()

    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    assert "unsafe" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == allowed["script-src"].count("sha256-") == 2
    for script in scripts:
        digest = sha256(script.encode()).digest()
        assert any(b64decode(each) == digest for each in re.findall("sha256-([^']+)", policy))


def test_it_refers_to_nothing_outside() -> None:
    html = page(board_of(month_of_rows())).decode()
    ours = html.partition("<script>")[0]

    assert not re.search(r"\s(?:src|href)\s*=\s*[\"'](?!#)", ours)
    assert "@import" not in ours
    assert "url(" not in ours


def test_its_texts_say_what_is_archived() -> None:
    board = board_of(month_of_rows(days=20))
    texts = json.loads(zlib.decompress(b64decode(packed(board)[0])))

    assert texts["days"][-1] == "2026-03-16"
    assert texts["archived"] == [1] * 20
    (dollars,) = texts["currencies"]
    assert dollars["ous"] == ["", "Root", "Root/Sandbox", "Root/Workloads", "Root/Workloads/Prod"]
    assert dollars["accounts"][1:] == [["111111111111", "shop"], ["222222222222", "lab"]]
