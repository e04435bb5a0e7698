"""A site that a stranger has changed is built without running anything of it, or refused with every place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from helpers.cases import golden
from helpers.sites import called, minimal_site, replace
from waypost.reading.site import Site

HOOK = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
PLAIN = """\
site_name: Minimal
site_url: https://help.example.org/
docs_dir: content
exclude_docs: "*.yml"
theme: {name: material, font: false}
plugins: [waypost]
copyright: Us
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    (site.root / "hook.py").write_text(HOOK)
    (site.root / "mkdocs.yml").write_text(PLAIN)
    return site


@golden("untrusted.yml")
def test_what_could_run_is_refused_with_its_place(case: dict[str, Any], site: Site) -> None:
    text = PLAIN
    for old, new in case.get("replace", {}).items():
        assert old in text
        text = text.replace(old, new)
    if "copyright:" in case.get("yml", ""):
        text = text.replace("copyright: Us\n", "dev_addr: localhost:1\n")
    (site.root / "mkdocs.yml").write_text(text + case.get("yml", ""))
    result = called("build", "--untrusted", site=site)
    assert result.returncode == 1
    assert result.stderr.startswith(case["expect"])
    assert not (site.root / "ran").exists()
    assert not site.output.exists()


def test_a_hook_runs_only_where_the_site_is_trusted(site: Site) -> None:
    (site.root / "mkdocs.yml").write_text(f"{PLAIN}hooks: [hook.py]\n")
    assert called("build", "--untrusted", site=site).returncode == 1
    assert not (site.root / "ran").exists()
    assert called("build", site=site).returncode == 0
    assert (site.root / "ran").exists()


def test_everything_is_named_at_once(site: Site) -> None:
    text = PLAIN.replace("[waypost]", "[waypost, macros, redirects]")
    (site.root / "mkdocs.yml").write_text(f"{text}hooks: [hook.py]\nINHERIT: x.yml\n")
    result = called("build", "--untrusted", site=site)
    assert result.stderr.count("error bad-value") == 4


def test_a_plain_site_is_built_and_nothing_of_the_environment_is_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "s3cret")
    replace(site.root / "status/status.yml", "name: Example status", 'name: "Example ${MY_TOKEN:-unknown}"')
    shutil.rmtree(site.cache, ignore_errors=True)
    template = site.cache / "kept" / "by-another"
    template.parent.mkdir(parents=True)
    template.touch()
    result = called("build", "--untrusted", site=site)
    assert result.returncode == 0, result.stderr
    assert "Example unknown" in (site.status_output / "index.html").read_text("utf-8")
    assert not template.exists(), "nothing is taken over that may have come with the site"
    assert called("build", site=site).returncode == 0
    assert "Example s3cret" in (site.status_output / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("content/start/picture.png", "../../../secret"),
        ("content/inside.txt", "../mkdocs.yml"),
        ("site", "../elsewhere"),
        (".waypost", "../elsewhere"),
        ("status/incidents/a.md", "../../../secret"),
    ],
)
def test_no_link_is_followed(site: Site, name: str, target: str) -> None:
    (site.root.parent / "secret").write_text("A secret.")
    (site.root.parent / "elsewhere").mkdir()
    (site.root / name).symlink_to(target)
    result = called("build", "--untrusted", site=site)
    assert result.returncode == 1
    assert (
        f"{name}:1:1: error symlink: A symbolic link may lead to any file of this machine." in result.stderr
    )
    assert "A secret." not in result.stderr
    assert list((site.root.parent / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("line", ["extra_css: [../../../secret.css]\n", "extra_css: [/SECRET]\n"])
def test_files_from_elsewhere_are_not_published_as_styles_or_logo(site: Site, line: str) -> None:
    for name in ("secret", "secret.css"):
        (site.root.parent / name).write_text("A secret.")
    secret = (site.root.parent / "secret").as_posix()
    text = PLAIN.replace("font: false", f"font: false, logo: {secret}")
    (site.root / "mkdocs.yml").write_text(text + line.replace("/SECRET", secret))
    result = called("build", "--untrusted", site=site)
    assert result.returncode == 0, result.stderr
    files = [path for path in site.output.rglob("*") if path.is_file()]
    assert [path for path in files if b"A secret." in path.read_bytes()] == []
