"""What a check expects of an answer: status codes, texts, comparisons, sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, Duration, fault

CERTIFICATE_DAYS = 14
"""Days before the end of a certificate from which on it is told of, where a check does not say."""

MAX_BODY = 16 * 1024 * 1024
"""The largest body that a check may be told to read, in bytes."""

_STATUS_EXAMPLE = 'Expected a status code: a number such as 200, "2xx", "200-299", or a list of these.'
_SIZE = re.compile(r"(\d{1,9})\s?(kB|KiB|MB|MiB|B)?")
_SIZE_UNITS = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2}


class Expression(NamedTuple):
    """A text of a check in a language that only an outside library reads."""

    language: Literal["pattern", "json-path", "cron"]
    path: tuple[str, ...]
    """The keys that lead to it from the check."""
    text: str


class CodeRange(NamedTuple):
    """HTTP status codes from the first to the last."""

    first: int
    last: int

    def __str__(self) -> str:
        """Give it as people write it: 200, 2xx or 200-204."""
        if self.first == self.last:
            return str(self.first)
        is_class = self.first % 100 == 0 and self.last == self.first + 99
        return f"{self.first // 100}xx" if is_class else f"{self.first}-{self.last}"


def _code_range(value: Any) -> CodeRange:
    if isinstance(value, CodeRange):
        return value
    if type(value) is int and 100 <= value <= 599:
        return CodeRange(value, value)
    text = value if isinstance(value, str) else ""
    if re.fullmatch(r"[1-5]xx", text):
        return CodeRange(int(text[0]) * 100, int(text[0]) * 100 + 99)
    match = re.fullmatch(r"([1-5]\d\d)(?:-([1-5]\d\d))?", text)
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise fault("bad-value", _STATUS_EXAMPLE)
    return CodeRange(int(match[1]), int(match[2] or match[1]))


def _code_ranges(value: Any) -> Any:
    if isinstance(value, CodeRange):
        return (value,)
    given = value if isinstance(value, list | tuple) else [value]
    if not given:
        raise fault("bad-value", _STATUS_EXAMPLE)
    return tuple(_code_range(item) for item in given)


_CODE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": "^[1-5](xx|[0-9]{2}(-[1-5][0-9]{2})?)$"},
    ]
}

StatusCodes = Annotated[
    tuple[Any, ...],
    BeforeValidator(_code_ranges),
    PlainSerializer(lambda ranges: [str(each) for each in ranges]),
    WithJsonSchema(
        {"anyOf": [*_CODE_SCHEMA["anyOf"], {"type": "array", "items": _CODE_SCHEMA, "minItems": 1}]}
    ),
]
"""A status code, a class such as `2xx`, a range such as `200-299`, or a list of these."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=1000)]

Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_list, json_schema_input_type=Text | tuple[Text, ...]),
    Field(max_length=20),
]
"""A text, or a list of texts."""

Pattern = Annotated[str, Field(min_length=1, max_length=1000)]
"""A regular expression; whether it is one is checked where the file is read."""


def _size(value: Any) -> Any:
    match = _SIZE.fullmatch(str(value)) if type(value) in (int, str) else None
    size = int(match[1]) * _SIZE_UNITS[match[2] or "B"] if match else 0
    if not 1 <= size <= MAX_BODY:
        raise fault("bad-value", "Expected a size such as 500kB, 2MB or 64KiB, at most 16 MiB.")
    return size


Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "pattern": f"^{_SIZE.pattern}$", "minimum": 1}),
]
"""A number of bytes with its unit: 500kB, 2MB, 64KiB."""


class Absent(Enum):
    """Stands where nothing was written, because `null` is a value that can be expected."""

    ABSENT = ""


ABSENT = Absent.ABSENT

Number = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Bounds:
    """Limits of a number; all that are written must hold."""

    equals: Number | None = None
    """It is this number."""
    gt: Number | None = None
    """It is greater than this."""
    ge: Number | None = None
    """It is at least this."""
    lt: Number | None = None
    """It is less than this."""
    le: Number | None = None
    """It is at most this."""

    def __post_init__(self) -> None:
        if all(limit is None for limit in (self.equals, self.gt, self.ge, self.lt, self.le)):
            raise fault("bad-value", "Nothing is compared here. Write a limit, such as `ge: 1`.")


