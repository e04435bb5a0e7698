"""What the design promises of the shape of the code: directions, borders, sizes."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "generator" / "waypost"
MODULES = sorted(SOURCE.rglob("*.py"))


@cache
def trees() -> dict[str, ast.Module]:
    """Return the parsed modules by their paths: made when the first test asks, not whenever tests are collected."""
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES
    }


ALLOWED: dict[str, dict[str, str]] = {
    "bs4": {"importing/io/html_pages.py": ""},
    "markdownify": {"importing/io/html_pages.py": ""},
    # Each outside library, the modules or folders that may import it, and why if there are several.
    "mkdocs": {
        "help/mkdocs/site.py": "starts a build",
        "help/mkdocs/plugin.py": "is what a build calls",
        "help/mkdocs/extensions.py": "settles the extensions that a site names",
    },
    "jinja2": {
        "base/files/templates.py": "finds the templates of theme/",
        "publishing/pages/render.py": "renders the status pages",
        "notify/channels/email/composing.py": "renders mails, without the frame and filters of pages",
        "help/mkdocs/plugin.py": "names the type of the host's environment",
    },
    "markupsafe": {
        "publishing/pages/render.py": "fills the slots of the frame",
        "publishing/pages/filters.py": "its filters return what is escaped already",
        "publishing/pages/charts.py": "draws SVG, which is escaped already",
        "notify/channels/email/composing.py": "puts in what is escaped already",
    },
    "babel": {"base/files/languages.py": ""},
    "PIL": {"help/io/cards.py": ""},
    "imagesize": {"help/io/pictures.py": ""},
    "feedgen": {"base/feeds/formats.py": ""},
    "icalendar": {"publishing/io/calendar.py": ""},
    "sqlalchemy": {
        "base/database/": "connects to either database, and names its tables",
        "monitor/store/": "keeps what was observed",
        "notify/outbox/": "keeps notices and their deliveries",
        "history/store.py": "keeps the chain of digests, and adds rows from elsewhere",
    },
    "requests": {"base/net/web.py": ""},
    "anyascii": {"base/ids.py": ""},
    "certifi": {"base/net/network.py": ""},
    "urllib3": {"base/net/web.py": ""},
    "cryptography": {"base/net/certificates.py": ""},
    "dns": {"monitor/probes/dns.py": ""},
    "prometheus_client": {"monitor/io/metrics.py": ""},
    "regex": {"base/patterns.py": ""},
    "jsonpath_rfc9535": {"base/net/json_paths.py": ""},
    "cronsim": {"base/cron.py": ""},
    "apprise": {"notify/channels/apprise/__init__.py": ""},
    "markdown": {
        "help/io/article_markup.py": "is an extension of it",
        "help/mkdocs/extensions.py": "asks what an extension reads",
        "help/mkdocs/zensical.py": "is an extension of it, at which Zensical ends",
    },
    "markdown_it": {"base/markdown/": ""},
    "mdit_py_plugins": {"base/markdown/grammar.py": ""},
    "pygments": {"base/markdown/code_colours.py": ""},
    "psycopg": {"base/database/postgres.py": ""},
    "yaml": {"base/files/yaml_source.py": ""},
    "snowballstemmer": {"search/io/language.py": ""},
    "spellchecker": {"search/io/language.py": ""},
    "stopwordsiso": {
        "search/io/language.py": "knows which words are in every sentence of a language",
        "search/io/detection.py": "knows a language by them",
    },
    "whoosh": {
        "search/io/language.py": "knows how a language inflects its words",
        "search/io/likeness.py": "weighs the words that tell articles apart",
    },
}


def imports() -> dict[str, set[str]]:
    """Return the modules that import each top-level package, wherever in the module they do."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found[name.partition(".")[0]].add(path)
    return found


