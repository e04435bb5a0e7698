"""Clients of Statuspage that others wrote read what is published: each in every state of the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.client_pages import DRIVERS, MODULES, STATES, answers, node_client, python_client
from helpers.statuspage_shapes import assert_follows_the_api

Pages = dict[str, str]

EVERY_STATE = pytest.mark.parametrize("name", STATES)


# statuspage-prometheus-exporter


@pytest.fixture(scope="module")
def metrics(
    pages: Pages, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, dict[str, str], float]]:
    """What the exporter writes for Prometheus after one look at all pages: name, labels and value."""
    program = python_client("statuspage_prometheus_exporter") / "statuspage-prometheus-exporter"
    folder = tmp_path_factory.mktemp("exporter")
    services = {name: {"url": f"{url}api/v2/summary.json", "name": name} for name, url in pages.items()}
    (folder / "services.json").write_text(json.dumps(services), encoding="utf-8")
    variables = {"RUN_MODE": "once", "METRICS_TEXTFILE_PATH": str(folder / "out.prom")}
    done = subprocess.run(
        [program],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (folder / "out.prom").read_text(encoding="utf-8")
    rows = re.findall(r"^(\w+)\{(.*)\} (\S+)$", text, re.MULTILINE)
    return [
        (name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for name, labels, value in rows
    ]


@EVERY_STATE
def test_the_exporter_for_prometheus_measures_the_page(
    metrics: list[tuple[str, dict[str, str], float]], name: str
) -> None:
    state = STATES[name]
    found = [
        (metric, labels, value) for metric, labels, value in metrics if labels.get("service_name") == name
    ]

    def values(metric: str, label: str) -> dict[str, float]:
        return {labels[label]: value for each, labels, value in found if each == f"statuspage_{metric}"}

    assert values("probe_check", "service_name") == {name: 1}, "the whole summary could be read"
    # It calls everything but "none" not operational, maintenance too.
    assert values("service_status", "service_name") == {name: float(state.indicator == "none")}
    assert values("component_status", "component_name") == {
        component: float(status == "operational") for component, status in state.components.items()
    }
    # Where there is none it writes a row with the value 0 that says so.
    incidents = {title for title, value in values("incident_info", "incident_name").items() if value}
    works = {title for title, value in values("maintenance_info", "maintenance_name").items() if value}
    assert incidents == set(state.incidents)
    assert works == {*state.active, *state.upcoming}
    told = [labels for metric, labels, value in found if value and metric == "statuspage_incident_info"]
    for labels in told:
        assert labels["affected_components"] == ", ".join(state.incidents[labels["incident_name"]])
        assert (labels["impact"], labels["shortlink"][:8]) == ("major", "https://")


# statuscheck


@pytest.fixture(scope="module")
def checked(pages: Pages) -> dict[str, Any]:
    return answers([python_client("statuscheck") / "python", DRIVERS / "statuscheck_client.py"], pages)


KINDS = {
    "none": "No issues",
    "minor": "Minor incident",
    "major": "Major outage",
    "maintenance": "Maintenance",
}


@EVERY_STATE
def test_statuscheck_knows_every_word_on_the_page(checked: dict[str, Any], name: str) -> None:
    state, found = STATES[name], checked[name]
    assert (found["indicator"], found["description"]) == (state.indicator, state.description)
    assert (found["kind"], found["is_ok"]) == (KINDS[state.indicator], state.indicator == "none")
    assert found["components"] == {
        component: status.replace("_", " ").capitalize() for component, status in state.components.items()
    }
    told = {**state.incidents, **state.active, **state.upcoming}
    assert found["incidents"] == {title: list(names) for title, names in told.items()}


# DiscordStatus and statuspage.io read every file as it is


@pytest.fixture(scope="module")
def read_by_python(pages: Pages) -> dict[str, Any]:
    return answers([python_client("discordstatus") / "python", DRIVERS / "discordstatus_client.py"], pages)


@pytest.fixture(scope="module")
def read_by_node(pages: Pages) -> dict[str, Any]:
    node_client("statuspage.io")
    return answers(["node", DRIVERS / "statuspage_io_client.js"], pages, NODE_PATH=str(MODULES))


def titles(document: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    rows = [*document.get("incidents", []), *document.get("scheduled_maintenances", [])]
    return {row["name"]: tuple(part["name"] for part in row["components"]) for row in rows}


@EVERY_STATE
def test_discordstatus_finds_all_eight_files(read_by_python: dict[str, Any], name: str) -> None:
    state, found = STATES[name], read_by_python[name]
    for document in found.values():
        assert_follows_the_api(document)
    components = {row["name"]: row["status"] for row in found["components"]["components"]}
    assert components == state.components
    assert found["status"]["status"]["indicator"] == state.indicator
    assert titles(found["unresolved_incidents"]) == state.incidents
    assert titles(found["active_maintenances"]) == state.active
    assert titles(found["upcoming_maintenances"]) == state.upcoming
    assert titles(found["all_maintenances"]) == {**state.active, **state.upcoming}
    assert len(titles(found["all_incidents"])) == len(state.written)
    assert titles(found["summary"]) == {**state.incidents, **state.active, **state.upcoming}


@EVERY_STATE
def test_statuspage_io_finds_the_files_that_it_asks_for(read_by_node: dict[str, Any], name: str) -> None:
    state, found = STATES[name], read_by_node[name]
    for document in found.values():
        assert_follows_the_api(document)
    assert found["status"]["status"] == {"indicator": state.indicator, "description": state.description}
    assert {row["name"]: row["status"] for row in found["components"]["components"]} == state.components
    assert titles(found["unresolved"]) == state.incidents
    assert titles(found["upcoming"]) == state.upcoming
    assert len(titles(found["incidents"])) == len(state.written)


def test_the_clients_run_apart_from_this_environment() -> None:
    assert python_client("statuscheck") != Path(sys.executable).parent
