"""JSON Schema of each format, for editors that complete and check while people type."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from waypost.formats.article import (
    ArticleFrontMatter,
    CategoryFrontMatter,
    ContactFrontMatter,
    HomeFrontMatter,
)
from waypost.formats.incident_templates import OpenedFrontMatter
from waypost.formats.lint import LintConfig
from waypost.formats.search import QueryFile, SynonymFile
from waypost.formats.status import IncidentFrontMatter, MaintenanceFrontMatter
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscribers import SubscriberFile
from waypost.formats.support import SupportConfig
from waypost.formats.troubleshooter import ScenarioFile

FORMATS: Mapping[str, tuple[type[Any], str]] = {
    "status": (StatusConfig, "status/status.yml"),
    "support": (SupportConfig, "content/support.yml"),
    "article": (ArticleFrontMatter, "front matter of an article in content/"),
    "category": (
        CategoryFrontMatter,
        "front matter of content/FOLDER/index.md, and of a section: content/FOLDER/SECTION/index.md",
    ),
    "home": (HomeFrontMatter, "front matter of content/index.md"),
    "contact": (ContactFrontMatter, "front matter of the contact page"),
    "scenarios": (ScenarioFile, "content/FOLDER/NAME.scenarios.yml, beside the troubleshooter NAME.md"),
    "synonyms": (SynonymFile, "content/synonyms.yml"),
    "queries": (QueryFile, "content/queries.yml"),
    "lint": (LintConfig, "lint.yml"),
    "incident": (IncidentFrontMatter, "front matter of status/incidents/ID.md"),
    "maintenance": (MaintenanceFrontMatter, "front matter of status/maintenance/ID.md"),
    "subscribers": (SubscriberFile, "status/subscribers.yml"),
    "template": (OpenedFrontMatter, "front matter of status/templates/opened.md"),
}
"""Every format that people write: its model, and where it is used."""


class _Described(GenerateJsonSchema):
    """Describes each key by the docstring of its attribute, wherever the attribute is inherited from."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        document = super().dataclass_schema(schema)
        model = schema["cls"]
        for name, text in attribute_docstrings(model).items():
            key = model.__pydantic_fields__[name].alias or name
            document["properties"][key].setdefault("description", text)
        return document


def attribute_docstrings(model: type[Any]) -> dict[str, str]:
    """Return the docstring below each attribute of a format, its own and inherited ones, by the attribute's name.

    Pydantic can read them too, but only when a format is imported, and every command would wait for that.
    """
    found: dict[str, str] = {}
    for base in filter(is_dataclass, reversed(model.__mro__)):
        tree = ast.parse(inspect.getsource(base))
        declaration = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
        for attribute, below in itertools.pairwise(declaration.body):
            match attribute, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    return found


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a format."""
    model, where = FORMATS[name]
    document = TypeAdapter(model).json_schema(schema_generator=_Described)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": f"Waypost: {name}",
        "description": f"{where}: {document.get('description', '')}".strip(": "),
    }