def functions() -> Iterator[tuple[str, int]]:
    """Return every function with the lines of its body, without the docstring."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                has_docstring = ast.get_docstring(node, clean=False) is not None
                body = node.body[1:] if has_docstring and len(node.body) > 1 else node.body
                yield f"{path}:{node.lineno} {node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_dependencies_run_downward_and_the_core_is_pure() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken." in done.stdout
    assert "Contracts: 0 kept" not in done.stdout


def test_every_part_of_the_help_center_has_its_place_in_the_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    named = {part for layer in contracts["contracts"][0]["layers"] for part in re.split(r" [:|] ", layer)}
    parts = {f"waypost.help.{path.stem}" for path in (SOURCE / "help").iterdir() if path.name[0] != "_"}
    # The kinds lie below everything that reads them, so the room stands there by its parts.
    assert {name for name in named if name.startswith("waypost.help.")} == parts


def _place(path: str, places: Collection[str]) -> str:
    """Return the entry of the table that allows a module: the module itself, or a folder of it."""
    return next((place for place in places if place.endswith("/") and path.startswith(place)), path)


@pytest.mark.parametrize("library", ALLOWED)
def test_an_outside_library_stays_behind_its_adapter(library: str) -> None:
    places = {_place(path, ALLOWED[library]) for path in imports()[library]}
    assert places == set(ALLOWED[library])
    assert len(ALLOWED[library]) == 1 or all(ALLOWED[library].values()), "every exception has its reason"


def test_every_other_library_is_known() -> None:
    everywhere = {
        "click": "cli/",
        "rich": "cli/",
        "pydantic": "",
        "pydantic_core": "",
        "typing_extensions": "",
    }
    own = {"waypost", "__future__", *sys.stdlib_module_names}
    found = {name: where for name, where in imports().items() if name not in own and name not in ALLOWED}
    assert set(found) == set(everywhere), "name a new library in the table above, with its adapter"
    for name, folder in everywhere.items():
        assert all(path.startswith(folder) for path in found[name]), name


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph("waypost", cache_dir=None)
    chains = [
        (module, chain)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if (chain := graph.find_shortest_chain(imported, module)) is not None
    ]
    assert chains == []


def test_rules_and_io_know_nothing_of_the_use_cases_beside_them() -> None:
    graph = grimp.build_graph("waypost", cache_dir=None)
    upward = [
        (module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if set(module.split(".")[2:3]) & {"rules", "io"}
        and imported.split(".")[:2] == module.split(".")[:2]
        # A use case stands in the room itself, as a module and not as a folder.
        and len(imported.split(".")) == 3
        and not graph.find_children(imported)
    ]
    assert upward == []


def test_folders_stay_small() -> None:
    sizes = Counter(path.parent.relative_to(SOURCE).as_posix() for path in MODULES)
    assert {folder: size for folder, size in sizes.items() if size > 25 and folder != "cli"} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    places = defaultdict(list)
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(path)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_names_say_what_a_thing_is_and_not_how_it_came() -> None:
    found = {
        f"{path}: {name}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        for name in _names_of(node)
        if re.search(r"(?:^|_)(?:un|re)?(?:told|said|heard)(?:$|_)|Told|Said|Heard", name)
    }
    assert found == set()


def _names_of(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node gives or uses, but for those in strings."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name


def test_modules_stay_small() -> None:
    sizes = {name: len((SOURCE / name).read_text(encoding="utf-8").splitlines()) for name in trees()}
    assert len(sizes) > 50, "all of the package is looked at"
    assert {name: size for name, size in sizes.items() if size > 500} == {}


def test_functions_stay_small() -> None:
    sizes = dict(functions())
    assert len(sizes) > 300, "all of the package is looked at"
    assert {name: size for name, size in sizes.items() if size >= 60} == {}
    assert statistics.quantiles(sizes.values(), n=10)[-1] < 30


def test_no_fault_is_swallowed_whole() -> None:
    broad = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) == "BaseException")
        # Tidying up and passing it on is no swallowing.
        and not (node.type and isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]
    assert broad == []


def test_only_the_command_line_prints() -> None:
    prints = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("print", "sys.stdout.write", "sys.stderr.write")
        and not path.startswith("cli/")
    ]
    assert prints == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, tree in trees().items() if not ast.get_docstring(tree)] == []
