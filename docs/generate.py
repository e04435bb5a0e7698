"""Write docs/reference/ and docs/schema/ from the program itself: `make docs`.

With --check nothing is written: files that are out of date are named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import yaml
from format_reference import formats_page
from waypost_json_reference import waypost_json_page

from waypost.cli import main as command_line
from waypost.lint.rules.registry import RULES
from waypost.notify import channels
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.channels.webhook.event import payload_schema
from waypost.problems import CODES
from waypost.publishing.api.now_json import Now
from waypost.publishing.api.parts import document_schema
from waypost.reading.json_schemas import FORMATS, schema

DOCS = Path(__file__).resolve().parent
CHANNEL_FOLDERS = Path(channels.__file__).parent
BAD_CONFIG = DOCS.parent / "tests" / "bad_config"

MADE = "<!-- Made by docs/generate.py from the program itself: change that, then run `make docs`. -->\n\n"


# Commands


def commands_page() -> str:
    """Describe every command."""
    context = command_line.make_context("waypost", [], resilient_parsing=True)
    parts = [
        f"{MADE}# Commands\n",
        "Every command knows `--help`, or `-h`. `waypost --version` says which version is installed.\n",
        "| Exit code | Meaning |\n| --- | --- |",
        "| 0 | It worked. Warnings do not change this. |",
        "| 1 | Problems were found, or something was in the way. Standard error says what, and where. |",
        "| 2 | The command was not written correctly. |\n",
    ]
    parts += [_command(sub) for sub in _walk(context)]
    return "\n".join(parts)


def _walk(context: click.Context) -> Iterator[click.Context]:
    """Yield every command below this one, each with the name it is called by."""
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            yield inner
            yield from _walk(inner)


def _command(context: click.Context) -> str:
    command = context.command
    paragraphs = [" ".join(text.split()) for text in (command.help or "").split("\n\n")]
    example = next((text for text in paragraphs if text.startswith("Example: ")), "")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## {context.command_path}\n"]
    lines += [f"{text}\n" for text in paragraphs if text != example]
    lines.append(f"```text\n{usage}\n```\n")
    arguments = [item for item in command.params if isinstance(item, click.Argument)]
    if arguments:
        lines += ["| Argument | Values | Default |\n| --- | --- | --- |", *map(_argument, arguments), ""]
    options = [item for item in command.params if isinstance(item, click.Option)]
    if options:
        lines.append("| Option | Meaning | Default | Environment |\n| --- | --- | --- | --- |")
        lines += [*map(_option, options), ""]
    return "\n".join([*lines, f"```sh\n{example.removeprefix('Example: ')}\n```\n"])


def _argument(item: click.Argument) -> str:
    choices = item.type.choices if isinstance(item.type, click.Choice) else ()
    values = ", ".join(f"`{choice}`" for choice in choices) or "any"
    return f"| `{(item.name or '').upper()}` | {values} | {_click_default(item)} |"


def _option(item: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in item.opts)
    variable = f"`{item.envvar}`" if item.envvar else ""
    return f"| {names} | {item.help} | {_click_default(item)} | {variable} |"


def _click_default(item: click.Parameter) -> str:
    if item.required:
        return "required"
    if isinstance(item, click.Option) and item.is_flag:
        return "off"
    default = item.to_info_dict()["default"]
    return "" if default in (None, ()) else f"`{default}`"


# Problems


def problems_page() -> str:
    """Describe every code of a problem."""
    parts = [
        f"{MADE}# Problems\n",
        "Waypost reads every file, collects all problems, and prints each as",
        "`file:line:column: level code: message`, with the line below it. An error stops the command, and",
        "what is published stays as it was. A warning does not stop it.\n",
    ]
    examples = _examples()
    for code in sorted(CODES):
        parts.append(f"## {code}\n\n{CODES[code]}\n")
        if code in RULES:
            parts.append(
                f"It is a rule for writers: [what it finds and how to tune it](../lint.md#{code}).\n"
            )
        if code in examples:
            why, shown = examples[code]
            parts.append(f"Example: {why}\n\n```text\n{shown}\n```\n")
    return "\n".join(parts)


def _examples() -> dict[str, tuple[str, str]]:
    """Return for each code the reason and the text of its shortest case in tests/bad_config/."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(BAD_CONFIG.glob("*.yml")):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = case["expect"].strip()
        code = text.split(": ")[1].split()[-1]
        if code not in found or len(text) < len(found[code][1]):
            found[code] = (case["why"], text)
    return found


def _guide(kind: str) -> str:
    return (CHANNEL_FOLDERS / kind / "guide.md").read_text(encoding="utf-8")


# Files


def files() -> dict[Path, str]:
    """Return every generated file with its text."""
    made = {
        DOCS / "reference" / "commands.md": commands_page(),
        DOCS / "reference" / "formats.md": MADE + formats_page(),
        DOCS / "reference" / "problems.md": problems_page(),
        DOCS / "reference" / "waypost-json.md": MADE + waypost_json_page(),
        **{DOCS / "channels" / f"{kind}.md": MADE + _guide(kind) for kind in CHANNELS},
    }
    schemas = {
        **{f"{name}.json": schema(name) for name in FORMATS},
        "now.json": document_schema(Now, "Waypost: now.json"),
        "webhook-payload.json": payload_schema(),
    }
    for name, content in schemas.items():
        made[DOCS / "schema" / name] = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return made


def outdated() -> list[str]:
    """Name the files whose text is not what would be written."""
    return [
        path.relative_to(DOCS.parent).as_posix()
        for path, text in files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the files, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the reference pages in docs/ again.")
    parser.add_argument("--check", action="store_true", help="write nothing; name what is out of date")
    check = parser.parse_args().check
    late = outdated()
    for name in late:
        click.echo(f"{name} is out of date: run `make docs`." if check else f"Wrote {name}")
    for path, text in {} if check else files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 1 if check and late else 0


if __name__ == "__main__":
    sys.exit(main())
