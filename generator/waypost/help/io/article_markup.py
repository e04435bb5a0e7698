"""Give the text of an article the structure of its kind, while Python-Markdown renders it.

Writers use plain Markdown. Parts are recognised by their form, so any language will do: questions are headings of
the second level, a remedy is made of the first lists, steps are numbered lists. Only what stands
at the margin counts; what is inside of admonitions, quotes or other lists stays as it is.
"""

from __future__ import annotations

import html
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, AtomicString

from waypost.base.i18n import Words
from waypost.base.markdown.article_tree import article_tree
from waypost.base.markdown.links import leads_elsewhere, split_link, target_path
from waypost.formats.article import Article, ArticleFrontMatter, Video, page_url
from waypost.help.io.pictures import place_pictures
from waypost.help.kinds.kind import Structure
from waypost.reading.rules.videos import FILE_ENDINGS, Player, address_from, find_player


@dataclass(frozen=True)
class PageMarkup:
    """The article whose text is rendered next."""

    article: Article
    words: Words


class ArticleMarkup(Extension):
    """The extension of one build; `page` names the article before it is rendered, and is None for other pages."""

    def __init__(self, box_titles: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.box_titles = box_titles or {}
        """The title of a box that has none, by its kind."""
        self.page: PageMarkup | None = None
        self.links: set[str] = set()
        """The addresses that the text of the last page leads to or shows, as they are written."""
        self.path = ""
        """The path of the page that is rendered, from content/."""
        self.folder: Path | None = None
        """The folder content/; None where nobody asks how large pictures are."""
        self.steps: Mapping[str, Mapping[str, str]] = {}
        """The page of each step, by the path of its troubleshooter and the id of the step."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the library's name  # noqa: N802  # the library's name
        """Read the text by the grammar of articles; what other extensions do before and after that stays.

        Run before `toc` (5), which lists the headings, and before MkDocs (0) resolves links.
        """
        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        md.parser = _ArticleParser(md, self)
        for name in _INLINE:
            md.inlinePatterns.deregister(name, strict=False)
        md.treeprocessors.deregister("prettify")
        if not len(md.inlinePatterns):
            md.treeprocessors.deregister("inline")
        md.treeprocessors.register(_StructureProcessor(md, self), "waypost", 3)
        md.treeprocessors.register(_PictureProcessor(md, self), "waypost_pictures", 2)
        md.treeprocessors.register(_LinkProcessor(md, self), "waypost_links", 1)


_INLINE = (
    *("backtick", "escape", "reference", "link", "image_link", "image_reference", "short_reference"),
    *("short_image_ref", "autolink", "automail", "linebreak", "html", "entity", "not_strong"),
    *("em_strong", "em_strong2"),
)
"""The inline patterns of Python-Markdown itself, which the grammar of articles stands for."""

_ENTITY = re.compile(r"&(?=#?\w{1,40};)")


_MEDIA = {
    "video": ("src", "poster"),
    **dict.fromkeys(("audio", "source", "track"), ("src",)),
}
"""Films and sounds in HTML, by the attributes that name their files."""


class _ArticleParser(BlockParser):
    """Gives Python-Markdown the elements of a text; its own parser reads another Markdown than code hosts do."""

    def __init__(self, md: markdown.Markdown, extension: ArticleMarkup) -> None:
        super().__init__(md)
        self._extension = extension

    def parseDocument(self, lines: Iterable[str]) -> ET.ElementTree[ET.Element | None]:  # the library's name  # noqa: N802
        """Return the elements of a text, with text as Python-Markdown writes it out."""
        root = article_tree("\n".join(lines), self._extension.box_titles)
        is_atomic = "inline" in self.md.treeprocessors
        for element in root.iter():
            for name in _MEDIA.get(element.tag, ()):
                if link := element.get(name):
                    element.set(name, self._from_page(link))
            _write_out(element, is_atomic=is_atomic)
        return ET.ElementTree(root)

    def _from_page(self, link: str) -> str:
        """Return the address of a film or sound in HTML, which MkDocs leaves as it is: it counts from the file."""
        path = target_path(split_link(link)[0], posixpath.dirname(self._extension.path))
        is_beside = not leads_elsewhere(link) and not link.startswith("/") and not path.startswith("..")
        return address_from(page_url(self._extension.path), path) if is_beside else link


def _write_out(element: ET.Element, *, is_atomic: bool) -> None:
    """Let everything in an element be shown as it is: Python-Markdown takes `&lt;` in a text for `<`."""
    is_raw = element.tag in ("script", "style")
    if element.text and not is_raw:
        element.text = _ENTITY.sub(f"{AMP_SUBSTITUTE}amp;", element.text)
    if element.tail:
        element.tail = _ENTITY.sub(f"{AMP_SUBSTITUTE}amp;", element.tail)
    for name, value in element.attrib.items():
        if "&" in value:
            element.set(name, _ENTITY.sub(f"{AMP_SUBSTITUTE}amp;", value))
    if is_atomic and element.text and element.tag in ("code", "pre", "script", "style", "span"):
        element.text = AtomicString(element.text)


class _StructureProcessor(Treeprocessor):
    def __init__(self, md: markdown.Markdown, extension: ArticleMarkup) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, root: ET.Element) -> None:
        page = self._extension.page
        if page is None or not isinstance(page.article.front, ArticleFrontMatter):
            return
        _Videos(page).place(root)
        structure = page.article.structure
        if structure is Structure.QUESTIONS:
            _fold_questions(root, page.words)
        elif structure is Structure.REMEDY:
            _mark_remedy(root)
        elif structure is Structure.STEPS:
            _number_steps(root, [child for child in root if child.tag == "ol"])


class _PictureProcessor(Treeprocessor):
    def __init__(self, md: markdown.Markdown, extension: ArticleMarkup) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, root: ET.Element) -> None:
        if self._extension.folder:
            place_pictures(root, self._extension.folder, self._extension.path)


class _LinkProcessor(Treeprocessor):
    """Notes the links that MkDocs is about to resolve: the same attributes of the same elements."""

    def __init__(self, md: markdown.Markdown, extension: ArticleMarkup) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, root: ET.Element) -> None:
        names = {"a": "href", "area": "href", "img": "src", "source": "src"}
        found = [(element, names[element.tag]) for element in root.iter() if element.tag in names]
        self._extension.links = {link for element, name in found if (link := element.get(name))}
        for element, name in found:
            if name == "href":
                element.set(name, self._at_its_step(element.get(name, "")))

    def _at_its_step(self, link: str) -> str:
        """Let a link to a step lead to its page: `tree.md#step` is how a Git host finds it."""
        path, _, anchor = split_link(link)
        folder = posixpath.dirname(self._extension.path)
        steps = self._extension.steps.get(target_path(path, folder), {})
        target = steps.get(anchor)
        return quote(posixpath.relpath(target, folder or ".")) if path and target else link


def _fold_questions(root: ET.Element, words: Words) -> None:
    """Put each heading of the second level and the text below it into an element that folds."""
    children = list(root)
    starts = [index for index, child in enumerate(children) if child.tag == "h2"]
    if not starts:
        return
    for child in children[starts[0] :]:
        root.remove(child)
    # The script's buttons get their room here, so that nothing moves when they come.
    ET.SubElement(root, "div", {"class": "wp-fold", "data-wp-fold": ""})
    notes = [child for child in children[starts[0] :] if _is_notes(child)]
    for start, end in zip(starts, [*starts[1:], len(children)], strict=True):
        answer = [child for child in children[start + 1 : end] if child not in notes]
        root.append(_question(children[start], answer, words))
    root.extend(notes)


def _is_notes(element: ET.Element) -> bool:
    """Tell whether these are the footnotes, which belong to the whole page."""
    return element.get("class") == "footnote"


def _question(heading: ET.Element, answer: Sequence[ET.Element], words: Words) -> ET.Element:
    for link in [child for child in heading if "headerlink" in (child.get("class") or "")]:
        heading.remove(link)
    row = ET.Element("div", {"class": "wp-question-row"})
    details = ET.SubElement(row, "details", {"class": "wp-question"})
    ET.SubElement(details, "summary").append(heading)
    ET.SubElement(details, "div", {"class": "wp-answer"}).extend(answer)
    anchor = heading.get("id")
    if anchor:
        # Beside the summary and not in it: a link inside of what folds is read out as a part of it.
        names = {"class": "wp-question__link", "href": f"#{anchor}", "title": words.say("faq.link")}
        question = " ".join(_plain("".join(heading.itertext())).split())
        ET.SubElement(
            row, "a", {**names, "aria-label": _literal(words.say("faq.link_to", question=question))}
        )
    return row


def _mark_remedy(root: ET.Element) -> None:
    children = list(root)
    steps = next((index for index, child in enumerate(children) if child.tag == "ol"), None)
    if steps is None:
        return
    headings = [index for index, child in enumerate(children) if child.tag == "h2"]
    if headings:
        symptoms = next((child for child in children[headings[0] : steps] if child.tag == "ul"), None)
        if symptoms is not None:
            _add_class(symptoms, "wp-symptoms")
    _number_steps(root, [children[steps]])
    if headings and headings[-1] > steps:
        section = ET.Element("section", {"class": "wp-outcome"})
        anchor = children[headings[-1]].get("id")
        if anchor:
            section.set("aria-labelledby", anchor)
        last = [child for child in children[headings[-1] :] if not _is_notes(child)]
        for child in last:
            root.remove(child)
        section.extend(last)
        root.insert(headings[-1] + len(root) + len(last) - len(children), section)


def _number_steps(root: ET.Element, lists: Sequence[ET.Element]) -> None:
    """Give every step an address, and each list room above it, in which a script shows the progress."""
    taken = {element.get("id") for element in root.iter()}
    number = 0
    for steps in lists:
        _add_class(steps, "wp-steps")
        goes_on = number > 0 and steps.get("start") not in (None, "1")
        if not goes_on:
            number += 1
            place = list(root).index(steps)
            root.insert(place, ET.Element("div", {"class": "wp-progress", "data-wp-progress": str(number)}))
        steps.set("data-wp-steps", str(number))
        prefix = "step" if number == 1 else f"step-{number}"
        first = int(steps.get("start") or 1) if (steps.get("start") or "1").isdigit() else 1
        for count, step in enumerate((child for child in steps if child.tag == "li"), start=first):
            name = f"{prefix}-{count}"
            if not step.get("id") and name not in taken:
                step.set("id", name)


def _add_class(element: ET.Element, name: str) -> None:
    element.set("class", f"{element.get('class') or ''} {name}".strip())


class _Videos:
    """Shows videos by a player that loads nothing before somebody presses play."""

    def __init__(self, page: PageMarkup) -> None:
        self._article = page.article
        self._words = page.words

    def place(self, root: ET.Element) -> None:
        """Turn each image that is a video into a player, and put the article's own video below its first words."""
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "p" and _is_alone(child):
                    found = self._of_image(child[0])
                    if found is not None:
                        found.tail = child.tail
                        parent[index] = found
                elif child.tag == "img":
                    self._unplayable(child)
        front = self._article.front
        if isinstance(front, ArticleFrontMatter) and front.video:
            # Below the sentences that give the answer to people in a hurry.
            lede = next((index for index, child in enumerate(root) if child.tag != "p"), len(root))
            root.insert(lede, self._of_front(front.video))

    def _of_front(self, video: Video) -> ET.Element:
        def address(path: str | None) -> str:
            return address_from(self._article.url, path) if path else ""

        player = find_player(video.url) if video.url else None
        if player is None:
            return self._native(
                video.title, address(video.file), address(video.poster), address(video.captions)
            )
        return self._on_request(player, video.title, video.poster or "", address(video.captions))

    def _of_image(self, image: ET.Element) -> ET.Element | None:
        """Return the player for an image whose address is a video's, or None for a picture."""
        source, title = _plain(image.get("src")), _plain(image.get("alt"))
        player = find_player(source)
        if player:
            return self._on_request(player, title or player.host)
        if ":" in source or source.startswith("/") or not source.lower().endswith(FILE_ENDINGS):
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self._article.path), unquote(source)))
        return self._native(title or posixpath.basename(path), address_from(self._article.url, path))

    def _unplayable(self, image: ET.Element) -> None:
        """Make a link of a video in the middle of a sentence, where no player fits."""
        source = _plain(image.get("src"))
        if find_player(source):
            image.tag, image.text = "a", _literal(_plain(image.get("alt")) or source)
            image.attrib = {"href": _literal(source)}

    def _on_request(self, player: Player, title: str, poster: str = "", captions: str = "") -> ET.Element:
        figure = ET.Element("figure", {"class": "wp-video"})
        data = {"data-wp-video": player.how, "data-source": _literal(player.source)}
        data["data-title"] = _literal(title)
        if captions:
            data |= {"data-captions": captions, "data-language": self._words.language}
        frame = ET.SubElement(figure, "div", {"class": "wp-video__frame", **data})
        if poster:
            # MkDocs reads it as every picture: from the folder of the article.
            source = posixpath.relpath(poster, posixpath.dirname(self._article.path) or ".")
            picture = {"class": "wp-video__poster", "src": quote(source), "alt": "", "loading": "lazy"}
            ET.SubElement(frame, "img", picture)
        link = ET.SubElement(frame, "a", {"class": "wp-video__title", "href": _literal(player.page)})
        link.text = _literal(title)
        play = self._words.say("video.play")
        name = _literal(self._words.say("video.play_title", title=title))
        button = {"class": "wp-video__play", "type": "button", "hidden": "", "aria-label": name}
        ET.SubElement(frame, "button", button).text = play
        caption = ET.SubElement(figure, "figcaption")
        caption.text = f"{self._words.say('video.from', host=player.host)} "
        text = self._words.say("video.open", host=player.host)
        ET.SubElement(caption, "a", {"href": _literal(player.page)}).text = text
        return figure

    def _native(self, title: str, source: str, poster: str = "", captions: str = "") -> ET.Element:
        figure = ET.Element("figure", {"class": "wp-video"})
        attributes = {"class": "wp-video__frame", "controls": "controls", "preload": "none"}
        attributes |= {"aria-label": _literal(title), "src": source}
        video = ET.SubElement(figure, "video", attributes | ({"poster": poster} if poster else {}))
        if captions:
            language = self._words.language
            track = {"kind": "captions", "src": captions, "srclang": language, "default": "default"}
            ET.SubElement(video, "track", track)
        ET.SubElement(figure, "figcaption").text = _literal(title)
        return figure


def _is_alone(paragraph: ET.Element) -> bool:
    """Tell whether a paragraph is one image and nothing else."""
    words = [paragraph.text or "", *(child.tail or "" for child in paragraph)]
    return len(paragraph) == 1 and paragraph[0].tag == "img" and not "".join(words).strip()


def _plain(text: str | None) -> str:
    """Return text as its reader sees it; Python-Markdown keeps entities in it."""
    return html.unescape((text or "").replace(AMP_SUBSTITUTE, "&"))


def _literal(text: str) -> str:
    """Return plain text so that Python-Markdown takes nothing in it for an entity."""
    return text.replace("&", f"{AMP_SUBSTITUTE}amp;")
