"""Markup of other tools inside of text: shortcodes of Hugo, template tags, what MDX adds to Markdown, icons."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from waypost.importing.rules.collection import (
    Conversion,
    Lines,
    SourceLine,
    indent_of,
    map_prose,
    marked,
    text_of,
)

# Hugo

_SHORTCODE = re.compile(r"\{\{[<%](-?\s*/?\s*)([A-Za-z_][\w./-]{0,60})([^{}\n]{0,400}?)(/?\s*)[>%]\}\}")
_COMMENTED = re.compile(r"(\{\{[<%])/\*(.{0,300}?)\*/([>%]\}\})")
_NAMED = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|(\S+))""")
_PLAIN = re.compile(r'"([^"]*)"|`([^`]*)`|(\S+)')


def _figure(named: dict[str, str], first: str) -> str:
    source = named.get("src") or named.get("link") or first
    target = f"<{source}>" if re.search(r"[\s()]", source) else source
    words = named.get("alt") or named.get("caption") or named.get("title") or ""
    # A picture without words is one for the eye only; the brackets would end them early.
    return f"![{words.replace('[', '(').replace(']', ')')}]({target})" if source else ""


def _reference(named: dict[str, str], first: str) -> str:
    return named.get("path") or first


def _video(page: str, named: dict[str, str], first: str) -> str:
    number = named.get("id") or first
    return (
        f"![{named.get('title') or 'Video'}]({page}{number})" if re.fullmatch(r"[\w-]{1,40}", number) else ""
    )


SHORTCODES: dict[str, Callable[[dict[str, str], str], str]] = {
    "figure": _figure,
    "img": _figure,
    "image": _figure,
    "imgproc": _figure,
    "ref": _reference,
    "relref": _reference,
    "youtube": partial(_video, "https://www.youtube.com/watch?v="),
    "vimeo": partial(_video, "https://vimeo.com/"),
}
"""Shortcodes of Hugo that have a counterpart in Markdown, made of their named values and the first other one."""


def convert_shortcodes(lines: Lines, conversion: Conversion) -> Lines:
    """Turn the shortcodes of Hugo into Markdown where there is a counterpart, and drop the marks of others."""

    def change(line: SourceLine, text: str) -> str:
        if "{{" not in text:
            return text
        text = _SHORTCODE.sub(lambda found: _shortcode(found, line, conversion), text)
        return _COMMENTED.sub(lambda found: f"{found[1]}{found[2]}{found[3]}", text)

    return map_prose(lines, change)


def _shortcode(found: re.Match[str], line: SourceLine, conversion: Conversion) -> str:
    name = found[2].lower()
    named = {key: next(filter(None, values), "") for key, *values in _NAMED.findall(found[3])}
    plain = _PLAIN.search(_NAMED.sub("", found[3]))
    first = next(filter(None, plain.groups()), "") if plain else ""
    made = SHORTCODES[name](named, first) if name in SHORTCODES and "/" not in found[1] else ""
    if not made and "/" not in found[1]:
        message = f"The shortcode '{name}' has no counterpart. Its marks were left out, and the text in it was kept."
        conversion.note(line, message, "{{")
    return made


# Jekyll and GitBook

_RELATIVE = re.compile(
    r"""\{\{\s*["']([^"'\n]{1,300})["']\s*\|\s*(?:relative_url|absolute_url|prepend:[^}\n]{0,80})\s*\}\}"""
)
_BASE = re.compile(r"\{\{\s*site\.(?:baseurl|url)\s*\}\}")
_LINK_TAG = re.compile(r"\{%-?\s*(?:link|post_url)\s+([^%\s]{1,300})\s*-?%\}")
_SILENT_TAG = re.compile(r"\{%-?\s*(?:raw|endraw)\s*-?%\}")
_TAG = re.compile(r"\{%-?\s*([\w-]{1,40})[^%\n]{0,400}%\}")
_OUTPUT = re.compile(r"\{\{(?![<%])[^{}\n]{1,200}\}\}")
_HIGHLIGHT = re.compile(
    r"\s*(?:\{%-?\s*highlight\s+([\w#+-]{1,40})[^%\n]{0,80}%\}|\{\{[<%]\s*highlight\s+\"?([\w#+-]{1,40})[^{}\n]{0,80}\}\})\s*$"
)
_END_HIGHLIGHT = re.compile(r"\s*(?:\{%-?\s*endhighlight\s*-?%\}|\{\{[<%]\s*/\s*highlight\s*[>%]\}\})\s*$")


