"""Bring in the history of an Upptime repository: its sites, and its issues as GitHub exports them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from waypost.base.files.text_files import read_source, walk
from waypost.base.files.yaml_source import parse_yaml
from waypost.base.ids import slugify
from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.io.json_documents import read_document
from waypost.importing.rules.histories import (
    Importer,
    Json,
    Notes,
    SourceComponent,
    SourceEntry,
    SourceHistory,
    SourceUpdate,
    all_components,
    id_of,
    line_of,
    mappings,
    rows_of,
    text_of,
)
from waypost.importing.rules.times import UTC, moment_of
from waypost.problems import Level, Problem, ProblemsFound

_CONFIG = ".upptimerc.yml"
_ISSUES = "issues.json"
_EXPORT = "gh issue list --state all --limit 100000 --json number,title,body,state,labels,createdAt,closedAt,comments"
_TITLE = re.compile(r"[^\w(\[]*(?P<name>.+?) (?:is down|(?P<slow>has degraded performance))\s*")
_FACTS = re.compile(r"<!--(?P<facts>.*?)-->", re.DOTALL)
_FACT = re.compile(r"^[ \t]*(?P<key>\w+):[ \t]*(?P<value>.*?)[ \t]*$", re.MULTILINE)
_TEAM = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


def read_upptime(place: str) -> SourceHistory:
    """Read the folder of an Upptime repository; raises ProblemsFound where it is none."""
    folder = Path(place)
    notes = Notes()
    config = _yaml(folder, folder / _CONFIG)
    slugs = _slugs(folder, rows_of(config, "sites"), notes)
    issues = _issues(folder, notes)
    entries = [entry for issue in issues if (entry := _IssueReader(issue, slugs, notes).entry())]
    website = config.get("status-website")
    page: Json = website if isinstance(website, Mapping) else {}
    written = [SourceComponent(line_of(text_of(site, "name"))) for site in rows_of(config, "sites")]
    return SourceHistory(
        name=text_of(page, "name"),
        url=_url(config, page),
        components=all_components(written, entries),
        entries=tuple(entries),
        notes=tuple(notes.merged()),
    )


def _yaml(folder: Path, file: Path) -> Json:
    source, problems = read_source(folder, file)
    document, found = parse_yaml(source, ignore_tags=True) if source else (None, [])
    if document is None:
        raise ProblemsFound([*problems, *found])
    return document.data if isinstance(document.data, Mapping) else {}


def _url(config: Json, page: Json) -> str:
    if text_of(page, "cname"):
        return f"https://{text_of(page, 'cname')}/"
    owner, path = text_of(config, "owner"), text_of(page, "baseUrl") or text_of(config, "repo")
    return f"https://{owner}.github.io/{path.strip('/')}/" if owner else ""


def _slugs(folder: Path, sites: Sequence[Json], notes: Notes) -> dict[str, str]:
    """Return the name of each site by the label that its issues have, which is also the name of its history."""
    found: dict[str, str] = {}
    by_url = {text_of(site, "url"): line_of(text_of(site, "name")) for site in sites}
    for site in sites:
        name = line_of(text_of(site, "name"))
        found[text_of(site, "slug") or slugify(name)] = name
    if (folder / "history").is_dir():
        for file in walk(folder, folder / "history", ".yml")[0]:
            try:
                url = text_of(_yaml(folder, file), "url")
            except ProblemsFound as error:
                notes.problems += [_as_warning(problem) for problem in error.problems]
                continue
            if url in by_url:
                found[file.stem] = by_url[url]
    return found


def _as_warning(problem: Problem) -> Problem:
    return Problem(problem.location, problem.code, problem.message, Level.WARNING)


def _issues(folder: Path, notes: Notes) -> list[Json]:
    file = folder / _ISSUES
    if not file.exists():
        message = f"Incidents are issues on GitHub. Save them in the folder, and import again: {_EXPORT} > {_ISSUES}"
        notes.add(_ISSUES, message)
        return []
    return [row for row in mappings(read_document(folder, file)) if "pull_request" not in row]


@dataclass(frozen=True)
class _IssueReader:
    """One issue, as `gh` or the REST API export it."""

    row: Json
    slugs: Mapping[str, str]
    notes: Notes

    def entry(self) -> SourceEntry | None:
        """Return the incident or the maintenance of an issue; None for one that is neither."""
        labels = self._labels
        if "maintenance" in labels:
            return self._maintenance()
        return self._incident() if "status" in labels else None

    @property
    def _labels(self) -> list[str]:
        labels = self.row.get("labels")
        items = labels if isinstance(labels, list) else []
        return [text_of(it, "name") if isinstance(it, Mapping) else str(it) for it in items]

    @property
    def _origin(self) -> str:
        return f"{_ISSUES}: #{id_of(self.row, 'number')}"

    @property
    def _former(self) -> tuple[str, ...]:
        number = id_of(self.row, "number")
        return (f"incident/{number}/",) if number.isdigit() else ()

    def _incident(self) -> SourceEntry | None:
        title = text_of(self.row, "title")
        begun, ended = self._time("createdAt", "created_at"), self._time("closedAt", "closed_at")
        if begun is None:
            self._note("It has no time that can be read, so it was left out.")
            return None
        match = _TITLE.fullmatch(title)
        state = self._state(match)
        named = list(dict.fromkeys(self.slugs[label] for label in self._labels if label in self.slugs))
        if not named and match:
            named = [line_of(match["name"])]
        return SourceEntry(
            *(
                self._origin,
                title.lstrip("🛑🟥🟨⚠️ ") or "Untitled",
                state.impact,
                dict.fromkeys(named, state),
            ),
            updates=[SourceUpdate("investigating", begun, text_of(self.row, "body")), *self._comments(ended)],
            started=begun,
            ended=ended,
            former=self._former,
        )

    def _state(self, match: re.Match[str] | None) -> ComponentStatus:
        if match:
            slow, down = ComponentStatus.DEGRADED_PERFORMANCE, ComponentStatus.MAJOR_OUTAGE
            return slow if match["slow"] else down
        self._note("Its title does not say how badly components were hit. Degraded performance was taken.")
        return ComponentStatus.DEGRADED_PERFORMANCE

    def _comments(self, ended: datetime | None) -> Iterator[SourceUpdate]:
        """Give what the team wrote, and the end: it is the moment when the issue was closed."""
        comments = self.row.get("comments")
        if isinstance(comments, int) and comments:
            self._note("The comments are not in the export. Make it with gh to take them over.")
        last = "Resolved."
        for comment in mappings(comments):
            text, at = text_of(comment, "body"), moment_of(text_of(comment, "createdAt"), UTC)
            if text.startswith("**Resolved:**") and ended:
                last = text
            elif text_of(comment, "authorAssociation") not in _TEAM:
                self._note("Comments of people who are not in the team were left out.")
            elif at and not (ended and at > ended):
                yield SourceUpdate("update", at, text)
            elif at:
                yield SourceUpdate("postmortem", at, text)
        if ended:
            yield SourceUpdate("resolved", ended, last)

    def _maintenance(self) -> SourceEntry | None:
        body = text_of(self.row, "body")
        comment = _FACTS.search(body)
        facts = (
            {match["key"]: match["value"] for match in _FACT.finditer(comment["facts"])} if comment else {}
        )
        start, end = (moment_of(facts.get(key, ""), UTC) for key in ("start", "end"))
        if start is None or end is None or end <= start:
            self._note("It does not say when the work was to begin and end, so it was left out.")
            return None
        slugs = re.split(r"[\s,]+", f"{facts.get('expectedDown', '')},{facts.get('expectedDegraded', '')}")
        names = [self.slugs[slug] for slug in slugs if slug in self.slugs]
        begun = self._time("createdAt", "created_at") or start
        closed = self._time("closedAt", "closed_at")
        word = "completed" if closed and closed >= start else "cancelled"
        closing = [SourceUpdate(word, closed, f"{word.capitalize()}.")] if closed else []
        return SourceEntry(
            *(self._origin, text_of(self.row, "title") or "Untitled", Impact.NONE),
            components=dict.fromkeys(names, ComponentStatus.UNDER_MAINTENANCE),
            updates=[SourceUpdate("scheduled", begun, body), *closing],
            former=self._former,
            window=(start, end),
        )

    def _time(self, *keys: str) -> datetime | None:
        return next((at for key in keys if (at := moment_of(text_of(self.row, key), UTC))), None)

    def _note(self, message: str) -> None:
        self.notes.add(self._origin, message)


UPPTIME = Importer(
    "upptime",
    "FOLDER",
    """Bring in the sites and incidents of Upptime, from the folder of its repository.

    Save its issues there as issues.json. The folder is only read. Files that are in status/ already are kept.

    Example: waypost import upptime ../old-status --dry-run
    """,
    read_upptime,
)
