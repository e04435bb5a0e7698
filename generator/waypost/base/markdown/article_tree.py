"""The elements of an article's text: what its page shows, before the page around it is made."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser

from markdown_it.token import Token

from waypost.base.markdown.anchors import HEADINGS, anchor_of, unique_anchor, words_of
from waypost.base.markdown.attribute_lists import apply_attribute_lists
from waypost.base.markdown.code_colours import coloured_code
from waypost.base.markdown.grammar import BOX_KINDS, MAX_NESTING, Box, article_reader

LINE = "data-line"
"""The attribute that says on which line of its file an element begins, where lines are asked for."""

FROM_HTML = "data-html"
"""The attribute that says of an element, where lines are asked for, that HTML made it: its name as written."""

_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr"),
    )
)
"""Elements of HTML that hold nothing."""

_DECLARATION = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*(?:>|\Z)", re.DOTALL)
"""What shows nothing, up to where the first browser ends it; HTMLParser fails at some of it."""


def article_tree(
    text: str, box_titles: Mapping[str, str] | None = None, first_line: int | None = None
) -> ET.Element:
    """Return the elements of an article's text, in a `div`; their text is plain, with nothing escaped.

    Every heading has its anchor as `id`.
    `box_titles` gives the title of a box that has none, by its kind, in the language of the reader; without
    it, only what is written is shown.
    With `first_line`, the line of the file on which the text begins, elements carry their lines.
    What nests deeper than MAX_NESTING is left out; `nests_too_deep` of blocks.py tells of it.
    """
    tokens = article_reader().parse(text.replace("\r\n", "\n").replace("\r", "\n") + "\n")
    builder = _Builder(box_titles, first_line)
    builder.add(tokens)
    apply_attribute_lists(builder.root)
    _join_lists(builder.root)
    _add_anchors(builder.root)
    return builder.root


def _add_anchors(root: ET.Element) -> None:
    taken = {name: name for element in root.iter() if (name := element.get("id"))}
    for element in root.iter():
        if element.tag in HEADINGS and not element.get("id"):
            anchor = unique_anchor(anchor_of(" ".join("".join(_words(element)).split())), taken)
            taken[anchor] = anchor
            element.set("id", anchor)


def _words(element: ET.Element) -> Iterator[str]:
    """Give the words of an element, without the numbers of its footnotes."""
    yield element.text or ""
    for child in element:
        if child.tag != "sup" or not child.get("id", "").startswith("fnref"):
            yield from _words(child)
        yield child.tail or ""


def _join_lists(root: ET.Element) -> None:
    """Make one list of what pictures and code at the margin interrupt, where its numbers go on."""
    children = list(root)
    last: ET.Element | None = None
    between: list[ET.Element] = []
    for child in children:
        if child.tag == "ol" and last is not None and between and _first(child) == _first(last) + len(last):
            for element in between:
                root.remove(element)
                last[-1].append(element)
            root.remove(child)
            last.extend(child)
            between = []
        elif child.tag == "ol":
            last, between = child, []
        elif last is not None and _is_shown(child):
            between.append(child)
        else:
            last = None


def _first(numbered: ET.Element) -> int:
    start = numbered.get("start", "1")
    return int(start) if start.isdigit() else 1


def _is_shown(element: ET.Element) -> bool:
    """Tell whether an element is code, or a paragraph of pictures alone."""
    if element.tag == "p":
        return len(element) > 0 and not "".join(element.itertext()).strip() and _holds_pictures(element)
    return "highlight" in element.get("class", "").split()


def _holds_pictures(element: ET.Element) -> bool:
    return all(child.tag in ("img", "br") or _holds_pictures(child) for child in element) and len(element) > 0


class _Builder:
    """Makes elements of tokens, and of the HTML between them."""

    def __init__(self, box_titles: Mapping[str, str] | None, first_line: int | None) -> None:
        self.root = ET.Element("div")
        self._open: list[tuple[ET.Element, bool]] = [(self.root, False)]
        """The elements that are open, each with whether HTML opened it."""
        self._box_titles = box_titles
        self._first_line = first_line
        self._tab_sets = 0

    @property
    def _here(self) -> ET.Element:
        return self._open[-1][0]

    def start(self, tag: str, attributes: Mapping[str, str], *, is_html: bool = False) -> ET.Element:
        element = ET.SubElement(self._here, tag, dict(attributes))
        # Elements of HTML that nobody could have meant stand beside each other.
        if tag not in _VOID and not (is_html and len(self._open) > 2 * MAX_NESTING):
            self._open.append((element, is_html))
        return element

    def end(self) -> None:
        """Close the last element that a token opened, and what HTML left open in it."""
        while self._open.pop()[1]:
            pass

    def end_html(self, tag: str) -> None:
        """Close an element that HTML opened; a mark that closes nothing is no element."""
        for depth in range(len(self._open) - 1, 0, -1):
            element, is_html = self._open[depth]
            if not is_html:
                return
            if element.tag == tag:
                del self._open[depth:]
                return

    def write(self, text: str) -> None:
        here = self._here
        if len(here):
            here[-1].tail = (here[-1].tail or "") + text
        else:
            here.text = (here.text or "") + text

    def add(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            special = getattr(self, f"_{token.type}", None)
            if special:
                special(token)
            elif token.nesting < 0:
                if not token.hidden:
                    self.end()
            elif token.tag and not token.hidden:
                element = self.start(token.tag, {name: str(value) for name, value in token.attrs.items()})
                self._mark_line(element, token)
                if token.meta.get("is_task"):
                    element.set("class", "task-list-item")
                if token.nesting == 0 and token.tag not in _VOID:
                    self.end()

    def _mark_line(self, element: ET.Element, token: Token) -> None:
        if self._first_line is not None and token.map:
            element.set(LINE, str(self._first_line + token.map[0]))

    # Tokens by their type, as markdown-it-py names them.

    def _inline(self, token: Token) -> None:
        self.add(token.children or ())

    def _text(self, token: Token) -> None:
        self.write(token.content)

    def _softbreak(self, _: Token) -> None:
        self.write("\n")

    def _code_inline(self, token: Token) -> None:
        ET.SubElement(self._here, "code").text = token.content

    def _image(self, token: Token) -> None:
        attributes = {name: str(value) for name, value in token.attrs.items()}
        # What looks like HTML is a part of the words here.
        attributes["alt"] = words_of(token.children or (), with_html=True)
        ET.SubElement(self._here, "img", attributes)

    def _s_open(self, _: Token) -> None:
        self.start("del", {})

    def _fence(self, token: Token) -> None:
        block = coloured_code(token.content, token.info)
        self._here.append(block)
        self._mark_line(block, token)

    def _code_block(self, token: Token) -> None:
        self._fence(token)

    def _html_block(self, token: Token) -> None:
        line = self._first_line + token.map[0] if self._first_line is not None and token.map else None
        _Html(self, line, is_marked=self._first_line is not None).read(token.content)

    def _html_inline(self, token: Token) -> None:
        _Html(self, None, is_marked=self._first_line is not None).read(token.content)

    def _container_open(self, token: Token) -> None:
        box: Box = token.meta["box"]
        if box.kind == "tab":
            self._open_tab(box)
        else:
            kind = BOX_KINDS.get(box.kind) or box.kind
            names = " ".join((kind, *box.classes))
            is_open = {"open": "open"} if box.is_open else {}
            if box.folds:
                element = self.start("details", {"class": names, **is_open})
            else:
                element = self.start("div", {"class": f"admonition {names}"})
            title = box.title
            if title is None and self._box_titles is not None:
                title = self._box_titles.get(box.kind) or box.kind.replace("-", " ").capitalize()
            if title or box.folds:
                self.start(
                    "summary" if box.folds else "p", {} if box.folds else {"class": "admonition-title"}
                )
                self._add_words(title or "")
                self.end()
            self._mark_line(element, token)

    def _container_close(self, _: Token) -> None:
        self.end()

    def _open_tab(self, box: Box) -> None:
        """Begin a tab, in the markup that Material for MkDocs shows; it follows another in the same set."""
        last = self._here[-1] if len(self._here) else None
        is_set = last is not None and "tabbed-set" in last.get("class", "") and not (last.tail or "").strip()
        if last is None or not is_set or box.begins_set:
            self._tab_sets += 1
            last = ET.SubElement(self._here, "div", {"class": "tabbed-set tabbed-alternate"})
            ET.SubElement(last, "div", {"class": "tabbed-labels"})
            ET.SubElement(last, "div", {"class": "tabbed-content"})
        labels, contents = last[-2], last[-1]
        group = f"__tabbed_{self._tab_sets}"
        name = f"{group}_{len(labels) + 1}"
        choice = {"id": name, "name": group, "type": "radio"}
        if not len(labels) or box.is_open:
            for other in last[:-2]:
                other.attrib.pop("checked", None)
            choice["checked"] = "checked"
        last.insert(len(last) - 2, ET.Element("input", choice))
        last.set("data-tabs", f"{self._tab_sets}:{len(labels) + 1}")
        label = ET.SubElement(labels, "label", {"for": name})
        self._open.append((label, False))
        self._add_words(box.title or "")
        self._open[-1] = (ET.SubElement(contents, "div", {"class": "tabbed-block"}), False)

    def _add_words(self, text: str) -> None:
        self.add(article_reader().parseInline(text))

    # Footnotes, in the markup of Python-Markdown, which themes know.

    def _footnote_ref(self, token: Token) -> None:
        label, again = token.meta["label"], token.meta["subId"]
        mark = self.start("sup", {"id": f"fnref{again + 1 if again else ''}:{label}"})
        link = ET.SubElement(mark, "a", {"class": "footnote-ref", "href": f"#fn:{label}"})
        link.text = str(token.meta["id"] + 1)
        self.end()

    def _footnote_block_open(self, _: Token) -> None:
        self.start("div", {"class": "footnote"})
        self.start("hr", {})
        self.start("ol", {})

    def _footnote_block_close(self, _: Token) -> None:
        self.end()
        self.end()

    def _footnote_open(self, token: Token) -> None:
        self.start("li", {"id": f"fn:{token.meta['label']}"})

    def _footnote_anchor(self, token: Token) -> None:
        again = token.meta["subId"]
        address = f"#fnref{again + 1 if again else ''}:{token.meta['label']}"
        self.write("\xa0")
        ET.SubElement(self._here, "a", {"class": "footnote-backref", "href": address}).text = "↩"


class _Html(HTMLParser):
    """Reads a piece of HTML into the elements around it."""

    def __init__(self, builder: _Builder, line: int | None, *, is_marked: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._is_marked = is_marked
        self._builder = builder
        self._line = line

    def read(self, html: str) -> None:
        self.feed(_DECLARATION.sub("", html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A name that XML does not allow would be no element of any page.
        named = {name: value or "" for name, value in attrs if re.fullmatch(r"[\w:.@-]+", name)}
        if self._is_marked:
            written = re.match(r"<([^\s/>]+)", self.get_starttag_text() or "")
            named[FROM_HTML] = written[1] if written else tag
        if self._line is not None:
            named[LINE] = str(self._line + self.getpos()[0] - 1)
        self._builder.start(tag, named, is_html=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._builder.end_html(tag)

    def handle_endtag(self, tag: str) -> None:
        self._builder.end_html(tag)

    def handle_data(self, data: str) -> None:
        self._builder.write(data)
