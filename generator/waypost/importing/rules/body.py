"""The text of a foreign page, step by step, as Markdown that is shown here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waypost.importing.rules.admonitions import DIALECTS, box_converter, convert_alerts, convert_folding
from waypost.importing.rules.headings import convert_anchors, convert_underlined, strip_attributes_of_links
from waypost.importing.rules.lines import Conversion, Lines
from waypost.importing.rules.lists import convert_lists
from waypost.importing.rules.markup import (
    convert_highlight,
    convert_html_blocks,
    convert_icons,
    convert_liquid,
    convert_shortcodes,
)
from waypost.importing.rules.mdx import convert_comments, convert_components, convert_modules


@dataclass(frozen=True)
class Converter:
    """One step."""

    name: str
    run: Callable[[Lines, Conversion], Lines]
    reason: str
    """Why the step is needed, and why it stands where it does."""


CONVERTERS = (
    Converter("highlight", convert_highlight, "Code comes first: nothing in it is markup."),
    Converter("modules", convert_modules, "Code of MDX would show as text."),
    Converter("comments", convert_comments, "Comments in braces would show as text."),
    *(Converter(dialect.name, box_converter(dialect), dialect.reason) for dialect in DIALECTS),
    Converter("alerts", convert_alerts, "GitHub writes boxes as quotes, which would lose their kind."),
    Converter(
        "folding", convert_folding, "Boxes that fold and tabs need extensions that a new site does not have."
    ),
    Converter("shortcodes", convert_shortcodes, "What is left of shortcodes, after those of boxes."),
    Converter(
        "liquid", convert_liquid, "What is left of template code is reported, after the shortcodes are gone."
    ),
    Converter("components", convert_components, "What is left of components, after those of boxes."),
    Converter("icons", convert_icons, "Names of icons would show as text."),
    Converter("underlined", convert_underlined, "One form of headings for the steps below."),
    Converter("anchors", convert_anchors, "Anchors in braces without spaces would show as text."),
    Converter("links", strip_attributes_of_links, "What is said of links in braces would show as text."),
    Converter("html", convert_html_blocks, "Markdown inside of HTML would show as it is."),
)
"""Every step, in the order in which they are taken."""


FINISH = Converter(
    "lists",
    convert_lists,
    "After the links are mapped: fenced code in lists becomes code that is moved in, in which links would be found.",
)
"""The last step."""


def convert_body(lines: Lines, conversion: Conversion) -> Lines:
    """Take all steps but the last."""
    for converter in CONVERTERS:
        lines = converter.run(lines, conversion)
    return lines
