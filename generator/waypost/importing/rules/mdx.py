"""What MDX adds to Markdown: modules, comments in braces, components."""

from __future__ import annotations

import re

from waypost.importing.rules.lines import Conversion, Line, Lines, indent_of, map_prose, marked

_MODULE = re.compile(
    r"(?:import\s+(?:[^'\"\n]{1,300}\s+from\s+)?['\"][^'\"\n]{1,300}['\"];?|export\s+(?:const|default|function|let)\b.*)\s*$"
)
_COMPONENT = re.compile(r"</?([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*(?:\.[A-Za-z]+)?)((?:\s[^<>\n]{0,300})?)/?>")
_CLOSING = re.compile(r"</([A-Z][A-Za-z0-9.]{0,80})>")
_LABEL = re.compile(r"""\b(?:label|title)\s*=\s*\{?["']([^"'\n]{1,200})["']""")


def convert_modules(lines: Lines, conversion: Conversion) -> Lines:
    """Drop the lines with which MDX imports and exports code."""
    is_mdx = conversion.page.path.endswith(".mdx")
    made: Lines = []
    in_export = False
    for line, is_code in marked(lines):
        if in_export and not is_code:
            in_export = bool(line.text.strip())
            continue
        found = None if is_code else _MODULE.match(line.text)
        if found and (is_mdx or line.text.startswith("import")):
            in_export = line.text.startswith("export") and line.text.rstrip()[-1:] in (
                "{",
                "[",
                "(",
                "=",
                ">",
            )
            conversion.note(line, "Lines that import or export code were left out: no code is run here.")
            continue
        made.append(line)
    return made


def convert_comments(lines: Lines, conversion: Conversion) -> Lines:
    """Write comments in braces as those of HTML, which are not shown either."""
    del conversion
    made: Lines = []
    is_open = False
    for line, is_code in marked(lines):
        text = line.text
        if not is_code and ("{/*" in text or is_open):
            # A comment is no place for what would end it early.
            text = text.replace("{/*", "<!--").replace("*/}", "-->")
            is_open = text.rfind("<!--") > text.rfind("-->") or (is_open and "-->" not in text)
        made.append(line.with_text(text))
    return made


def convert_components(lines: Lines, conversion: Conversion) -> Lines:
    """Drop the tags of components, keep the text in them, and write the labels of tabs as words."""
    whole = "\n".join(line.text for line in lines)
    if "<" not in whole:
        return lines
    is_mdx = conversion.page.path.endswith(".mdx") or any(_MODULE.match(line.text) for line in lines[:40])
    closed = set(_CLOSING.findall(whole))

    def change(line: Line, text: str) -> str:
        def drop(found: re.Match[str]) -> str:
            if not (is_mdx or found[1] in closed or found[0].endswith("/>")):
                return found[0]
            message = (
                f"The component '{found[1]}' has no counterpart. Its tags were left out, its text was kept."
            )
            conversion.note(line, message, "<")
            label = _LABEL.search(found[2]) if not found[0].startswith("</") else None
            return f"**{label[1]}**" if label else ""

        return _COMPONENT.sub(drop, text) if "<" in text else text

    return map_prose(_move_out(lines, closed), change)


def _move_out(lines: Lines, closed: set[str]) -> Lines:
    """Move the text in components to where their tags stand: what is moved in by four columns would become code."""
    made: Lines = []
    shifts: list[int | None] = []
    for line, is_code in marked(lines):
        words = line.text.strip()
        found = None if is_code else _COMPONENT.fullmatch(words)
        if found and words.startswith("</") and shifts:
            shifts.pop()
        elif words and shifts and shifts[-1] is None:
            shifts[-1] = max(indent_of(line.text) - sum(shift or 0 for shift in shifts[:-1]), 0)
        columns = min(sum(shift or 0 for shift in shifts), indent_of(line.text))
        made.append(line.with_text(line.text.expandtabs(4)[columns:]) if columns and words else line)
        if found and not words.startswith("</") and not words.endswith("/>") and found[1] in closed:
            shifts.append(None)
    return made
