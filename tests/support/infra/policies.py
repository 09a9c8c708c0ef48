"""Reads IAM policy documents: what they grant, and what they decide.

A small evaluator for what no emulator enforces. It knows the operators that `infra/` uses and
refuses any other, so that a condition is never passed over. Source: AWS IAM User Guide, "Policy
evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Context = Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document, with lists where AWS takes one or many."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]
    principal: Any
    sid: str

    def speaks_of(self, action: str, resource: str, context: Context) -> bool:
        """Say whether the statement applies to a call."""
        return (
            any(matches(pattern, action) for pattern in self.actions)
            and any(matches(pattern, resource) for pattern in self.resources)
            and self._holds(context)
        )

    @property
    def services(self) -> list[str]:
        """The service principals that it names."""
        return many(self.principal.get("Service", [])) if isinstance(self.principal, dict) else []

    def _holds(self, context: Context) -> bool:
        lower = {key.lower(): value for key, value in context.items()}
        return all(
            OPERATORS[operator](lower.get(key.lower()), many(wanted))
            for operator, keys in self.conditions.items()
            for key, wanted in keys.items()
        )


def statements(document: str | Mapping[str, Any]) -> list[Statement]:
    """Read a policy document."""
    loaded = json.loads(document) if isinstance(document, str) else document
    return [
        Statement(
            effect=part["Effect"],
            actions=tuple(many(part["Action"])),
            resources=tuple(many(part.get("Resource", "*"))),
            conditions=part.get("Condition", {}),
            principal=part.get("Principal"),
            sid=part.get("Sid", ""),
        )
        for part in loaded["Statement"]
    ]


def decide(
    known: Iterable[Statement], action: str, resource: str, context: Context | None = None
) -> str:
    """Return Deny when any statement denies, else Allow when any allows, else Deny."""
    effects = {s.effect for s in known if s.speaks_of(action, resource, context or {})}
    return "Deny" if "Deny" in effects or "Allow" not in effects else "Allow"


def denies(
    known: Iterable[Statement], action: str, resource: str, context: Context | None = None
) -> bool:
    """Say whether a statement denies explicitly: whatever else allows, this wins."""
    return any(s.effect == "Deny" and s.speaks_of(action, resource, context or {}) for s in known)


def matches(pattern: str, value: str) -> bool:
    """Match with `*` and `?`, and nothing else, as IAM does."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def many(value: Any) -> list[Any]:
    """Return one or many as a list."""
    return value if isinstance(value, list) else [value]


Operator = Callable[[str | None, list[str]], bool]


def _any(test: Callable[[str, str], bool]) -> Operator:
    return lambda actual, wanted: actual is not None and any(test(w, actual) for w in wanted)


def _if_exists(operator: Operator) -> Operator:
    return lambda actual, wanted: actual is None or operator(actual, wanted)


OPERATORS: dict[str, Operator] = {
    "StringEquals": _any(lambda wanted, actual: wanted == actual),
    "ArnEquals": _any(matches),
    "ArnLike": _any(matches),
    "Bool": _any(lambda wanted, actual: wanted == actual),
    "NumericLessThan": _any(lambda wanted, actual: float(actual) < float(wanted)),
    # A negated operator holds for a key that is not there.
    "StringNotEquals": lambda actual, wanted: actual is None or actual not in wanted,
    "Null": lambda actual, wanted: (actual is None) == (wanted[0] == "true"),
}
OPERATORS |= {
    f"{name}IfExists": _if_exists(OPERATORS[name]) for name in ("StringEquals", "ArnLike")
}


@dataclass(frozen=True)
class Planned:
    """What a plan holds, flat."""

    resources: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> "Planned":
        """Read a plan as JSON."""
        return cls(tuple(_flat(plan["planned_values"]["root_module"])))

    def of_type(self, *kinds: str) -> dict[str, Mapping[str, Any]]:
        """Return values by address."""
        return {r["address"]: r["values"] for r in self.resources if r["type"] in kinds}

    def worker_policies(self) -> dict[str, list[Statement]]:
        """Return what each worker's role is granted, by worker."""
        policies = self.of_type("aws_iam_role_policy")
        return {
            values["role"].removeprefix("daybook-"): statements(values["policy"])
            for values in policies.values()
            if values["name"] == "work"
        }


def _flat(module: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _flat(child)
