"""Markup of other tools inside of text: shortcodes of Hugo, template tags, what MDX adds to Markdown, icons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from waypost.importing.rules.collection import Conversion, Lines, SourceLine, map_prose, marked
from waypost.importing.rules.containers import BLOCKS
from waypost.importing.rules.tags import TagForm, ToolTag, closed_names, tags_in

# Hugo

_COMMENTED = re.compile(r"(\{\{[<%])/\*(.{0,300}?)\*/([>%]\}\})")
_SHORTCODE = re.compile(r"\{\{[<%](?!/\*)[^{}\n]{0,1200}[>%]\}\}")


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
    """Turn the shortcodes of Hugo into Markdown where there is a counterpart, and keep the words of others."""

    def change(line: SourceLine, text: str) -> str:
        if "{{" not in text:
            return text
        text = _SHORTCODE.sub(lambda found: _shortcode(found, line, conversion), text)
        return _COMMENTED.sub(lambda found: f"{found[1]}{found[2]}{found[3]}", text)

    return map_prose(lines, change)


def _shortcode(found: re.Match[str], line: SourceLine, conversion: Conversion) -> str:
    tag = next(tags_in(found[0]), None)
    if tag is None or tag.form is TagForm.CLOSE:
        return "" if tag else found[0]
    first = next(iter(tag.words), "")
    made = SHORTCODES[tag.name](tag.values, first) if tag.name in SHORTCODES else ""
    if made and SHORTCODES[tag.name] is _figure:
        return made + _caption(tag)
    return made or _words(tag, "shortcode", line, conversion, alone=line.text.strip() == found[0])


def _caption(tag: ToolTag) -> str:
    """Return the words below a figure, which readers saw beside what the picture says for those who cannot see it."""
    words = " ".join(filter(None, (tag.value("title"), tag.value("caption"))))
    return f" *{words.strip()}*" if words else ""


def _words(tag: ToolTag, what: str, line: SourceLine, conversion: Conversion, *, alone: bool) -> str:
    """Return what people could read of a tag without counterpart, and name it."""
    message = (
        f"The {what} '{tag.shown}' has no counterpart. Its marks were left out, and its words were kept."
    )
    conversion.note(line, message, line.text[max(tag.start, 0) : tag.end] and tag.shown)
    texts = tag.texts or ([tag.words[0]] if len(tag.words) == 1 and re.match(r"[A-Z]", tag.words[0]) else [])
    if alone and texts and re.search(r"head|title", tag.name):
        return f"## {texts[0]}"
    return " ".join(texts)


# Jekyll and GitBook

_RELATIVE = re.compile(
    r"""\{\{\s*["']([^"'\n]{1,300})["']\s*\|\s*(?:relative_url|absolute_url|prepend:[^}\n]{0,80})\s*\}\}"""
)
_BASE = re.compile(r"\{\{\s*site\.(?:baseurl|url)\s*\}\}")
_LINK_TAG = re.compile(r"\{%-?\s*(?:link|post_url)\s+([^%\s]{1,300})\s*-?%\}")
_SILENT_TAG = re.compile(r"\{%-?\s*(?:raw|endraw)\s*-?%\}")
_TAG = re.compile(r"\{%-?\s*([\w-]{1,40})[^%\n]{0,400}%\}")
_OUTPUT = re.compile(r"(?<!=)\{\{(?![<%])[^{}\n]{1,200}\}\}")
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
        text = _TAG.sub(lambda found: _liquid(found, line, conversion), text)
        if _OUTPUT.search(text):
            message = "Template code in double braces is not run here and would show as text. Replace it."
            conversion.note(line, message, "{{", "template-syntax")
        return text

    return map_prose(lines, change)


_LIQUID = frozenset(
    (
        *("if", "elsif", "else", "unless", "case", "when", "for", "tablerow", "cycle", "assign", "capture"),
        *("increment", "decrement", "include", "include_relative", "render", "layout", "comment", "gist"),
        *(
            "swagger",
            "openapi",
            "openapi-operation",
            "api-method",
            "updates",
            "update",
            "prompt",
            "if-visitor",
        ),
    )
).union(BLOCKS)
"""Tags that Jekyll and GitBook run; others may be what an article is about."""


def _liquid(found: re.Match[str], line: SourceLine, conversion: Conversion) -> str:
    tag = next(tags_in(found[0]), None)
    if tag is None or tag.name not in _LIQUID:
        message = f"The template tag '{found[1]}' is not run here and would show as text. Replace it."
        conversion.note(line, message, "{%", "template-syntax")
        return found[0]
    return "" if tag.form is TagForm.CLOSE else _words(tag, "template tag", line, conversion, alone=False)


def _rooted(path: str) -> str:
    return path if path.startswith(("/", "http:", "https:")) else f"/{path}"


# Material for MkDocs

_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]{1,80}:(?:\{[^}\n]{0,80}\})?[ ]?")


def convert_icons(lines: Lines, _: Conversion) -> Lines:
    """Drop icons written as words between colons, which need an extension that a new site does not have."""
    return map_prose(lines, lambda line, text: _ICON.sub("", text) if ":" in text else text)


# MDX

_MODULE = re.compile(
    r"(?:import\s+(?:[^'\"\n]{1,300}\s+from\s+)?['\"][^'\"\n]{1,300}['\"];?|export\s+(?:const|default|function|let)\b.*)\s*$"
)
_MEDIA = re.compile(
    r"import\s+(\w{1,80})\s+from\s+['\"]([^'\"\n]{1,300}\.(?:png|jpe?g|gif|svg|webp|avif|mp4|webm|pdf))['\"];?\s*$"
)
_ADDRESS = re.compile(
    r"=\{\s*(?:(?:useBaseUrl|require|withBase|url)\(\s*['\"]([^'\"\n]{1,300})['\"]\s*\)(?:\.default|\.src)?|(\w{1,80})(?:\.src)?)\s*\}"
)
_TEXT_IN_BRACES = re.compile(r"\{\s*(?:\"([^\"{}\n]{0,300})\"|'([^'{}\n]{0,300})'|`([^`{}$\n]{0,300})`)\s*\}")
_EXPRESSION = re.compile(r"(?<![\\$=#\w{])\{(?![#:.%{]|\s*[#.:])[A-Za-z_(][^{}\n]{0,200}\}")
_PICTURES = frozenset(
    {"img", "image", "zoomimage", "zoomableimage", "themedimage", "picture", "screenshot", "thumbnail"}
)
_LINKS = frozenset({"link", "a", "anchor", "navlink", "button", "linkbutton"})


def convert_modules(lines: Lines, conversion: Conversion) -> Lines:
    """Drop the lines with which MDX imports and exports code."""
    is_mdx = conversion.page.path.endswith(".mdx")
    media = {found[1]: found[2] for line in lines if (found := _MEDIA.match(line.text))}
    made: Lines = []
    in_export = False
    for line, is_code in marked(lines):
        if in_export and not is_code:
            in_export = bool(line.text.strip())
            continue
        found = None if is_code else _MODULE.match(line.text)
        if found and (is_mdx or line.text.startswith("import")):
            in_export = line.text.startswith("export") and line.text.rstrip().endswith(tuple("{[(=>"))
            if in_export or line.text.startswith("export"):
                conversion.note(line, "Lines that export code were left out: no code is run here.")
            continue
        made.append(line if is_code else line.with_text(_ADDRESS.sub(partial(_address, media), line.text)))
    return made


def _address(media: Mapping[str, str], found: re.Match[str]) -> str:
    """Return the address that code in an attribute means."""
    address = found[1] or media.get(found[2] or "", "")
    return f'="{address}"' if address else found[0]


_ANCHOR = re.compile(r"\{/\*\s*#([\w-]{1,100})\s*\*/\}\s*$")
"""How newer versions of MDX name a heading."""


def convert_comments(lines: Lines, _: Conversion) -> Lines:
    """Write comments in braces as comments of HTML, which are not shown either."""
    made: Lines = []
    is_open = False
    for line, is_code in marked(lines):
        text = line.text
        if not is_code and ("{/*" in text or is_open):
            # A comment is no place for what would end it early.
            text = _ANCHOR.sub(r"{ #\1 }", text).replace("{/*", "<!--").replace("*/}", "-->")
            is_open = text.rfind("<!--") > text.rfind("-->") or (is_open and "-->" not in text)
        made.append(line.with_text(text))
    return made


def convert_components(lines: Lines, conversion: Conversion) -> Lines:
    """Turn pictures and links of MDX into HTML, drop the tags of other components, and keep their words."""
    if not any("<" in line.text or "{" in line.text for line in lines):
        return lines
    is_mdx = conversion.page.path.endswith(".mdx") or any(_MODULE.match(line.text) for line in lines[:40])
    closed = closed_names(lines)

    def change(line: SourceLine, text: str) -> str:
        parts, end = [], 0
        for tag in tags_in(text):
            if not (is_mdx or tag.name in closed or tag.form is TagForm.SINGLE):
                continue
            parts += [text[end : tag.start], _component(tag, line, conversion)]
            end = tag.end
        text = "".join([*parts, text[end:]])
        if is_mdx and "<" in text:
            text = _JSX.sub(_plain_attribute, text)
        if is_mdx and "{" in text:
            text = _TEXT_IN_BRACES.sub(lambda found: next(filter(None, found.groups()), " "), text)
            for found in _EXPRESSION.finditer(text):
                message = "Expressions in braces are not run here and would show as text. Replace them."
                conversion.note(line, message, found[0], "template-syntax")
        return text

    return map_prose(lines, change)


_JSX = re.compile(
    r"(?<=[\w\"'}])\s(?:(className)(?==)|[\w-]{1,40}=\{\{[^{}\n]{0,500}\}\}|([\w-]{1,40})=\{(\d{1,6}|true)\})"
)
"""Attributes of HTML as MDX writes them."""


def _plain_attribute(found: re.Match[str]) -> str:
    if found[1]:
        return " class"
    return f' {found[2]}="{found[3]}"' if found[2] else ""


def _component(tag: ToolTag, line: SourceLine, conversion: Conversion) -> str:
    """Return what stands for one tag of a component."""
    source = tag.value("src", "source", "image", "light")
    if tag.name in _PICTURES and source and tag.form is not TagForm.CLOSE:
        return _figure({"src": source, "alt": tag.value("alt", "title", "caption")}, "")
    if tag.name in _LINKS:
        target = tag.value("to", "href")
        return "</a>" if tag.form is TagForm.CLOSE else f'<a href="{target}">' if target else ""
    if tag.name in ("youtube", "vimeo") and tag.form is not TagForm.CLOSE:
        return SHORTCODES[tag.name](tag.values, tag.value("videoid", "youtubeid"))
    return "" if tag.form is TagForm.CLOSE else _words(tag, "component", line, conversion, alone=False)


_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff]|&(?:#x200b|#8203|ZeroWidthSpace|NoBreak|#x2060|#xfeff);", re.IGNORECASE
)


def strip_invisible(lines: Lines, _: Conversion) -> Lines:
    """Leave out marks without width, which would part words for every search."""
    return [line.with_text(_INVISIBLE.sub("", line.text)) for line in lines]
