"""Attribute lists: what writers put behind a heading, a link or a paragraph, `{#id .class key="value"}`.

The form is that of Python-Markdown's `attr_list`. Braces that hold anything else are text. A list adds what something
looks like, and never what it does.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from waypost.base.markdown.active_html import may_act
from waypost.base.markdown.anchors import HEADINGS

_PART = r"""[#.][\w:-][\w:.-]*|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+)"""
_LIST = rf"\{{:?[ \t]*(?P<parts>(?:{_PART})(?:[ \t]+(?:{_PART}))*)[ \t]*\}}"
_PARTS = re.compile(_PART)
_AFTER = re.compile(_LIST)
_AT_END = re.compile(rf"(?:^|[ \t]*){_LIST}[ \t]*$")
_ON_LAST_LINE = re.compile(rf"(?:(?:^|[ \t]*\n)[ \t]*|[ \t]+(?=\{{:)){_LIST}[ \t]*$")

_ENDS = {
    **dict.fromkeys((*HEADINGS, "dt", "td", "th"), _AT_END),
    **dict.fromkeys(("p", "li", "dd"), _ON_LAST_LINE),
}
_BLOCKS = frozenset((*_ENDS, "ul", "ol", "dl", "div", "details", "table", "blockquote", "pre", "section"))


def apply_attribute_lists(root: ET.Element) -> None:
    """Set the attributes that are written behind elements, and take the lists out of the text."""
    for element in root:
        if element.tag not in ("pre", "code"):
            apply_attribute_lists(element)
        if element.tag not in _BLOCKS and element.tag != "br" and element.tail:
            found = _AFTER.match(element.tail)
            if found:
                _set(element, found["parts"])
                element.tail = element.tail[found.end() :]
    ends = _ENDS.get(root.tag)
    if ends:
        # In an item, the text that ends it stands before the list in it.
        inline = [child for child in root if child.tag not in _BLOCKS]
        holder = inline[-1] if inline else root
        text = (holder.tail if inline else holder.text) or ""
        found = ends.search(text)
        if found and (inline or text[: found.start()].strip() or root.tag != "p"):
            _set(root, found["parts"])
            if inline:
                holder.tail = text[: found.start()]
            else:
                holder.text = text[: found.start()]


def _set(element: ET.Element, written: str) -> None:
    for part in _PARTS.findall(written):
        if part.startswith("#"):
            element.set("id", part[1:])
        elif part.startswith("."):
            element.set("class", f"{element.get('class', '')} {part[1:]}".strip())
        else:
            name, _, value = part.partition("=")
            if not may_act(name):
                element.set(name, value.strip("\"'"))
