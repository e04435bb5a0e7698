"""Turn the HTML of help desks into Markdown, with nothing that people read left out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

from waypost.base.markdown.plain_text import as_markdown

_BOXES = (
    ("danger", ("danger", "error", "red")),
    ("warning", ("warning", "caution", "alert", "yellow", "orange")),
    ("tip", ("tip", "success", "green")),
    ("note", ("note", "info", "callout", "admonition", "blue", "grey", "gray")),
)
_IS_BOX = re.compile(
    r"callout|admonition|notice|\balert|(?:^|[-_ ])(?:note|tip|info|warning|danger|caution)(?:$|[-_ ])"
)
_KEPT = ("style", "class", "id", "width", "height", "align", "border", "cellpadding", "cellspacing", "dir")
"""Attributes that only the other tool's styles need, in tables that stay as they are."""


_BEGINNING = re.compile(r"^(\s*)(#{1,6}\s|~{3,}|:{3,}|!!!|\?\?\?|===)", re.MULTILINE)


class _Converter(MarkdownConverter):
    """Writes what articles here can show, where the library knows no counterpart."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Write a text so that it shows as it is."""
        del parent_tags
        # Braces of templates would be taken for tags of other tools, and nothing of HTML is one.
        return re.sub(r"\{(?=[{%])", "&#123;", as_markdown(text)) if text else ""

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep lines that begin like boxes, tabs, headings or blocks of code."""
        plain = _BEGINNING.sub(r"\1\\\2", text)
        return str(super().convert_p(el, plain, parent_tags))  # type: ignore[misc]

    def convert_kbd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep keys."""
        del el, parent_tags
        return f"<kbd>{text}</kbd>" if text else ""

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep the places that links in a page lead to."""
        name = el.get("name") or el.get("id")
        place = f'<a id="{name}"></a>' if name and not el.get("href") else ""
        return place + str(super().convert_a(el, text, parent_tags))  # type: ignore[misc]

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # the library's name  # noqa: N802
        """Keep the ids of headings, which links lead to."""
        name = str(el.get("id") or "")
        if not text.strip():
            return ""
        known = re.fullmatch(r"[\w.:-]{1,100}", name)
        words = f"{text.strip()} {{ #{name} }}" if known else text
        return str(super().convert_hN(n, el, words, parent_tags))  # type: ignore[misc]

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write boxes as boxes."""
        names = el.get("class")
        classes = " ".join(names if isinstance(names, list) else [str(names or "")]).lower()
        if not _IS_BOX.search(classes) or "_inline" in parent_tags or not text.strip():
            return str(super().convert_div(el, text, parent_tags))  # type: ignore[misc]
        kind = next(
            kind for kind, words in (*_BOXES, ("note", ("",))) if any(word in classes for word in words)
        )
        inner = "\n".join(f"    {line}" if line.strip() else "" for line in text.strip().split("\n"))
        return f"\n\n!!! {kind}\n\n{inner}\n\n"

    convert_section = convert_aside = convert_div

    def convert_details(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep text that folds."""
        del el, parent_tags
        return f"\n\n<details>\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep the line of text that folds."""
        del el, parent_tags
        return f"<summary>{' '.join(text.split())}</summary>\n\n"

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep a table as HTML where a table of Markdown could not hold it."""
        cells = el.find_all(["td", "th"])
        spans = any(str(cell.get(name) or "1") != "1" for cell in cells for name in ("rowspan", "colspan"))
        blocks = any(cell.find(["ul", "ol", "pre", "table", "h1", "h2", "h3", "h4"]) for cell in cells)
        several = any(len(cell.find_all("p")) > 1 for cell in cells)
        if not (spans or blocks or several):
            return str(super().convert_table(el, text, parent_tags))  # type: ignore[misc]
        for inner in [el, *el.find_all(True)]:
            for name in _KEPT:
                del inner[name]
        return "\n\n" + re.sub(r"\n\s*\n+", "\n", str(el)) + "\n\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep bars in cells."""
        return str(super().convert_td(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep bars in cells."""
        return str(super().convert_th(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_iframe(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Leave frames to the step that makes links of them."""
        del text, parent_tags
        return f'\n\n<iframe src="{el.get("src") or ""}"></iframe>\n\n'

    def convert_script(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Leave what does something to the step that leaves it out and names it."""
        del text, parent_tags
        return f"<{el.name}></{el.name}>"

    convert_style = convert_object = convert_applet = convert_script

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep films."""
        del text, parent_tags
        return f"\n\n{el}\n\n"


def to_markdown(html: str, address: str) -> str:
    """Return HTML as Markdown; links count from the address of the page, where that has a host."""
    soup = BeautifulSoup(html, "html.parser")
    for name in ("href", "src"):
        for element in soup.select(f"[{name}]"):
            target = str(element[name]).strip()
            element[name] = target if target.startswith("#") or not address else _joined(address, target)
    options: dict[str, Any] = {"heading_style": ATX, "bullets": "-", "code_language_callback": _language}
    options |= {"sub_symbol": "<sub>", "sup_symbol": "<sup>", "table_infer_header": True}
    made = str(_Converter(**options).convert_soup(soup))
    return re.sub(r"\n{3,}", "\n\n", made.replace("\xa0", " "))


def _joined(address: str, target: str) -> str:
    try:
        return urljoin(address, target)
    except ValueError:
        return target


def _language(element: Tag) -> str:
    """Return the language of a block of code, by the class of it or of what is in it."""
    inner = element.find("code")
    for place in (element, inner):
        names = place.get("class") if isinstance(place, Tag) else None
        for name in names if isinstance(names, list) else ():
            found = re.match(r"(?:language|lang|brush)[-:]([\w+#-]{1,30})", str(name))
            if found:
                return found[1]
    return ""
