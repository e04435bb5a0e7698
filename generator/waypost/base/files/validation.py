"""Turn parsed YAML into a model, and the errors of pydantic into problems with their places."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from waypost.base.files.text_files import read_source
from waypost.base.files.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.problems import CODES, Problem, did_you_mean

T = TypeVar("T")

ADD_OR_CORRECT = " Add it there, or correct the name."
"""The advice for an unknown name that is not near any known one."""

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")

_TYPE_WORDS = {
    "bool_parsing": "true or false",
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


def adapter_for(model: type[T]) -> TypeAdapter[T]:
    """Return pydantic's adapter of a model; building one is slow, so each is built once."""
    return _adapter(cast("Hashable", model))


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def validate(document: YamlDocument, model: type[T]) -> tuple[T | None, list[Problem]]:
    """Check a document against a model; return the model, or None with every problem in it."""
    if not isinstance(document.data, dict):
        nothing = "There are no keys here." if document.source.text.strip() else "The file is empty."
        message = nothing if document.data is None else "The file must be a mapping of keys and values."
        return None, [document.problem_at((), "wrong-type", f"{message} See docs/reference/formats.md.")]
    try:
        return adapter_for(model).validate_python(document.data), []
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not _is_echo(detail)]
        problems = [_to_problem(document, model, detail) for detail in details]
        return None, list(dict.fromkeys(problems))


def expand_and_validate(document: YamlDocument, model: type[T]) -> tuple[T | None, list[Problem]]:
    """Expand the environment, then validate; a value whose variable is not set is complained of once."""
    problems = expand_environment(document)
    unset = {problem.location for problem in problems}
    found, more = validate(document, model)
    return found, problems + [problem for problem in more if problem.location not in unset]


def load_yaml(root: Path, path: Path, model: type[T]) -> tuple[YamlDocument | None, T | None, list[Problem]]:
    """Read a file of values, put in the environment's, and check it against its model.

    The document is None where the file cannot be read as YAML, the value where it does not fit.
    """
    source, problems = read_source(root, path)
    if source is None:
        return None, None, problems
    document, found = parse_yaml(source)
    problems += found
    if document is None:
        return None, None, problems
    value, found = expand_and_validate(document, model)
    return document, value, problems + found


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


def _is_echo(detail: ErrorDetails) -> bool:
    """Return whether an error only repeats that something inside it failed ("0 valid items")."""
    given = detail["input"]
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(given, list | dict) and len(given) >= least


def _resolve(model: type[Any], data: Any, location: tuple[int | str, ...]) -> DataPath:
    """Follow an error's location through the data, skipping the tags of unions, which are not in the file.

    A tag may be called like a key (a group's tag is `group`), so the schema tells which steps are tags.
    """
    schema = _schema(cast("Hashable", model))
    node = _deref(schema, schema)
    path: list[int | str] = []
    for step in location:
        is_tag = "oneOf" in node
        node = _deref(schema, _step(schema, node, step))
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if not is_tag and (inside_list or (isinstance(data, dict) and step in data)):
            data = data[step]
            path.append(step)
    return tuple(path)


def _to_problem(document: YamlDocument, model: type[Any], detail: ErrorDetails) -> Problem:
    kind, location = detail["type"], detail["loc"]
    path = _resolve(model, document.data, location)
    name = str(location[-1]) if location else ""
    if kind == "unexpected_keyword_argument":
        suggestion = did_you_mean(name, _known_keys(model, location[:-1]))
        known = ", ".join(_known_keys(model, location[:-1]))
        rest = suggestion or (f" Known keys: {known}." if known else "")
        return document.problem_at(path, "unknown-key", f"Unknown key '{name}'.{rest}", at_key=True)
    if kind == "missing":
        return document.problem_at(path, "missing-key", f"The key '{name}' is missing. Add it here.")
    if name == "[key]":
        path = _resolve(model, document.data, location[:-1])
    code, message = _describe(kind, detail)
    at_fault = detail.get("ctx", {}).get("key")
    at_key = name == "[key]" or code == "unknown-key"
    return document.problem_at((*path, at_fault) if at_fault else path, code, message, at_key=at_key)


def _describe(kind: str, detail: ErrorDetails) -> tuple[str, str]:  # noqa: PLR0911  # a table of cases
    context: dict[str, Any] = detail.get("ctx", {})
    if kind in CODES:
        return kind, str(context["message"])
    if kind in _TYPE_WORDS:
        expected = _TYPE_WORDS[kind]
        return "wrong-type", f"Expected {expected}. {_describe_type(expected, detail['input'])}"
    if kind in ("enum", "literal_error"):
        return "bad-value", _describe_choice(detail)
    if kind == "string_pattern_mismatch":
        return "bad-value", _describe_pattern(str(context["pattern"]))
    if kind in ("string_too_long", "too_long", "too_short", "string_too_short"):
        return "bad-value", _describe_length(detail, context)
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"):
        bound = detail["msg"].removeprefix("Input should be ")
        bound = bound.replace("greater than or equal to", "at least")
        bound = bound.replace("less than or equal to", "at most")
        return "bad-value", f"The number must be {bound}."
    return "bad-value", f"{detail['msg']}."


def _describe_length(detail: ErrorDetails, context: dict[str, Any]) -> str:
    is_text, is_long = isinstance(detail["input"], str), "max_length" in context
    if is_text and is_long:
        return f"The text is longer than {context['max_length']} characters. Shorten it."
    if is_text:
        return "The text is empty. Write something."
    if is_long:
        return f"There are more than {context['max_length']} entries. Leave some out."
    least = context["min_length"]
    return (
        "This is empty. Add at least one entry."
        if least == 1
        else f"At least {least} entries belong here. Add one."
    )


def _describe_type(expected: str, given: Any) -> str:
    if given is None:
        return "Write it, or leave the key out if it is optional."
    if expected == "text":
        return f"Put it in quotes{' if it starts with a bracket' if isinstance(given, list | dict) else ''}."
    if expected == "a list":
        # A value may have come from the environment, so it is not repeated.
        return "Write it as [one, two]."
    if expected == "a mapping of keys and values":
        return "Write it as `key: value`, one a line."
    return "Write true or false." if expected == "true or false" else "Write it in digits, such as 3."


def _describe_choice(detail: ErrorDetails) -> str:
    choices = [choice.strip(" '") for choice in re.split(r",| or ", str(detail.get("ctx", {})["expected"]))]
    given = detail["input"]
    hint = did_you_mean(given, choices) if isinstance(given, str) else ""
    return f"Expected one of: {', '.join(choices)}.{hint}"


def _describe_pattern(pattern: str) -> str:
    if pattern.startswith("^[a-z0-9]+(-"):
        return "Use lower-case letters, digits and single hyphens, such as photo-search."
    return "Expected the path of an icon, such as material/tray-arrow-down."


def _known_keys(model: type[Any], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the mapping at an error's location may have, read from the JSON Schema."""
    schema = _schema(cast("Hashable", model))
    node: dict[str, Any] = _deref(schema, schema)
    for step in location:
        node = _deref(schema, _step(schema, node, step))
    return list(node.get("properties", {}))


@cache
def _schema(model: Any) -> dict[str, Any]:
    return _adapter(model).json_schema()


def _deref(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for part in node.get("anyOf", []):
        if "$ref" in part or part.get("type") in ("object", "array"):
            node = part
            break
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
