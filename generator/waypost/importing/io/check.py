"""Hold what an import would write against the model, so that nothing it writes is an error afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from waypost.base.files.validation import adapter_for
from waypost.formats.article import front_matter_of
from waypost.importing.rules.plan import ImportPlan, PlannedPage
from waypost.importing.rules.source import Finding


def check_plan(plan: ImportPlan) -> None:
    """Take out of every page what its format refuses, and add to the findings what that was."""
    for page in plan.pages:
        for key, message in list(_refused(page)):
            if page.origin is not None:
                place = page.origin.places.get(key) or (1, 1)
                text = f"'{key}' could not be taken over. {message}"
                plan.findings.append(Finding(page.origin.problem("import", text, *place)))


def _refused(page: PlannedPage) -> Iterator[tuple[str, str]]:
    """Remove what is refused, from the end of each list so that places stay true, and say why."""
    try:
        adapter_for(front_matter_of(page.kind)).validate_python({"kind": page.kind, **page.front})
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in sorted(
            details, key=lambda detail: [str(part).zfill(6) for part in detail["loc"]], reverse=True
        ):
            key = str(detail["loc"][0])
            if key == "title":
                page.front["title"] = "Untitled"
            elif len(detail["loc"]) > 1 and isinstance(page.front.get(key), list):
                del page.front[key][int(detail["loc"][1])]
            else:
                page.front.pop(key, None)
            yield key, detail["msg"]
        if page.front.get("redirect_from") == []:
            del page.front["redirect_from"]
