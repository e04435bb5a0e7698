"""The text of an answer, in the charset that its server, its first bytes or its page names."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_META_WITHIN = 4096
"""Bytes at the beginning of a page in which its charset is looked for."""

_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "big5": "big5hkscs",
}
"""What browsers read in place of a charset, because pages hold more than it has (WHATWG Encoding)."""

_KNOWN = frozenset(
    {
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "koi8-r",
        "koi8-u",
        "euc_jp",
        "iso2022_jp",
        "gb18030",
        "big5hkscs",
        "mac-roman",
        "cp866",
        *(f"iso8859-{part}" for part in range(2, 17)),
        *(f"cp125{part}" for part in range(9)),
        *_WIDER.values(),
    }
)
"""The charsets of the web. Python knows others, some of which take for ever on what a stranger writes."""

_OTHER_NAMES = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "windows-949": "cp949"}


def decode(body: bytes, content_type: str = "") -> str:
    """Return a body as text, in the charset that it names, else UTF-8; what cannot be read is marked."""
    return body.decode(charset_of(body, content_type), "replace")


def charset_of(body: bytes, content_type: str = "") -> str:
    """Return the name of the charset of a body, as Python knows it."""
    mark = next((name for start, name in _MARKS if body.startswith(start)), None)
    if mark:
        return mark
    parameter = _PARAMETER.search(content_type)
    meta = _META.search(body[:_META_WITHIN]) if not parameter else None
    label = parameter[1] if parameter else meta[1].decode("ascii") if meta else "utf-8"
    return _codec(label.lower()) or "utf-8"


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(_OTHER_NAMES.get(label, label)).name
    except LookupError:
        return None
    wider = _WIDER.get(name, name)
    return wider if wider in _KNOWN else None
