"""What scripts read of now.json is what its model promises: every field that is read is there in every document."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import Visit, now_json
from waypost.formats.status import ComponentStatus, Impact
from waypost.publishing.api.now_json import Now
from waypost.publishing.api.parts import document_schema
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

SCHEMA = document_schema(Now, "now.json")
RECORD = """
  window.reads = {};
  const watch = (value, path) => typeof value !== "object" || value === null ? value : new Proxy(value, {
    get(target, key) {
      const isItem = Array.isArray(target) && /^[0-9]+$/.test(key);
      if (typeof key === "symbol" || key === "then" || (Array.isArray(target) && !isItem)) return target[key];
      window.reads[JSON.stringify([...path, key])] = true;
      return watch(target[key], [...path, key]);
    },
  });
  const json = Response.prototype.json;
  Response.prototype.json = async function () {
    const value = await json.call(this);
    return this.url.endsWith("/now.json") ? watch(value, []) : value;
  };
"""
# As one text each way: to hand over thousands of documents value by value would take most of the time.
PRESENT = """async (values) => {
  const { presentOf } = await import('/assets/waypost/present.js');
  return JSON.stringify(JSON.parse(values).map(presentOf));
}"""
READS = "Object.keys(window.reads).map(JSON.parse)"
WRONG = (None, 5, "x", ["x"], {"x": 5})
Path = tuple[str, ...]


def full(site: Served) -> dict[str, Any]:
    """Return a document with a component in every state, an incident of every impact, and running work."""
    found = now_json(site)
    part, incident = next(iter(found["components"].values())), found["incidents"][0]
    begin, end = api_time(NOW - timedelta(minutes=5)), api_time(NOW + timedelta(hours=1))
    work = {"id": "x", "title": "New disks", "path": "maintenance/x/", "started_at": begin, "ends_at": end}
    found["components"] |= {status.value: {**part, "status": status.value} for status in ComponentStatus}
    found["incidents"] = [{**incident, "id": impact.value, "impact": impact.value} for impact in Impact]
    found["maintenances"] = [{**work, "components": ["downloads"]}]
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    return found


def promised(path: list[str]) -> Path:
    """Return the place in the schema that a read leads to; fail where the model does not promise it."""
    part: Any = SCHEMA
    place: list[str] = []
    for key in path:
        while "$ref" in part:
            part = SCHEMA["$defs"][part["$ref"].rpartition("/")[2]]
        if "properties" in part:
            assert key in part["required"], (
                f"{'.'.join([*place, key])} is read, but now.json does not have it"
            )
            part = part["properties"][key]
            place.append(key)
        else:
            part = part.get("items") or part["additionalProperties"]
            place.append("*")
    return tuple(place)


def broken(document: dict[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the document without what stands at a place, and with something else there."""
    for wrong in (*WRONG, ...):
        changed: Any = copy.deepcopy(document)
        part = changed
        for key in path[:-1]:
            part = part[int(key)] if isinstance(part, list) else part[key]
        last = int(path[-1]) if isinstance(part, list) else path[-1]
        if wrong is ...:
            del part[last]
        else:
            part[last] = wrong
        yield changed


def shape(value: Any) -> Any:
    """Return the types of a present: the keys of its objects, and what its lists hold."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


def shapes(present: dict[str, Any]) -> tuple[Any, set[str]]:
    """Return the shape of a present apart from its items, and that of each kind of item."""
    kinds = ("components", "incidents", "maintenances")
    rest = {key: shape(part) for key, part in present.items() if key not in (*kinds, "checked_at")}
    items = [(kind, present[kind]) for kind in kinds]
    each = {
        repr((kind, {**shape(item), "components": list}))
        for kind, found in items
        for item in (found.values() if isinstance(found, dict) else found)
    }
    return rest, each


@pytest.fixture
def reads(troubled: Served, visit: Any) -> tuple[Visit, dict[str, Any], list[list[str]]]:
    """Open a page with a banner, and return what was read of now.json by both."""
    seen: Visit = visit(troubled)
    document = full(troubled)
    seen.answer_now(lambda: document)
    seen.page.add_init_script(RECORD)
    seen.goto("status/")
    seen.wait_for_status()
    with seen.page.expect_response("**/status/now.json"):
        seen.page.add_script_tag(url=f"{troubled.url}status/banner.js")
    seen.until(lambda page: page.evaluate(f"{READS}.some((path) => path.at(-1) === 'id')"), wanted=True)
    return seen, document, seen.page.evaluate(READS)


def presents(seen: Visit, documents: list[Any]) -> list[Any]:
    """Return what present.js reads out of some documents."""
    found: list[Any] = json.loads(seen.page.evaluate(PRESENT, json.dumps(documents)))
    return found


def test_every_field_that_scripts_read_is_promised(reads: Any) -> None:
    _, _, paths = reads
    read = {promised(path) for path in paths}
    assert {("stale_after",), ("components", "*", "since"), ("incidents", "*", "id")} < read
    assert {("incidents", "*", "components", "*"), ("maintenances", "*", "ends_at")} < read


def test_a_document_that_keeps_to_the_model_is_read_as_it_is(reads: Any) -> None:
    seen, document, _ = reads
    (present,) = presents(seen, [document])
    for kind in ("incidents", "maintenances"):
        assert len(present[kind]) == len(document[kind])
        for item, row in zip(present.pop(kind), document[kind], strict=True):
            assert item == {key: row[key] for key in item}
    assert list(present["components"]) == list(document["components"])
    for name, part in present.pop("components").items():
        assert part == {key: document["components"][name][key] for key in part}
    assert present == {key: document[key] for key in present}


def test_what_lacks_a_field_or_has_another_type_is_refused_or_read_safely(reads: Any) -> None:
    seen, document, paths = reads
    variants = [(path, variant) for path in paths for variant in broken(document, path)]
    whole, *found = presents(seen, [document, *(variant for _, variant in variants)])
    rest, items = shapes(whole)
    for (path, _), present in zip(variants, found, strict=True):
        if present is not None:
            assert shapes(present)[0] == rest, path
            assert shapes(present)[1] <= items, path
        if path == ["status"]:
            assert present["status"] == "no_data"


def test_orders_are_those_of_the_program(reads: Any) -> None:
    seen, _, _ = reads
    found = seen.page.evaluate(
        "async () => { const all = await import('/assets/waypost/words.js'); return [all.STATUSES, all.IMPACTS]; }"
    )
    statuses, impacts = found
    assert set(statuses) == set(ComponentStatus)
    assert statuses == sorted(statuses, key=lambda status: ComponentStatus(status).severity)
    assert impacts == {impact.value: impact.status.value for impact in Impact}
    assert list(impacts) == list(Impact)
