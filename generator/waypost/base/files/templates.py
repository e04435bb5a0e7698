"""The templates of every feature of theme/, as Jinja finds them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateNotFound

from waypost.base.files.resources import theme_folder

_PREFIX = "waypost/"


class Templates(FileSystemLoader):
    """Finds theme/FEATURE/NAME.html as waypost/FEATURE/NAME.html, a name that no other theme has.

    A PrefixLoader would not do: it compiles a template under its name without the prefix, and the rule for
    escaping goes by the prefix.
    """

    def __init__(self) -> None:
        super().__init__(theme_folder())

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Read a template of ours."""
        if not is_own(template):
            raise TemplateNotFound(template)
        return super().get_source(environment, template.removeprefix(_PREFIX))


class VisibleFiles(FileSystemLoader):
    """Finds all templates of some folders, and lists none that are in a hidden folder.

    MkDocs lists a theme at every build, and copies nothing hidden; Material hides 14,000 icons.
    """

    def list_templates(self) -> list[str]:
        """Return the paths of all files outside of hidden folders."""
        found: set[str] = set()
        for root in map(Path, self.searchpath):
            for folder, folders, files in os.walk(root):
                folders[:] = [name for name in folders if not name.startswith(".")]
                found |= {Path(folder, name).relative_to(root).as_posix() for name in files}
        return sorted(found)


def is_own(name: str | None) -> bool:
    """Whether a template is one of Waypost's, in which everything is escaped."""
    return bool(name) and str(name).startswith(_PREFIX)
