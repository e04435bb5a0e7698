"""Start a site, a category or an article, each from a skeleton that shows what belongs where."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from waypost import __version__
from waypost.authoring.io.planned_files import (
    AlreadyThere,
    check_article,
    check_front,
    check_start,
    content_file,
    file_name,
    fill,
    quoted,
    require_category,
    require_name,
    skeleton,
)
from waypost.base.files.file_tree import write_atomic
from waypost.base.files.resources import scaffold_folder
from waypost.formats.article import CategoryFrontMatter
from waypost.formats.workflows import Workflows
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.kinds.kind import Structure
from waypost.problems import Location, Problem, ProblemsFound
from waypost.reading.io.article_files import SUFFIX
from waypost.reading.io.theme_options import load_theme
from waypost.reading.rules.content_paths import INDEX
from waypost.reading.site import Site

_WORKFLOW_FILES = {
    ".github": (Workflows.GITHUB, Workflows.BOTH),
    ".gitlab-ci.yml": (Workflows.GITLAB, Workflows.BOTH),
    "requirements.txt": (Workflows.GITHUB, Workflows.GITLAB, Workflows.BOTH),
}
"""The top-level names of the skeleton that only some choices take; all others belong to every choice."""


def new_site(folder: Path, name: str, workflows: Workflows = Workflows.BOTH) -> list[Path]:
    """Make an empty site with the shape of the sample; the folder must be new or empty.

    The workflow of a host that is not used does no harm, so both are made unless one is chosen.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyThere(f"{folder} is not empty. Choose a new folder; nothing was changed.")
    made: list[Path] = []
    # Markdown takes a backslash before a mark as YAML does, so one form fits both.
    values = {"name": quoted(name)[1:-1], "waypost": f"waypost{compatible_versions(__version__)}"}
    source = scaffold_folder() / "site"
    for template in sorted(path for path in source.rglob("*") if path.is_file()):
        relative = template.relative_to(source).as_posix().replace("dot-", ".")
        if workflows not in _WORKFLOW_FILES.get(relative.partition("/")[0], (workflows,)):
            continue
        text = fill(template.read_text(encoding="utf-8"), values)
        write_atomic(folder / relative, text.encode())
        made.append(folder / relative)
    return made


def compatible_versions(version: str) -> str:
    """Return the versions that read what this one reads, as pip writes a range: '>=0.1,<0.2'.

    As in Semantic Versioning, the first number that is not zero changes where a format does.
    """
    major, minor = (int(number) for number in version.split(".")[:2])
    return f">={major}.{minor},<{major + 1}" if major else f">=0.{minor},<0.{minor + 1}"


def new_article(
    site: Site, kind: str, title: str, category: str, now: datetime, name: str | None = None
) -> Path:
    """Start an article of a kind in a category or a section; raises ProblemsFound where there is none of this id.

    Its file has a name made from the title, with a number where that is taken, or the `name` that was chosen.
    """
    require_category(site, category)
    record, language = ARTICLE_KINDS[kind], load_theme(site.root)[1]
    values = {"title": quoted(title), "kind": kind, "today": now.date().isoformat()}
    path = content_file(site, category, title, name)
    write_atomic(path, check_start(site, path, skeleton(record.scaffold, values, language), check_article))
    scenarios = path.with_name(path.stem + SUFFIX)
    if record.structure is Structure.TREE and not scenarios.exists():
        write_atomic(scenarios, skeleton(f"{Path(record.scaffold).stem}{SUFFIX}", {}, language).encode())
    return path


def new_category(site: Site, title: str, name: str | None = None, above: str = "") -> Path:
    """Start a category, or a section of the category `above`: a folder with its page."""
    if above:
        require_category(site, above)
    if "/" in above:
        message = (
            f"'{above}' is a section, and sections have none. Name its category: {above.partition('/')[0]}."
        )
        raise ProblemsFound([Problem(Location(f"content/{above}"), "bad-value", message)])
    folder = f"{above}/".lstrip("/") + (name or file_name(site, title))
    require_name(folder, name or title)
    path = site.root / "content" / folder / INDEX
    for taken in (path, path.parent.with_suffix(".md")):
        if taken.exists():
            place = taken.relative_to(site.root)
            raise AlreadyThere(
                f"{place} is there already. Choose another title, or a folder with --folder NAME."
            )
    template = "section.md" if above else "category.md"
    text = skeleton(template, {"title": quoted(title)}, load_theme(site.root)[1])
    write_atomic(path, check_start(site, path, text, check_front(CategoryFrontMatter)))
    return path
