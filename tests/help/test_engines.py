"""MkDocs and ProperDocs build the help center; Zensical, which cannot, fails."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import markdown
import pytest

from helpers.sites import environment, minimal_site, sample_site
from waypost.build import build_site
from waypost.help.mkdocs import ENGINE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def test_a_page_names_the_engine_that_is_installed(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    build_site(site, NOW)
    name = f"ProperDocs {version('properdocs')}" if has("properdocs") else version("mkdocs")
    page = (site.output / "index.html").read_text(encoding="utf-8")
    assert f'content="mkdocs-{name}, mkdocs-material-' in page


@pytest.mark.parametrize("started", ["mkdocs", "properdocs"])
def test_the_engine_that_has_started_is_the_one_that_builds(started: str) -> None:
    if not has(started):
        pytest.skip(f"{started} is not installed here")
    program = f"import {started}.__main__, waypost.help.mkdocs.plugin as us; print(us.BasePlugin.__module__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{started}.plugins\n"


def test_our_extension_does_nothing_but_under_zensical(monkeypatch: pytest.MonkeyPatch) -> None:
    assert markdown.markdown("*a*", extensions=["waypost"]) == "<p><em>a</em></p>"
    monkeypatch.setitem(sys.modules, "zensical", ModuleType("zensical"))
    with pytest.raises(RuntimeError, match=r"Zensical cannot build .* Run `waypost build`\."):
        markdown.markdown("*a*", extensions=["waypost"])


@pytest.mark.skipif(not has("zensical"), reason="Zensical is installed by `make engines` only")
def test_zensical_fails_at_the_sample(tmp_path: Path) -> None:
    assert ENGINE == "properdocs"
    site = sample_site(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build"],
        cwd=site.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Zensical cannot build this help center" in done.stderr
    pages = [path.relative_to(site.output).as_posix() for path in site.output.rglob("*.html")]
    assert pages in ([], ["404.html"])
