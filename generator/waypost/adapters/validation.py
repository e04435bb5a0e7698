"""Turn parsed YAML into a model, and what pydantic says about it into problems with their places."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from waypost.adapters.yaml_source import DataPath, YamlDocument
from waypost.problems import CODES, Problem, did_you_mean

T = TypeVar("T")

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")

_TYPE_WORDS = {
    "bool_type": "true or false",
    "dataclass_type": "a mapping of keys and values",
    "dict_type": "a mapping of keys and values",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "list_type": "a list",
    "mapping_type": "a mapping of keys and values",
    "string_type": "text",
    "tuple_type": "a list",
}


@cache
def adapter_for(model: type[T]) -> TypeAdapter[T]:
    """Return pydantic's adapter of a model; building one is slow, so each is built once."""
    return TypeAdapter(model)


def validate(document: YamlDocument, model: type[T]) -> tuple[T | None, list[Problem]]:
    """Check a document against a model; return the model, or None with every problem in it."""
    if not isinstance(document.data, dict):
        message = "The file is empty." if document.data is None else "The file must be a mapping of keys and values."
        return None, [document.problem_at((), "wrong-type", f"{message} See docs/reference/formats.md.")]
    try:
        return adapter_for(model).validate_python(document.data), []
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not _is_echo(detail)]
        return None, _unique(_to_problem(document, model, detail) for detail in details)


def expand_environment(document: YamlDocument, environment: Mapping[str, str] = os.environ) -> list[Problem]:
    """Replace `${NAME}` and `${NAME:-default}` in every text of a document, in place."""
    problems: list[Problem] = []

    def expand(text: str, path: DataPath) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] in environment:
                return environment[match[1]]
            if match[2] is None:
                message = f"The environment variable {match[1]} is not set. Set it, or write ${{{match[1]}:-default}}."
                problems.append(document.problem_at(path, "environment", message))
            return match[2] or ""

        return _VARIABLE.sub(value, text)

    document.data = _map_text(document.data, (), expand)
    return problems


def _map_text(data: Any, path: DataPath, change: Callable[[str, DataPath], str]) -> Any:
    if isinstance(data, str):
        return change(data, path)
    if isinstance(data, list):
        return [_map_text(item, (*path, index), change) for index, item in enumerate(data)]
    if isinstance(data, dict):
        return {key: _map_text(item, (*path, key), change) for key, item in data.items()}
    return data


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


def _is_echo(detail: ErrorDetails) -> bool:
    """Tell whether an error only repeats that something inside it failed ("0 valid items")."""
    given = detail["input"]
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(given, list | dict) and len(given) >= least


def _resolve(data: Any, location: tuple[int | str, ...]) -> DataPath:
    """Follow an error's location through the data, skipping the tags of unions, which are not in the file."""
    path: list[int | str] = []
    for step in location:
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside_list or (isinstance(data, dict) and step in data):
            data = data[step]
            path.append(step)
    return tuple(path)


def _to_problem(document: YamlDocument, model: type[Any], detail: ErrorDetails) -> Problem:
    kind, location = detail["type"], detail["loc"]
    path = _resolve(document.data, location)
    name = str(location[-1]) if location else ""
    if kind == "unexpected_keyword_argument":
        suggestion = did_you_mean(name, _known_keys(model, location[:-1]))
        known = ", ".join(_known_keys(model, location[:-1]))
        rest = suggestion or (f" Known keys: {known}." if known else "")
        return document.problem_at(path, "unknown-key", f"Unknown key '{name}'.{rest}", at_key=True)
    if kind == "missing":
        return document.problem_at(path, "missing-key", f"The key '{name}' is missing. Add it here.")
    if name == "[key]":
        path = _resolve(document.data, location[:-1])
    code, message = _describe(kind, detail)
    return document.problem_at(path, code, message, at_key=name == "[key]")


def _describe(kind: str, detail: ErrorDetails) -> tuple[str, str]:
    context: dict[str, Any] = detail.get("ctx", {})
    if kind in CODES:
        return kind, str(context["message"])
    if kind in _TYPE_WORDS:
        hint = " Put it in quotes." if kind == "string_type" and not isinstance(detail["input"], list | dict) else ""
        return "wrong-type", f"Expected {_TYPE_WORDS[kind]}.{hint}"
    if kind == "enum":
        return "bad-value", _describe_choice(detail)
    if kind == "string_pattern_mismatch":
        return "bad-value", _describe_pattern(str(context["pattern"]))
    if kind == "string_too_long":
        return "bad-value", f"The text is longer than {context['max_length']} characters. Shorten it."
    if kind in ("too_short", "string_too_short"):
        return "bad-value", "This is empty. Add at least one entry."
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"):
        bound = detail["msg"].removeprefix("Input should be ")
        return "bad-value", f"The number must be {bound}."
    return "bad-value", f"{detail['msg']}."


def _describe_choice(detail: ErrorDetails) -> str:
    choices = [choice.strip(" '") for choice in re.split(r",| or ", str(detail.get("ctx", {})["expected"]))]
    given = detail["input"]
    hint = did_you_mean(given, choices) if isinstance(given, str) else ""
    return f"Expected one of: {', '.join(choices)}.{hint}"


def _describe_pattern(pattern: str) -> str:
    if pattern.startswith("^[a-z0-9]+(-"):
        return "Use lower-case letters, digits and single hyphens, such as photo-search."
    if "mailto" in pattern:
        return "Expected an address that starts with https:// or mailto:."
    return "Expected the path of an icon, such as material/tray-arrow-down."


def _known_keys(model: type[Any], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the mapping at an error's location may have, read from the JSON Schema."""
    schema = _schema(model)
    node: dict[str, Any] = _deref(schema, schema)
    for step in location:
        node = _deref(schema, _step(schema, node, step))
    return list(node.get("properties", {}))


@cache
def _schema(model: type[Any]) -> dict[str, Any]:
    return adapter_for(model).json_schema()


def _deref(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for part in node.get("anyOf", []):
        if "$ref" in part or part.get("type") in ("object", "array"):
            node = part
    if "$ref" in node:
        node = schema["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
    return node


def _step(schema: dict[str, Any], node: dict[str, Any], step: int | str) -> dict[str, Any]:
    if isinstance(step, int):
        items: dict[str, Any] = node.get("items", {})
        return items
    for option in node.get("oneOf", []):
        found = _deref(schema, option)
        if found.get("title", "").lower().endswith(step):
            return found
    within: dict[str, Any] = node.get("properties", {}).get(step, node.get("additionalProperties", {}) or {})
    return within if isinstance(within, dict) else {}