def _as_bounds(value: Any) -> Any:
    return value if isinstance(value, Mapping | Bounds) else {"equals": value}


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Comparison:
    """What a value is compared with; all that are written must hold."""

    equals: Any = Field(default_factory=lambda: ABSENT)
    """It is this value: text, a number, true, false, null, a list or a mapping."""
    not_: Any = Field(default_factory=lambda: ABSENT, alias="not")
    """It is there, and is not this value."""
    gt: Number | None = None
    """It is a number greater than this."""
    ge: Number | None = None
    """It is a number of at least this."""
    lt: Number | None = None
    """It is a number less than this."""
    le: Number | None = None
    """It is a number of at most this."""
    matches: Pattern | None = None
    """It is a text in which this regular expression is found."""
    contains: Any = Field(default_factory=lambda: ABSENT)
    """It is a text that holds this text, a list with this entry, or a mapping with this key."""
    exists: bool | None = None
    """Whether it is there at all."""
    length: Annotated[Bounds, BeforeValidator(_as_bounds, json_schema_input_type=int | Bounds)] | None = None
    """How many characters, entries or keys it has: a number, or limits such as `{ge: 1}`."""

    def __post_init__(self) -> None:
        maybe_absent = (self.equals, self.not_, self.contains)
        maybe_none = (self.gt, self.ge, self.lt, self.le, self.matches, self.exists, self.length)
        if all(part is ABSENT for part in maybe_absent) and all(part is None for part in maybe_none):
            raise fault("bad-value", "Nothing is compared here. Write a comparison, such as `equals: ok`.")


def _as_comparison(value: Any) -> Any:
    return value if isinstance(value, Mapping | Comparison) else {"equals": value}


Compared = Annotated[
    Comparison,
    BeforeValidator(
        _as_comparison, json_schema_input_type=Comparison | str | float | bool | list[Any] | None
    ),
]
"""A value, or comparisons with values."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ExpectBase:
    """What every kind of check can expect of an answer."""

    within: Duration | None = None
    """An answer that takes longer counts as degraded_performance."""


WarnDays = Annotated[int, Field(ge=0, le=365)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Expect(ExpectBase):
    """What a good answer of a web server looks like; all that is written must hold."""

    status: StatusCodes = Field(default_factory=lambda: (CodeRange(200, 299),))
    """HTTP status codes: a number, `2xx`, `200-299`, or a list of these."""
    body_contains: Texts = ()
    """A text, or several, that the body holds."""
    body_not_contains: Texts = ()
    """A text, or several, of which the body holds none."""
    body_matches: Pattern | None = Field(default=None, repr=False)
    """A regular expression that is found in the body."""
    body_json: dict[Annotated[str, Field(max_length=1000)], Compared] = Field(
        default_factory=dict, repr=False
    )
    """JSON paths into the body, and the values they have or comparisons, such as `{"$.ok": true}`."""
    headers: dict[Annotated[str, Field(min_length=1, max_length=200)], Compared] = Field(
        default_factory=dict, repr=False
    )
    """Names of headers, and the values they have or comparisons."""
    max_size: Size = 2 * 1000 * 1000
    """The largest body, counted after decompression; more is a failure, and is not read."""
    certificate_days: WarnDays = CERTIFICATE_DAYS
    """Days before the end of its certificate from which on it is told of; it is no outage."""

    @property
    def wants_body(self) -> bool:
        """Whether the body has to be looked at."""
        return bool(self.body_contains or self.body_not_contains or self.body_matches or self.body_json)

    @property
    def follows(self) -> bool:
        """Whether redirects are followed: not where one of them is what is expected."""
        return not any(codes.first < 400 and codes.last >= 300 for codes in self.status)

    def expressions(self) -> list[Expression]:
        """Return the texts that only outside libraries can read."""
        found = [Expression("pattern", ("body_matches",), self.body_matches)] if self.body_matches else []
        for key, compared in (("body_json", self.body_json), ("headers", self.headers)):
            for name, comparison in compared.items():
                if key == "body_json":
                    found.append(Expression("json-path", (key, name), name))
                if comparison.matches is not None:
                    found.append(Expression("pattern", (key, name, "matches"), comparison.matches))
        return found


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ExpectText(ExpectBase):
    """What a good answer of a port looks like."""

    contains: Text | None = Field(default=None, repr=False)
    """A text that the answer holds."""
    matches: Pattern | None = Field(default=None, repr=False)
    """A regular expression that is found in the answer."""
    certificate_days: WarnDays = CERTIFICATE_DAYS
    """With `tls`: days before the end of its certificate from which on it is told of; it is no outage."""

    def __post_init__(self) -> None:
        if self.contains is not None and self.matches is not None:
            raise fault("bad-value", "Write `contains` or `matches`, not both.", "matches")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ExpectCertificate(ExpectBase):
    """What a good certificate looks like."""

    certificate_days: WarnDays = CERTIFICATE_DAYS
    """Days before its end from which on it is told of; it is no outage."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ExpectRecords(ExpectBase):
    """What a good answer of a name server looks like."""

    values: Annotated[tuple[Text, ...], Field(max_length=100)] | None = None
    """Exactly these records, in any order; `[]` says that there are none."""
    contains: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Records that are there, beside others."""
    rcode: Literal["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"] = "NOERROR"
    """The response code."""

    def __post_init__(self) -> None:
        if self.values is not None and self.contains:
            raise fault("bad-value", "Write `values` or `contains`, not both.", "contains")
        if self.rcode != "NOERROR" and (self.values or self.contains):
            raise fault(
                "bad-value", f"An answer with {self.rcode} has no records. Leave one of both out.", "rcode"
            )


NO_TIME = timedelta(0)
"""Stands where a time was not written."""