def convert_highlight(lines: Lines, _: Conversion) -> Lines:
    """Turn the tags around code into fences, so that nothing in it is taken for markup."""
    made: Lines = []
    is_open = False
    for line, is_code in marked(lines):
        found = None if is_code or is_open else _HIGHLIGHT.match(line.text)
        if found:
            is_open = True
            made.append(line.with_text(f"```{found[1] or found[2]}"))
        elif is_open and _END_HIGHLIGHT.match(line.text):
            is_open = False
            made.append(line.with_text("```"))
        else:
            made.append(line)
    return made


def convert_liquid(lines: Lines, conversion: Conversion) -> Lines:
    """Resolve the template tags of links, and report the others, which stay as text."""

    def change(line: SourceLine, text: str) -> str:
        if "{%" not in text and "{{" not in text:
            return text
        text = _BASE.sub("", _RELATIVE.sub(lambda found: _rooted(found[1]), text))
        text = _SILENT_TAG.sub("", _LINK_TAG.sub(lambda found: f"/{found[1].lstrip('/')}", text))
        for found in _TAG.finditer(text):
            message = f"The template tag '{found[1]}' is not run here and would show as text. Replace it."
            conversion.note(line, message, "{%", "template-syntax")
        if _OUTPUT.search(text):
            message = "Template code in double braces is not run here and would show as text. Replace it."
            conversion.note(line, message, "{{", "template-syntax")
        return text

    return map_prose(lines, change)


def _rooted(path: str) -> str:
    return path if path.startswith(("/", "http:", "https:")) else f"/{path}"


# Material for MkDocs

_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]{1,80}:(?:\{[^}\n]{0,80}\})?[ ]?")
_ALONE = re.compile(r"<(details|div|section|article|aside|center|figure|td|th)\b((?:\s[^<>\n]{0,300})?)>\s*$")


def convert_icons(lines: Lines, _: Conversion) -> Lines:
    """Drop icons written as words between colons, which need an extension that a new site does not have."""
    return map_prose(lines, lambda line, text: _ICON.sub("", text) if ":" in text else text)


def convert_html_blocks(lines: Lines, conversion: Conversion) -> Lines:
    """Mark the elements in which Markdown stands: without it Python-Markdown shows all of it as it is."""
    made: Lines = []
    for index, (line, is_code) in enumerate(marked(lines)):
        found = None if is_code else _ALONE.match(line.text.strip())
        follows = [other.text.strip() for other in lines[index + 1 : index + 4]]
        holds_text = "" in follows and not all(text.startswith("<") or not text for text in follows)
        if found and holds_text and found[1] in ("td", "th"):
            message = (
                "Markdown stands in a table of HTML, where it shows as it is. Write the table in Markdown."
            )
            conversion.note(line, message, f"<{found[1]}")
        elif found and holds_text and "markdown" not in found[2]:
            message = "Markdown stands inside of HTML. To show it, add md_in_html to markdown_extensions in mkdocs.yml."
            conversion.note(line, message, f"<{found[1]}", "broken-markup")
            made.append(line.with_text(line.text.rstrip()[:-1] + ' markdown="1">'))
            continue
        made.append(line)
    return made


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
            in_export = line.text.startswith("export") and line.text.rstrip().endswith(tuple("{[(=>"))
            conversion.note(line, "Lines that import or export code were left out: no code is run here.")
            continue
        made.append(line)
    return made


def convert_comments(lines: Lines, _: Conversion) -> Lines:
    """Write comments in braces as comments of HTML, which are not shown either."""
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
    whole = text_of(lines)
    if "<" not in whole:
        return lines
    is_mdx = conversion.page.path.endswith(".mdx") or any(_MODULE.match(line.text) for line in lines[:40])
    closed = set(_CLOSING.findall(whole))

    def change(line: SourceLine, text: str) -> str:
        def drop(found: re.Match[str]) -> str:
            if not (is_mdx or found[1] in closed or found[0].endswith("/>")):
                return found[0]
            advice = "has no counterpart. Its tags were left out, its text was kept."
            conversion.note(line, f"The component '{found[1]}' {advice}", "<")
            label = _LABEL.search(found[2]) if not found[0].startswith("</") else None
            return f"**{label[1]}**" if label else ""

        return _COMPONENT.sub(drop, text) if "<" in text else text

    return map_prose(_move_out(lines, closed), change)


def _move_out(lines: Lines, closed: set[str]) -> Lines:
    """Move the text in components to the columns of their tags: four columns further in it would become code."""
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
