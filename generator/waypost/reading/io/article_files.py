"""Check what articles promise beyond their front matter: files to save, videos to play, text that fits the kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from waypost.base.files.front_matter import MarkdownDocument
from waypost.base.files.text_files import Source, read_source, walk
from waypost.base.files.validation import ADD_OR_CORRECT, validate
from waypost.base.files.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.base.markdown.blocks import nests_too_deep
from waypost.base.markdown.grammar import MAX_NESTING
from waypost.formats.article import Article, ArticleFrontMatter, Video
from waypost.formats.troubleshooter import ScenarioFile, Troubleshooter
from waypost.help.kinds.kind import Structure
from waypost.problems import Level, Problem, did_you_mean, errors
from waypost.reading.rules.structure import weakness
from waypost.reading.rules.troubleshooter import StepFinding, parse_troubleshooter
from waypost.reading.rules.troubleshooter_graph import ALL, article_path, check_steps, try_scenario
from waypost.reading.rules.videos import HOSTS, find_player

SUFFIX = ".scenarios.yml"
"""The end of the name of a scenario file; it begins with the name of its troubleshooter."""

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


def check_articles(
    root: Path, pages: Mapping[str, Article], documents: Mapping[str, MarkdownDocument]
) -> tuple[dict[str, int], list[Problem]]:
    """Return the size in bytes of each file that front matter names, by its path, and the problems of the articles."""
    files = _Files(root)
    problems: list[Problem] = []
    for path, page in pages.items():
        if isinstance(page.front, ArticleFrontMatter):
            problems += files.check(page.front, documents[path])
            problems += _check_video(page.front.video, documents[path])
            problems += _check_structure(page, documents[path])
            problems += _check_next(page, pages, documents[path])
    return files.sizes, problems


class _Files:
    """The files beside the articles that are published as they are."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "content"
        self.sizes: dict[str, int] = {}

    def check(self, front: ArticleFrontMatter, document: MarkdownDocument) -> Iterator[Problem]:
        for place, path in _named_files(front):
            file = self._folder / path
            if not file.is_file():
                hint = did_you_mean(path, self._known) or ADD_OR_CORRECT
                message = f"There is no file content/{path}.{hint}"
                yield document.front.problem_at(place, "missing-file", message)
            elif not file.resolve().is_relative_to(self._root.resolve()):
                message = "The link leads out of the site. Put the file itself here."
                yield document.front.problem_at(place, "symlink", message)
            else:
                self.sizes[path] = file.stat().st_size

    @cached_property
    def _known(self) -> list[str]:
        found, _ = walk(self._root, self._folder, "")
        paths = [file.relative_to(self._folder).as_posix() for file in found]
        return [path for path in paths if not path.endswith((".md", ".yml"))]


def _named_files(front: ArticleFrontMatter) -> Iterator[tuple[DataPath, str]]:
    for index, download in enumerate(front.downloads):
        yield ("downloads", index, "file"), download.file
    for key in ("file", "poster", "captions"):
        path = getattr(front.video, key, None)
        if path:
            yield ("video", key), path


def _check_video(video: Video | None, document: MarkdownDocument) -> Iterator[Problem]:
    if video is None or video.url is None:
        return
    player = find_player(video.url)
    if player is None:
        names = ", ".join(host.name for host in HOSTS)
        message = (
            f"No player is known for this address. Use {names} or an address that ends in .mp4 or .webm."
        )
        yield document.front.problem_at(("video", "url"), "bad-value", message)
    elif video.captions and player.how == "frame":
        message = f"{player.host} shows its own captions. Add them there, and remove this key."
        yield document.front.problem_at(("video", "captions"), "bad-value", message)


def _check_next(page: Article, pages: Mapping[str, Article], document: MarkdownDocument) -> Iterator[Problem]:
    target = page.front.next if isinstance(page.front, ArticleFrontMatter) else None
    following = pages.get(target or "")
    if following and (following is page or following.article_kind is None):
        what = "this article itself" if following is page else "no article"
        message = f"content/{target} is {what}. Name the article to go on with, or remove this key."
        yield document.front.problem_at(("next",), "bad-value", message)


def _check_structure(page: Article, document: MarkdownDocument) -> Iterator[Problem]:
    if nests_too_deep(page.body):
        message = (
            f"More than {MAX_NESTING - 10} lists, quotes and boxes stand in one another, and what is deeper is not "
            "shown. Move it out."
        )
        yield document.source.problem("bad-value", message, page.body_line, 1)
    message = weakness(page.kind, page.body)
    if message:
        yield document.source.problem("weak-structure", message, page.body_line, 1, level=Level.WARNING)


