"""Writes the reference documents from the code: JSON Schemas, an AsyncAPI document, env tables.

`python -m daybook.reference docs/reference`
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.auditor.settings import AuditorSettings
from services.catalog.settings import CatalogSettings
from services.notifier.settings import NotifierSettings
from services.query.settings import QuerySettings
from shared.config import Config
from shared.events import EVENTS
from shared.settings import WorkerSettings
from shared.topology import load_topology

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SETTINGS = {
    "every worker": WorkerSettings,
    "query adds": QuerySettings,
    "catalog adds": CatalogSettings,
    "notifier adds": NotifierSettings,
    "auditor adds": AuditorSettings,
}


def documents() -> Iterator[tuple[str, str]]:
    """Yield every reference document: file name and text."""
    yield "daybook.schema.json", _json({"$schema": DIALECT, **Config.model_json_schema()})
    for name, event in EVENTS.items():
        yield f"events/{name}.schema.json", _json({"$schema": DIALECT, **event.model_json_schema()})
    yield "asyncapi.json", _json(asyncapi())
    yield "settings.md", _settings()


def asyncapi() -> dict[str, Any]:
    """Return who says and hears what, as AsyncAPI 3.0."""
    topology = load_topology()
    channel = {"$ref": "#/channels/events"}
    operations = {}
    for worker, entry in topology.workers.items():
        for action, names in (("receive", entry.hears), ("send", entry.says)):
            messages = [{"$ref": f"#/channels/events/messages/{name}"} for name in names]
            operations[f"{worker}-{action}"] = {
                "action": action,
                "channel": channel,
                "summary": f"The {worker} worker {entry.does}.",
                "messages": messages,
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Daybook events", "version": "1.0.0"},
        "channels": {
            "events": {
                "address": topology.events_topic,
                "messages": {name: _message(name) for name in EVENTS},
            }
        },
        "operations": operations,
    }


def _message(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": "application/cloudevents+json",
        "summary": (EVENTS[name].__doc__ or "").strip(),
        "payload": {"$ref": f"events/{name}.schema.json"},
    }


def _settings() -> str:
    """Return the environment variables of the workers as a Markdown page."""
    lines = ["# Environment variables of the workers", ""]
    seen: set[str] = set()
    for title, settings in SETTINGS.items():
        lines += [
            f"## {title.capitalize()}",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
        ]
        for name, field in settings.model_fields.items():
            if name not in seen:
                default = "required" if field.is_required() else f"`{field.default}`"
                lines.append(f"| `DAYBOOK_{name.upper()}` | {default} | {field.description} |")
        seen |= set(settings.model_fields)
        lines.append("")
    return "\n".join(lines)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write all documents below `folder`."""
    for name, text in documents():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
