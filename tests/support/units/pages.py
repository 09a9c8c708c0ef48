"""The digest's HTML as a parser reads it, and a dashboard's texts as its script does."""

import json
import re
import zlib
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """Counts a page's tags and keeps its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def squeezed(text: str) -> str:
    """Return a text with each run of white space as one space."""
    return " ".join(text.split())


def texts_of(dashboard: bytes) -> dict[str, Any]:
    """Unpack the texts of a dashboard's file."""
    found = re.search(rb'id="texts">([A-Za-z0-9+/=]+)<', dashboard)
    assert found
    texts: dict[str, Any] = json.loads(zlib.decompress(b64decode(found[1])))
    return texts
