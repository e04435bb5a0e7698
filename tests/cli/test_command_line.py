"""What holds for every command: it is registered, explains itself, and ends with 0, 1 or 2."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import shlex
import signal
import socket
import subprocess
import sys
import typing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from helpers.sites import fingerprint, minimal_site, running, waypost
from waypost import __version__, cli
from waypost.cli import COMMANDS, main
from waypost.formats.checks import HttpCheck
from waypost.formats.status_config import Component
from waypost.monitor.probes.registry import PROBERS
from waypost.reading.site import Site


def every_command() -> dict[str, click.Command]:
    """Return every command and subcommand by what is typed."""
    found: dict[str, click.Command] = {"": main}
    context = main.make_context("waypost", [], resilient_parsing=True)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                it = command.get_command(context, inner)
                assert it is not None
                found[f"{name} {inner}"] = it
    return found


ALL = every_command()


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


def test_every_registered_command_loads_under_its_own_name() -> None:
    for name in COMMANDS:
        assert ALL[name].name == name


def test_the_list_of_commands_has_the_first_sentence_of_each() -> None:
    assert {name: ALL[name].get_short_help_str(1000) for name in COMMANDS} == COMMANDS


def test_every_module_that_holds_a_command_is_registered() -> None:
    modules = [importlib.import_module(f"waypost.cli.{it.name}") for it in pkgutil.iter_modules(cli.__path__)]
    assert {module.command.name for module in modules if hasattr(module, "command")} == set(COMMANDS)


def test_every_kind_of_check_has_a_prober_and_the_other_way_round() -> None:
    # tuple[HttpCheck, ...], or tuple[HttpCheck | Heartbeat, ...] one day, each perhaps Annotated.
    kinds, waiting = set(), [typing.get_type_hints(Component)["checks"]]
    while waiting:
        annotation = waiting.pop()
        inner = [item for item in typing.get_args(annotation) if item is not Ellipsis]
        waiting += inner
        if not inner and isinstance(annotation, type):
            kinds.add(annotation)
    assert kinds == set(PROBERS)
    assert HttpCheck in kinds


@pytest.mark.parametrize("name", ALL)
def test_the_help_of_a_command_shows_an_example(name: str) -> None:
    code, out, err = run(*name.split(), "--help")
    assert (code, err) == (0, "")
    assert f"Example: waypost {name}".rstrip() in " ".join(out.split())
    assert out == run(*name.split(), "-h")[1]


@pytest.mark.parametrize("name", ALL)
def test_the_example_is_one_that_the_command_takes(
    name: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What an example names must be there.
    (site.root / "content/queries.yml").touch()
    example = re.search(r"Example: (waypost .+)", ALL[name].help or "")
    assert example
    for part in re.split(r" && | > .*", example[1]):
        words = shlex.split(part)
        if not words:
            continue
        assert words.pop(0) == "waypost"
        command: click.Command = main
        context = command.make_context("waypost", list(words))
        while isinstance(command, click.Group):
            known, command, words = command.resolve_command(context, words)
            assert command is not None, known
            context = command.make_context(known, list(words), parent=context)
        assert context.command is command


def test_every_option_says_what_it_is_for() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in ALL.items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []


@pytest.mark.parametrize("name", ALL)
def test_an_unknown_option_is_wrong_usage(name: str) -> None:
    code, _, err = run(*name.split(), "--no-such-option")
    assert code == 2
    assert "--no-such-option" in err
    assert "Usage: " in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["biuld"], "No such command 'biuld'"),
        (["new", "poem"], "No such command 'poem'"),
        (["new", "faq"], "Missing argument 'TITLE'"),
        (["new", "faq", "Refunds"], "Missing option '--category'"),
        (["new", "incident", "Down"], "Missing option '--component'"),
        (["schema", "nothing"], "'nothing' is not one of"),
        (["demo", "explode"], "'explode' is not one of"),
        (["serve", "--port", "0"], "0 is not in the range"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["serve", "--port", "http"], "'http' is not a valid integer"),
        (["build", "--site", "/no/such/folder"], "'/no/such/folder' does not exist"),
        (["lint", "--site", __file__], "is a file"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_the_version_is_told() -> None:
    assert run("--version")[1] == f"waypost, version {__version__}\n"


def test_python_runs_the_package_as_the_command() -> None:
    done = waypost("--version")
    assert (done.returncode, done.stdout) == (0, f"waypost, version {__version__}\n")
    assert waypost("biuld").returncode == 2


ON_A_SITE = [
    name for name in ("build", "lint", "poll", "publish", "run", "serve", "status") if name in COMMANDS
]


@pytest.mark.parametrize("name", ON_A_SITE)
def test_a_broken_site_is_told_of_on_standard_error_with_its_place(name: str, site: Site) -> None:
    (site.root / "content" / "start" / "first.md").write_text("no front matter\n", encoding="utf-8")
    status = site.root / "status" / "status.yml"
    status.write_text(status.read_text(encoding="utf-8").replace("slo:", "sol:"), encoding="utf-8")
    before = fingerprint(site.root)
    code, out, err = run(name, *(["--port", "1"] if name == "serve" else []))
    assert code == 1
    assert "Traceback" not in err
    if name == "serve" and "cannot be used" in err:
        return
    assert "content/start/first.md:1:1: error front-matter: " in err
    assert re.search(r"status/status\.yml:5:\d+: error unknown-key: .*Did you mean 'slo'\?", err)
    assert err.endswith("\n2 errors\n")
    assert "error" not in out
    kept = {path: entry for path, entry in fingerprint(site.root).items() if path in before}
    assert kept == before


@pytest.mark.parametrize("name", ["poll", "publish", "run", "status", "doctor", "build"])
@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("postgresql://waypost:planted-secret@127.0.0.1:9/waypost", "server runs"),
        ("mysql://localhost/waypost", "sqlite:///"),
        ("not an address", "sqlite:///"),
        ("sqlite:///garbage.db", "not a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_of_in_a_sentence(
    name: str, database: str, words: str, site: Site
) -> None:
    (site.root / "garbage.db").write_bytes(b"this was never a database" * 100)
    text = site.root / "status" / "status.yml"
    text.write_text(
        text.read_text(encoding="utf-8").replace("https://www.example.org/health", "http://127.0.0.1:9/")
    )
    code, out, err = run(name, "--database", database)
    assert code == 1
    assert words in (out if name == "doctor" else err)
    assert "planted-secret" not in out + err
    assert "Traceback" not in err


def test_the_database_may_come_from_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    text = site.root / "status" / "status.yml"
    text.write_text(
        text.read_text(encoding="utf-8").replace("https://www.example.org/health", "http://127.0.0.1:9/")
    )
    monkeypatch.setenv("WAYPOST_DATABASE", "sqlite:///elsewhere.db")
    assert run("poll")[0] == 0
    assert (site.root / "elsewhere.db").is_file()
    assert not (site.root / ".waypost").exists()


# Ctrl-C ends every command quietly, with the code that shells expect.


def test_an_interrupt_while_a_command_works(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("waypost.run.poll", interrupt)
    assert run("poll", "--site", str(site.root)) == (130, "", "")


def test_an_interrupt_while_the_arguments_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(click.Group, "parse_args", interrupt)
    assert run("poll") == (130, "", "")


def test_an_interrupt_while_the_program_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from waypost.__main__ import main; main()"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_interrupt_by_a_real_signal_while_a_server_hangs(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        config = site.root / "status/status.yml"
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r'http: "[^"]*"', f'http: "{address}"', text), encoding="utf-8")
        server.settimeout(60)
        with running("poll", site=site) as command:
            connection, _ = server.accept()
            with connection:
                assert command.end(signal.SIGINT, 60) == 130
    assert (command.out, command.err) == ([], [])
