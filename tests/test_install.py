"""The package as users get it: built, installed into an empty environment, and used from elsewhere."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.sites import ROOT, environment

pytestmark = pytest.mark.install

PROPERDOCS = "properdocs>=1.6,<1.7"
"""Continues MkDocs 1.x with its plugins and themes; the way on when Material for MkDocs ends."""


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    # Nothing of this checkout may help: neither its environment nor its folder.
    free = {key: value for key, value in environment().items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, cwd=cwd, env=free, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an empty environment into which the wheel was installed."""
    folder = tmp_path_factory.mktemp("install") / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    link_requirements(wheel, folder)
    # Without an index, pip refuses the wheel where anything that it needs is missing or has another version.
    versions = ["--no-compile", "-c", ROOT / "constraints.txt"]
    run(*pip_install(folder / "bin"), *versions, "--no-index", wheel, cwd=folder.parent)
    # ProperDocs needs the same libraries.
    run(*pip_install(folder / "bin"), *versions, PROPERDOCS, cwd=folder.parent)
    return folder / "bin"


def pip_install(programs: Path) -> list[str | Path]:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python"]
    return [*pip, "install"]


def link_requirements(wheel: Path, environment: Path) -> None:
    """Put links to what a wheel requires into an environment, and to nothing else: unpacking it takes much longer."""
    target = next(environment.glob("lib/python*/site-packages"))
    [about] = importlib.metadata.distributions(path=[str(wheel)])
    linked: set[tuple[str, str]] = set()
    waiting = [(about, "")]
    while waiting:
        distribution, extra = waiting.pop()
        for requirement in map(Requirement, distribution.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            wanted = {(requirement.name, each) for each in ("", *requirement.extras)} - linked
            linked |= wanted
            waiting += [(importlib.metadata.distribution(name), each) for name, each in wanted]
    for name in {canonicalize_name(name) for name, _ in linked}:
        for file in importlib.metadata.distribution(name).files or ():
            if ".." not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                (target / file).symlink_to(str(file.locate()))


@pytest.fixture(scope="module")
def scaffolded(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    run(installed / "waypost", "new", "site", "help", "--name", "Acme Help", cwd=folder)
    return folder / "help"


def theme_files() -> set[str]:
    files = (path for path in (ROOT / "theme").rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_the_whole_theme_and_nothing_that_is_not_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    assert {f"waypost/{name}" for name in theme_files()} <= names
    assert {"waypost/py.typed", "waypost/cli/__init__.py", "waypost/theme/scaffold/site/mkdocs.yml"} <= names
    workflows = {"dot-github/workflows/waypost.yml", "dot-gitlab-ci.yml", "requirements.txt"}
    assert {f"waypost/theme/scaffold/site/{name}" for name in workflows} <= names
    sources = {
        path.relative_to(ROOT / "generator").as_posix() for path in ROOT.glob("generator/waypost/**/*.py")
    }
    assert sources == {name for name in names if name.endswith(".py")}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"waypost"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_source_archive_holds_what_a_build_and_the_tests_need(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert theme_files() <= names
    assert {"pyproject.toml", "LICENSE", "README.md", "Makefile", "constraints.txt"} <= names
    assert {"generator/waypost/py.typed", "tests/test_install.py", "tests/helpers/sites.py"} <= names
    assert not {name for name in names if name.startswith((".venv", "site/", ".waypost"))}


def test_the_installed_package_makes_checks_and_builds_a_site(installed: Path, scaffolded: Path) -> None:
    program = installed / "waypost"
    assert run(program, "lint", "--site", scaffolded, cwd=scaffolded.parent) == "Every file is fine.\n"
    for name in (".github/workflows/waypost.yml", ".gitlab-ci.yml", ".gitignore"):
        assert (scaffolded / name).stat().st_size > 10
    # What the workflows install is what is here, so pip has nothing to ask for.
    requirements = [*pip_install(installed), "--no-index", "-r", "requirements.txt"]
    assert "already satisfied: waypost" in run(*requirements, cwd=scaffolded)
    assert "Built 1 articles" in run(program, "build", "--site", scaffolded, cwd=scaffolded.parent)
    page = (scaffolded / "site" / "index.html").read_text(encoding="utf-8")
    assert "Acme Help" in page
    for path in ("status/index.html", "status/assets/base.css", "assets/waypost/help.js", "status/feed.atom"):
        assert (scaffolded / "site" / path).stat().st_size > 100
    assert not (scaffolded / "site" / "scaffold").exists()
    run(program, "new", "faq", "Refunds", "--category", "getting-started", cwd=scaffolded)
    run(program, "new", "incident", "Pages do not open", "--component", "website", cwd=scaffolded)
    # The skeleton of an article is an error, that of an incident is not; both are told beside the output.
    assert run(program, "lint", cwd=scaffolded, code=1) == ""
    (scaffolded / "content/getting-started/refunds.md").unlink()
    assert run(program, "lint", cwd=scaffolded) == ""
    run(program, "publish", cwd=scaffolded)
    assert "Pages do not open" in (scaffolded / "site" / "status" / "index.html").read_text(encoding="utf-8")
    assert run(program, "build", "--site", scaffolded.parent, cwd=scaffolded, code=1) == ""


def test_the_installed_package_knows_its_formats_and_its_version(installed: Path, tmp_path: Path) -> None:
    schema = json.loads(run(installed / "waypost", "schema", "status", cwd=tmp_path))
    assert schema["title"] == "Waypost: status"
    assert run(installed / "python", "-m", "waypost", "--version", cwd=tmp_path).startswith(
        "waypost, version "
    )
    where = run(installed / "python", "-c", "import waypost; print(waypost.__file__)", cwd=tmp_path)
    assert where.startswith(str(installed.parent)), "not this checkout"


def test_mkdocs_and_properdocs_build_the_same_site(installed: Path, tmp_path: Path) -> None:
    run(installed / "waypost", "new", "site", "help", "--name", "Acme Help", cwd=tmp_path)
    site = tmp_path / "help"
    run(installed / "waypost", "build", cwd=site)
    ours = files_of(site / "site")
    published = {path for path in ours if path.parts[0] == "status"}
    shell = Path("status/assets/site/shell.html")
    made_by = {"waypost": engine_of(site / "site")}
    for engine in ("mkdocs", "properdocs"):
        output = tmp_path / engine
        run(installed / "python", "-m", engine, "build", "--strict", "--site-dir", output, cwd=site)
        made_by[engine] = engine_of(output)
        made = files_of(output)
        frame = {path for path in made if path.is_relative_to("status/assets/site")}
        assert shell in frame
        assert made - frame == ours - published, "the status pages are for `waypost publish`"
        for path in sorted(made - frame):
            if path.suffix in (".html", ".css", ".js"):
                text, other = ((root / path).read_text(encoding="utf-8") for root in (site / "site", output))
                assert without_generator(text) == without_generator(other), path
        # Its names are made of what is in the files, so the list above has compared them.
        index = "search/manifest.json"
        assert (output / index).read_bytes() == (site / "site" / index).read_bytes()
    # Both are installed here: who was started builds, and for `waypost build` whoever was added on purpose.
    assert made_by == {"waypost": "ProperDocs", "mkdocs": version("mkdocs"), "properdocs": "ProperDocs"}


def files_of(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def engine_of(output: Path) -> str:
    [name] = re.findall(r'content="mkdocs-([\w.]+)', (output / "index.html").read_text(encoding="utf-8"))
    return str(name)


def without_generator(text: str) -> list[str]:
    """Leave out the lines in which an engine names itself."""
    return [line for line in text.splitlines() if "generator" not in line]
