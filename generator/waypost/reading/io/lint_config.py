"""Read lint.yml, the settings of the rules for writers."""

from __future__ import annotations

from pathlib import Path

from waypost.base.files.validation import load_yaml
from waypost.base.files.yaml_source import YamlDocument
from waypost.formats.lint import LintConfig
from waypost.problems import Problem


def read_lint_config(root: Path) -> tuple[YamlDocument | None, LintConfig | None, list[Problem]]:
    """Read lint.yml of a site with its places; without the file every rule keeps its own level.

    Whether the rules exist that it names is for those to say who know them.
    """
    path = root / "lint.yml"
    if not path.exists() and not path.is_symlink():
        return None, LintConfig(), []
    return load_yaml(root, path, LintConfig)
