"""The JSON Schema (draft 2020-12) of a published document, made from its model.

Fields may be added to a document and none may go or change its meaning, so a reader must pass over what it does
not know: the schemas allow more fields than they name.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

Schema = dict[str, Any]


@cache
def document_schema(model: type, title: str) -> Schema:
    """Return the schema of a document."""
    schema = TypeAdapter(model).json_schema(schema_generator=_Untitled)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False
