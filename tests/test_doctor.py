"""What `waypost doctor` finds in the surroundings of a process that runs."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer

from helpers.sites import minimal_site, point_checks_at
from helpers.stores import Store, observed
from waypost.base.clock import utc_now
from waypost.doctor import Diagnosis, examine
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import Policy
from waypost.monitor.store.opening import has_poller, writer_lock
from waypost.reading.io.subscriber_files import unset_variables
from waypost.reading.site import Site

SUBSCRIBERS = """\
subscribers:
  - id: acme
    webhook: {url: "https://example.org/", secret: "${ACME_SECRET}"}
  - id: beta
    webhook: {url: "${BETA_URL}", secret: "${ACME_SECRET}"}
"""


@pytest.fixture
def site(healthy_server: HTTPServer, tmp_path: Path) -> Site:
    found = minimal_site(tmp_path / "site")
    point_checks_at(found, healthy_server.url_for("/health"))
    return found


def row(site: Site, subject: str) -> Diagnosis | None:
    found = [item for item in examine(site, site.database_url) if item.subject == subject]
    return found[0] if found else None


def answer(site: Site, age: timedelta) -> None:
    """Record an answer of the site's one check that came so long ago."""
    (site.root / ".waypost").mkdir(exist_ok=True)
    with closing(Store(site.database_url)) as store:
        at = utc_now() - age
        observation = Observation(
            "web", "http-1", at, ComponentStatus.OPERATIONAL, timedelta(seconds=0.1), "", ""
        )
        observed(store, observation, timedelta(minutes=3), Policy())


def test_a_check_without_an_answer_is_named_while_somebody_polls(site: Site) -> None:
    assert row(site, "answers") is None, "nothing was ever polled"
    answer(site, timedelta(minutes=10))
    found = row(site, "answers")
    assert found is not None
    assert (found.level, found.text.split(";")[0]) == ("note", "nothing polls")
    with writer_lock(site.database_url):
        found = row(site, "answers")
        assert found is not None
        assert found.level == "bad"
        assert found.text == "1 of 1 checks have no answer for 3 of their intervals: web http-1"
        answer(site, timedelta(0))
        assert row(site, "answers") == Diagnosis("answers", "ok", "all 1 checks are answered in time")


def test_whether_somebody_polls_is_known_and_asking_takes_no_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    assert has_poller(url) is False
    with writer_lock(url):
        assert has_poller(url) is True
    assert has_poller(url) is False
    with writer_lock(url):
        pass
    assert has_poller("postgresql://nobody@127.0.0.1/none") is None


def test_secrets_that_are_not_set_are_named_with_their_places(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = row(site, "secrets")
    assert found is not None
    assert found.level == "ok"
    (site.root / "status" / "subscribers.yml").write_text(SUBSCRIBERS, encoding="utf-8")
    monkeypatch.setenv("BETA_URL", "https://example.org/planted")
    found = row(site, "secrets")
    assert found is not None
    assert found.level == "note"
    words = "status/subscribers.yml:3:52: The environment variable ACME_SECRET is not set."
    assert found.text.startswith(words)
    assert "BETA_URL" not in found.text
    assert "planted" not in found.text


def test_each_variable_is_named_once_and_an_empty_one_counts_as_not_set(site: Site) -> None:
    (site.root / "status" / "subscribers.yml").write_text(SUBSCRIBERS, encoding="utf-8")
    found = unset_variables(site.root, {"BETA_URL": ""})
    assert {name: problem.location.line for name, problem in found.items()} == {
        "ACME_SECRET": 3,
        "BETA_URL": 5,
    }
    assert all(not problem.source_line for problem in found.values())
    assert unset_variables(site.root, {"BETA_URL": "x", "ACME_SECRET": "y"}) == {}


def test_a_file_of_subscribers_that_is_broken_names_no_variables(site: Site) -> None:
    (site.root / "status" / "subscribers.yml").write_text("subscribers: [\n", encoding="utf-8")
    assert unset_variables(site.root, {}) == {}


def test_a_disk_that_is_nearly_full_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = row(site, "disk")
    assert found is not None
    assert found.level == "ok"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=12_400_000))
    found = row(site, "disk")
    assert found is not None
    assert found.level == "bad"
    assert found.text.startswith("12 MB left for ")


def test_a_variable_in_a_list_is_named_with_its_cell(site: Site) -> None:
    (site.root / "status" / "subscribers.yml").write_text("files: [people.csv]\n", encoding="utf-8")
    (site.root / "status" / "people.csv").write_text(
        'id,webhook.url,webhook.secret\nacme,https://example.org/,"${LIST_SECRET}"\n', encoding="utf-8"
    )
    found = unset_variables(site.root, {})
    assert {name: str(problem.location) for name, problem in found.items()} == {
        "LIST_SECRET": "status/people.csv:2:27"
    }
