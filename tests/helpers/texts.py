"""Where texts of theme/i18n/ are asked for, and where a template, a script or a module holds one of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from helpers.sites import ROOT

THEME = ROOT / "theme"
TEMPLATES = sorted(path for path in THEME.rglob("*.html") if "scaffold" not in path.parts)
SCRIPTS = sorted(THEME.rglob("*.js"))
MODULES = sorted((ROOT / "generator" / "waypost").rglob("*.py"))

_SHOWN = {"alt", "aria-description", "aria-label", "content", "placeholder", "title"}
_MACHINE = ("color-scheme", "robots", "viewport")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_PROSE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][a-z]+\W*$")
# What a script writes where people read or hear it, to the end of the statement.
_WRITTEN = re.compile(
    r"(?:\.(?:textContent|innerText|ariaLabel|title|placeholder|alt)\s*=(?!=)"
    r"|\.setAttribute\(\s*\"(?:alt|aria-description|aria-label|placeholder|title)\","
    r"|\b(?:put|append|prepend|replaceChildren)\()([^;\n]*)"
)
_CALL = re.compile(
    r"\b(?:say|querySelector|getAttribute|createElement|getElementById|part)\([^()]*(?:\([^()]*\)[^()]*)*\)"
)
_SENTENCE = re.compile(r"^[^.#\[(]*[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][^.#\[]* ")


@dataclass(frozen=True)
class Use:
    """One call that asks for a text."""

    place: str
    name: str
    """The name, or where it is put together the part that is fixed."""
    values: frozenset[str] | None
    """What is filled in; None where the call does not say."""
    is_date: bool = False
    is_part: bool = False


def place(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()


def python_uses(path: Path, source: str) -> Iterator[Use]:
    """Find `….say("name", …)` and `….date("name", …)` in a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr not in ("say", "date"):
                continue
            keys = [keyword.arg for keyword in node.keywords]
            values = None if None in keys else frozenset(key for key in keys if key)
            for name, is_part in _fixed(node.args[0]):
                yield Use(place(path), name, values, node.func.attr == "date", is_part)


def _fixed(node: ast.expr) -> list[tuple[str, bool]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(node.value, False)]
    if isinstance(node, ast.IfExp):
        return [*_fixed(node.body), *_fixed(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return [(name, True) for name, _ in _fixed(node.values[0])]
    return []


def template_uses(path: Path, source: str) -> Iterator[Use]:
    """Find `t("name", …)` and `words.date("name", …)` in a template; a call that names nothing is an error."""
    for call in Environment().parse(source).find_all(nodes.Call):  # noqa: S701  # parsed, never rendered
        is_date = isinstance(call.node, nodes.Getattr) and call.node.attr == "date"
        if not is_date and not (isinstance(call.node, nodes.Name) and call.node.name == "t"):
            continue
        values = None if call.dyn_kwargs else frozenset(keyword.key for keyword in call.kwargs)
        first = call.args[0]
        is_part = isinstance(first, nodes.Concat)
        choices = [first.expr1, first.expr2] if isinstance(first, nodes.CondExpr) else [first]
        for choice in [first.nodes[0]] if is_part else choices:
            if not isinstance(choice, nodes.Const):
                raise ValueError(f"{place(path)}:{call.lineno}: the name of a text must begin with letters")
            yield Use(place(path), choice.value, values, is_date, is_part)


def script_uses(path: Path, source: str) -> Iterator[Use]:
    """Find `say("name", …)` and the names that are put together, as in say(`part.${rest}`)."""
    if not re.search(r"import {[^}]*\bsay\b[^}]*} from \"./say.js\"", source):
        return
    for call in re.finditer(r"\bsay\(([^,()]*)", source):
        # What is put into a name may choose too, and those words are no names.
        said = re.sub(r"`([\w.]+\$)[^`]*`?", r"`\1", call[1])
        for match in re.finditer(r"(?:^|[?:])\s*(?:\"([\w.]+)\"|`([\w.]+)\$)", said):
            yield Use(place(path), f"live.{match[1] or match[2]}", None, is_part=not match[1])


def uses() -> list[Use]:
    """Find every call that asks for a text."""
    readers = ((MODULES, python_uses), (TEMPLATES, template_uses), (SCRIPTS, script_uses))
    return [
        use
        for paths, read in readers
        for path in paths
        for use in read(path, path.read_text(encoding="utf-8"))
    ]


def literals() -> set[str]:
    """Return every whole string in modules and scripts: tables may name texts too."""
    found: set[str] = set()
    for path in MODULES:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {
            node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    for path in SCRIPTS:
        found |= {f"live.{text}" for text in re.findall(r'"([\w.]+)"', path.read_text(encoding="utf-8"))}
    return found


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "meta" and ("http-equiv" in values or values.get("name") in _MACHINE):
            return
        self.texts += [value for key, value in values.items() if key in _SHOWN]
        # What a script shows may be handed to it.
        self.texts += [
            text for key, text in values.items() if key.startswith("data-") and _PROSE.search(text)
        ]


def bare_in_template(source: str) -> list[str]:
    """Return what a template shows by itself: text, attributes that are shown or read, strings in expressions."""
    environment = Environment()  # noqa: S701  # parsed, never rendered
    # A space for each expression, so that words around one do not grow together.
    html = "".join(text if kind == "data" else " " for _, kind, text in environment.lex(source))
    parser = _Shown()
    parser.feed(html)
    shown = [" ".join(text.split()) for text in parser.texts if _LETTERS.search(text)]
    strings = (node.value for node in environment.parse(source).find_all(nodes.Const))
    return shown + [text for text in strings if isinstance(text, str) and _PROSE.search(text)]


def bare_in_script(source: str) -> list[str]:
    """Return strings of a script that read like a text, or are shown; those of errors are for developers."""
    code = re.sub(r"^\s*(?://|/?\*).*$|\bnew \w*Error\([^)]*\)", "", source, flags=re.MULTILINE)
    # Classes are words too.
    found = [text for text in _strings(code) if _SENTENCE.search(text) and "wp-" not in text]
    written = [text for match in _WRITTEN.finditer(code) for text in _strings(_CALL.sub("", match[1]))]
    single = (text for text in written if _LETTERS.search(re.sub(r"\$\{[^}]*\}", "", text)))
    return found + [text for text in single if text not in found]


def _strings(code: str) -> list[str]:
    pairs = re.findall(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`', code)
    return [quoted or template for quoted, template in pairs]


def bare_in_module(source: str) -> list[str]:
    """Return strings of a module that read like a text, but for documentation, errors and problems."""
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        named = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        is_message = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "message"
        if (
            is_message
            or isinstance(node, ast.Raise)
            or named in ("Field", "Problem", "TypeVar", "doc", "document_schema", "fault", "re.compile")
        ):
            left_out |= {id(inner) for inner in ast.walk(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in left_out
        and _PROSE.search(re.sub(r"<[^>]*>", "", node.value))
    ]


def speaking_modules() -> list[Path]:
    """Return the modules that make text of pages: those of rules, io and pages that have Words."""
    speaking = []
    for path in MODULES:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        has_words = any(
            (isinstance(node, ast.Name) and node.id == "Words")
            or (isinstance(node, ast.Attribute) and node.attr == "words")
            for node in tree
        )
        if (
            has_words
            # Notices have words of their own test, and importers speak on the command line alone.
            and not {"notify", "importing"}.intersection(path.parts)
            and path.parent.name in ("api", "base", "io", "pages", "rules")
        ):
            speaking.append(path)
    return speaking
