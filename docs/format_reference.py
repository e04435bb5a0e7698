"""Describe every file format for docs/reference/formats.md, from the models that read them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import annotated_types
from pydantic import WithJsonSchema
from pydantic_core import PydanticUndefined

from waypost.formats import checks, expectations, search, status, status_config, subscribers, support
from waypost.formats import field_types as words
from waypost.reading.json_schemas import FORMATS, attribute_docstrings

EXAMPLES = Path(__file__).resolve().parent / "examples"

TYPES: tuple[tuple[Any, str], ...] = (
    (words.Line, "one line of text, at most 160 characters"),
    (words.Slug, "id: lower-case letters, digits and single hyphens"),
    (words.HostPort, "host and port, such as `mail.example.com:25`"),
    (words.Duration, "duration with its unit, such as `500ms`, `60s` or `5m`"),
    (words.Moment, "time with its offset, such as `2026-11-20T10:02:00+01:00`"),
    (words.Day, "date, such as `2026-11-20`"),
    (words.MomentOrDay, "date, or time with its offset"),
    (words.TimeZone, "time zone, such as `Europe/Berlin`"),
    (words.WebUrl, "http or https address"),
    (words.HttpsUrl, "https address"),
    (support.FeedbackUrl, "https address, or a path of the same host such as `/feedback`"),
    (words.DirectoryUrl, "http or https address of a folder"),
    (words.ContentPath, "path from content/, such as `galleries/open.md`"),
    (search.Expected, "path from content/, such as `galleries/open.md`, or `none`"),
    (words.FormerAddress, "address from the root of the help center, such as `old/page/`"),
    (words.FilePath, "path of a file from content/, such as `downloads/checklist.pdf`"),
    (status.Trouble, "one of `degraded_performance`, `partial_outage`, `major_outage`"),
    (status_config.Weight, "number, 0 to 1"),
    (support.DayHoursText, 'opening hours in quotes, such as `"09:00-18:00"`'),
    (support.AnswerHours, "hours, such as `4h` or `24-48h`"),
    (support.Week, 'mapping of `monday` to `sunday` to opening hours in quotes, such as `"09:00-18:00"`'),
    (status_config.Combine, "`any`, `all`, or a whole number, 1 to 100"),
    (expectations.StatusCodes, "status code, `2xx`, range such as `200-299`, or a list of these"),
    (expectations.Texts, "text, or a list of texts"),
    (expectations.Compared, "value, or [Comparison](#comparison)"),
    (expectations.Size, "size with its unit, such as `500kB`, `2MB` or `64KiB`, at most 16 MiB"),
    (subscribers.SecretName, "environment variable, such as `${ACME_SECRET}`"),
    (subscribers.Address, "http or https address, or an environment variable such as `${ACME_URL}`"),
    (subscribers.MailAddress, "mail address, or an environment variable such as `${ANNA_MAIL}`"),
    (subscribers.PhoneNumber, "phone number such as `+4930123456`, or an environment variable"),
    (subscribers.Network, "network, such as `10.20.0.0/16`"),
    (subscribers.Event, f"one of {', '.join(f'`{event}`' for event in subscribers.CHOOSABLE)}"),
    (checks.HeaderName, "name of a header"),
    (checks.HeaderValue, "one line of ASCII text"),
    (checks.Secret, "one line of ASCII text"),
    (str, "text"),
    (bool, "`true` or `false`"),
    (int, "whole number"),
    (float, "number"),
    (Any, "any value"),
)
"""What the types of the formats are called."""

UNUSED = "It is checked, but nothing uses it in this version."

REMARKS = {
    ("ArticleFrontMatter", "owner"): "`waypost review` sorts by it; no page shows it.",
    ("Office", "name"): UNUSED,
    ("HeartbeatCheck", "timeout"): "A heartbeat asks nobody, so it means nothing here.",
    ("HeartbeatCheck", "regions"): "A heartbeat has none.",
    ("HeartbeatCheck", "policy"): "Where nothing is written, one failure and one success are enough.",
    ("StatuspageCheck", "fails_as"): "Here it is the worst that their page can make of it.",
    ("StatuspageCheck", "regions"): "A check of another status page has none.",
    ("StatuspageCheck", "policy"): "Where nothing is written, one answer is enough.",
}
"""What a key's own description does not say of this version."""


