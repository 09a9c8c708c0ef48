"""Settings as YAML text: read with care, and where in the text a setting stands."""

import re
from typing import Any

import yaml

from shared.errors import InputError

REMEDY = "The fields are described in docs/reference/daybook.schema.json"


class _WrittenTwice(yaml.MarkedYAMLError):
    """A key that stands twice in a mapping; YAML would let the last one win silently."""


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice and leaves dates to the model."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Look at the keys before they become a dict."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise _WrittenTwice(
                    problem=f"{key.value} is written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_TIME_OF_DAY = ("tag:yaml.org,2002:str", re.compile(r"^\d{1,2}:\d\d$"))
"""YAML 1.1 takes 14:00 for the sexagesimal number 840."""
_Loader.yaml_implicit_resolvers = {
    first: ([_TIME_OF_DAY] if first.isdigit() else [])
    + [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_settings(text: str, name: object) -> dict[str, Any]:
    """Read YAML text as a mapping; raise InputError with the line when it is none."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except _WrittenTwice as error:
        raise InputError(name, str(error.problem), "Keep one", where=_mark(error)) from None
    except yaml.YAMLError as error:
        raise InputError(name, "is not YAML", "Mend the syntax", where=_mark(error)) from None
    if not isinstance(raw, dict):
        raise InputError(name, "is not a mapping of settings", REMEDY)
    return raw


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else ""


def place_of(text: str, loc: tuple[int | str, ...]) -> str:
    """Return `line 4 (digest.recipients)`: the deepest node of the path that is in the text."""
    node: Any = yaml.compose(text, Loader=_Loader)
    for part in loc:
        inner = _child(node, part)
        if inner is None:
            break
        node = inner
    field = ".".join(str(part) for part in loc)
    line = f"line {node.start_mark.line + 1}"
    return f"{line} ({field})" if field else line


def _child(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return None
