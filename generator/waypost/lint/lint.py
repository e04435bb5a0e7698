"""Check everything that people wrote, without building or publishing anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from waypost.formats.lint import LintConfig
from waypost.formats.project import Project
from waypost.lint.io.lint_files import (
    FindingLocator,
    content_files,
    load_lint_config,
    parts_of_pages,
    placeholders,
    status_texts,
)
from waypost.lint.io.moved_files import moved_files
from waypost.lint.rules.registry import judge
from waypost.lint.rules.rule import LintSite
from waypost.problems import Problem
from waypost.reading.project import check_project
from waypost.reading.site import Site
from waypost.search.evaluate import site_answerer
from waypost.search.io.likeness import Likeness


def lint(site: Site, now: datetime) -> list[Problem]:
    """Return every problem of a site, in the order of the files: errors of formats, and findings of rules.

    Rules are asked only where every file can be read: on half a site their findings would be wrong.
    """
    project, problems = check_project(site, now)
    config, found = load_lint_config(site.root)
    problems += found
    if project and config:
        places = FindingLocator(site.root)
        problems += [places.problem(judged) for judged in judge(lint_site(site, project, config, now))]
    return sorted(problems)


def lint_site(site: Site, project: Project, config: LintConfig, now: datetime) -> LintSite:
    """Gather the input of the rules, with drafts, so that they are in order when they are published."""
    project = replace(project, help_center=project.help_center.with_drafts)
    return LintSite(
        project=project,
        config=config,
        parts=parts_of_pages(project),
        files=content_files(site.root),
        now=now,
        status_texts=status_texts(site.root, project),
        moved=moved_files(site.root),
        placeholders=placeholders(),
        alike=Likeness(project.help_center.articles).more_like,
        answer=site_answerer(project),
    )