def check_troubleshooters(
    root: Path,
    pages: Mapping[str, Article],
    documents: Mapping[str, MarkdownDocument],
    paths: Collection[str],
    component_ids: Collection[str] | None,
    hidden: Mapping[str, bool],
) -> list[Problem]:
    """Return the problems of the steps of all troubleshooters, and of scenarios that fail.

    `pages` and `documents` are the files of content/ that could be read, `paths` are all files that are there,
    `hidden` those that are not published, and whether they were once.
    """
    trees: dict[str, Troubleshooter] = {}
    broken: set[str] = set(paths) - set(pages)
    problems: list[Problem] = []
    for path, page in pages.items():
        if page.structure is not Structure.TREE:
            continue
        tree, findings = parse_troubleshooter(page.body, page.body_line)
        findings += check_steps(tree, component_ids)
        findings += _check_answers(tree, path, paths)
        findings += _check_drafts(tree, page.path, hidden) if path not in hidden else []
        findings += _check_addresses(tree, path, paths)
        source = documents[path].source
        found = [
            source.problem(item.code, item.message, item.line, item.column, level=item.level)
            for item in dict.fromkeys(findings)
        ]
        problems += found
        if errors(found):
            broken.add(path)
        else:
            trees[path] = tree
    return problems + _check_scenario_files(root, trees, broken, paths)


def _check_answers(tree: Troubleshooter, path: str, paths: Collection[str]) -> Iterator[StepFinding]:
    """Complain of answers that leave the troubleshooter for something that is no article."""
    for answer in (answer for step in tree.steps for answer in step.answers):
        if answer.target.startswith("#"):
            continue
        place = (answer.line, answer.column)
        target = article_path(answer.target, path)
        if _ELSEWHERE.match(answer.target) or not unquote(answer.target.partition("#")[0]).endswith(".md"):
            message = (
                "Lead to a step (#next-step) or to the .md file of an article. Put other links into the text."
            )
            yield StepFinding(*place, "bad-value", message)
        elif target == path:
            message = (
                "This answer leads back to the beginning. Name a step of this file: `[Yes](#next-step)`."
            )
            yield StepFinding(*place, "step-cycle", message)
        elif target not in paths:
            hint = did_you_mean(target, paths) or ADD_OR_CORRECT
            yield StepFinding(*place, "unknown-article", f"There is no content/{target}.{hint}")


def _check_drafts(tree: Troubleshooter, path: str, hidden: Mapping[str, bool]) -> Iterator[StepFinding]:
    """Complain of answers that lead to what is not published; the clock alone must not stop a build."""
    for answer in (answer for step in tree.steps for answer in step.answers):
        target = article_path(answer.target, path)
        if hidden.get(target):
            message = "This answer leads to an article that has expired. Lead elsewhere, or change `expires_on` there."
            yield StepFinding(answer.line, answer.column, "dead-end", message, Level.WARNING)
        elif target in hidden:
            message = (
                "This answer leads to a draft, which is not published. Lead elsewhere, or remove `draft` or "
                "`publish_on` there."
            )
            yield StepFinding(answer.line, answer.column, "dead-end", message)


def _check_addresses(tree: Troubleshooter, path: str, paths: Collection[str]) -> Iterator[StepFinding]:
    """Complain of steps whose pages would stand where an article stands."""
    folder = path.removesuffix(".md")
    whole = f"{folder}/{ALL}.md"
    if tree.steps and whole in paths:
        message = (
            f"The page with all steps would have the address of content/{whole}. Give that file another name."
        )
        yield StepFinding(tree.start.line, 1, "duplicate-id", message)
    for step in tree.steps:
        taken = f"{folder}/{step.id}.md"
        if taken in paths:
            advice = "Give the step another id: {#other}."
            message = f"The page of this step would have the address of content/{taken}. {advice}"
            yield StepFinding(step.line, 1, "duplicate-id", message)


def _check_scenario_files(
    root: Path, trees: Mapping[str, Troubleshooter], broken: Collection[str], paths: Collection[str]
) -> list[Problem]:
    files, _ = walk(root, root / "content", SUFFIX)
    problems: list[Problem] = []
    for file in files:
        path = file.relative_to(root / "content").as_posix().removesuffix(SUFFIX) + ".md"
        source, found = read_source(root, file)
        document = None
        if source:
            document, found = parse_yaml(source)
        problems += found
        if document is None:
            continue
        scenarios, found = validate(document, ScenarioFile)
        problems += found
        if path in trees and scenarios:
            problems += _try_out(document, scenarios, trees[path], path)
        elif path not in trees and path not in broken:
            problems.append(_without_tree(document.source, path, [*trees, *broken], paths))
    return problems


def _without_tree(source: Source, path: str, known: Collection[str], paths: Collection[str]) -> Problem:
    if path in paths:
        message = f"content/{path} is not of the kind 'troubleshooter', so there is nothing to try out."
        return source.problem("bad-value", message, 1, 1)
    hint = did_you_mean(path, known) or " Name this file like its troubleshooter, or delete it."
    return source.problem("missing-file", f"There is no content/{path} to try out.{hint}", 1, 1)


def _try_out(document: YamlDocument, file: ScenarioFile, tree: Troubleshooter, path: str) -> list[Problem]:
    """Walk through a troubleshooter as each scenario says."""
    problems: list[Problem] = []
    for index, scenario in enumerate(file.scenarios):
        key, message = try_scenario(tree, scenario, path)
        if message:
            place = [int(part) if part.isdecimal() else part for part in key.split(".")]
            text = f"Scenario '{scenario.name}': {message}"
            problems.append(document.problem_at(("scenarios", index, *place), "scenario", text))
    return problems