def formats_page() -> str:
    """Describe every file format, key by key."""
    parts = [
        "# File formats\n",
        "Every file is text in UTF-8 of at most 2 MiB, a list of subscribers of at most 16 MiB.",
        "Keys that are not listed here are errors.",
        "[status/status.yml](#status) and [content/support.yml](#support) may name environment variables:",
        "`${NAME}`, or `${NAME:-default}`. In [status/subscribers.yml](#subscribers) secrets are always `${NAME}`,",
        "and are read when they are used. All examples together form one site, which a test reads.\n",
        "Below the front matter stands Markdown; [writing](../writing.md) and",
        "[incidents](../incidents.md) tell what belongs there.\n",
        *(f"- [{name}](#{name}): {where}" for name, (_, where) in FORMATS.items()),
        "",
    ]
    parts += [_format(name, model, where) for name, (model, where) in FORMATS.items()]
    return "\n".join(parts)


def _format(name: str, model: type[Any], where: str) -> str:
    parts = [f"## {name}\n", f"Where: {where}. JSON Schema: [{name}.json](../schema/{name}.json)\n"]
    parts += _table(model)
    for nested in _nested(model, []):
        parts += [f"### {nested.__name__}\n", f"{nested.__doc__}\n", *_table(nested)]
    example = next(EXAMPLES.glob(f"{name}.*"))
    language = "yaml" if example.suffix == ".yml" else "markdown"
    parts.append(f"Example, [{example.name}](../examples/{example.name}):\n")
    return "\n".join([*parts, f"```{language}\n{example.read_text(encoding='utf-8').strip()}\n```\n"])


def _table(model: type[Any]) -> list[str]:
    hints = typing.get_type_hints(model, include_extras=True)
    rows = [_key(model, field.name, hints[field.name]) for field in dataclasses.fields(model)]
    return ["| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |", *rows, ""]


def _key(model: type[Any], name: str, hint: Any) -> str:
    field = model.__pydantic_fields__[name]
    default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
    default = f"`{int(default.strip('`')) // 10**6}MB`" if hint == expectations.Size else default
    meaning = f"{attribute_docstrings(model).get(name, '')} {REMARKS.get((model.__name__, name), '')}".strip()
    return f"| `{field.alias or name}` | {_type(hint)} | {default} | {meaning} |"


def _default(value: Any) -> str:
    if value in (None, "", (), {}, PydanticUndefined, expectations.ABSENT, expectations.NO_TIME):
        return "none"
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():g}s`"
    if isinstance(value, tuple):
        return ", ".join(
            "its own defaults" if dataclasses.is_dataclass(part) else _default(part) for part in value
        )
    if dataclasses.is_dataclass(value):
        return "its own defaults"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(hint: Any) -> str:
    """Return a type in words."""
    known = next((text for kind, text in TYPES if hint == kind), None)
    return known or _composed(hint)


def _composed(hint: Any) -> str:
    arguments = [part for part in typing.get_args(hint) if part not in (types.NoneType, ...)]
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return _one_of(arguments)
    if origin is tuple:
        return f"list: {_type(arguments[0])}"
    if origin is dict:
        return f"mapping: {_type(arguments[0])}; to: {_type(arguments[1])}"
    if origin is Annotated:
        listed = [extra.json_schema or {} for extra in arguments if isinstance(extra, WithJsonSchema)]
        choices = next((schema["enum"] for schema in listed if "enum" in schema), None)
        return _one_of(choices) if choices else _type(arguments[0]) + _limits(arguments[1:])
    if arguments:
        return " or ".join(_type(part) for part in arguments)
    return _named(hint)


def _named(kind: type[Any]) -> str:
    if issubclass(kind, StrEnum):
        return _one_of(kind)
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _one_of(choices: Iterable[str]) -> str:
    return f"one of {', '.join(f'`{choice}`' for choice in choices)}"


def _limits(extras: list[Any]) -> str:
    found = [part for extra in extras for part in getattr(extra, "metadata", ())]
    said = {type(part): part for part in found}
    low, high = said.get(annotated_types.Ge), said.get(annotated_types.Le)
    if low and high:
        return f", {low.ge} to {high.le}"
    above, below = said.get(annotated_types.Gt), said.get(annotated_types.Lt)
    return f", above {above.gt} and below {below.lt}" if above and below else ""


def _nested(model: type[Any], seen: list[type[Any]]) -> list[type[Any]]:
    """Return the models that a model is made of, in the order of its keys."""
    for hint in typing.get_type_hints(model, include_extras=True).values():
        for part in _parts(hint):
            if part not in seen and hasattr(part, "__pydantic_fields__"):
                seen.append(part)
                _nested(part, seen)
    return seen


def _parts(hint: Any) -> Iterator[type[Any]]:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return
    if not arguments and isinstance(hint, type) and hint is not support.DayHours:
        yield hint
    for argument in arguments:
        yield from _parts(argument)
