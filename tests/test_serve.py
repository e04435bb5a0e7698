from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest

from helpers.sites import (
    Running,
    called,
    fingerprint,
    free_port,
    minimal_site,
    replace,
    running,
    sample_site,
    wait_until,
    waypost,
)
from waypost.reading.site import Site
from waypost.serve import SiteWatch

PLANTED = "outside of what is published"


@dataclass(frozen=True)
class Served:
    """A sample that is being served."""

    site: Site
    port: int
    command: Running

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            # Sent as it is: http.client neither mends nor resolves the path.
            connection.putrequest(method, path, skip_host=False)
            for name, value in {**(headers or {}), "Content-Length": "0"}.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def page(self, path: str) -> str:
        status, _, body = self.ask(path)
        assert status == 200, path
        return body.decode()

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.page("/status/api/v2/summary.json"))
        return found

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.page("/status/now.json"))
        return found

    def stories(self) -> dict[str, str]:
        feed = feedparser.parse(self.page("/status/history.atom").encode())
        assert not feed.bozo
        return {entry.id: f"{entry.title}: {entry.content[0].value}" for entry in feed.entries}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("serve") / "sample"
    site = sample_site(root)
    for work in (root / "status" / "maintenance").glob("*.md"):
        # On its day it would hide what is shown here.
        work.unlink()
    (root / "secret.txt").write_text(PLANTED)
    (root.parent / "secret.txt").write_text(PLANTED)
    port = free_port()
    with running("serve", "--demo", "--port", str(port), site=site) as command:
        wait_until(lambda: command.said("Ctrl-C"), "it serves")
        served = Served(site, port, command)
        yield served
        assert command.end(signal.SIGINT) == 0
        assert command.out[-1].endswith(" INFO Stopped.\n")
        assert "Traceback" not in "".join(command.err)


PAGES = {
    # Address, kind, and words that show that it is the right one.
    "home": ("/", "text/html; charset=utf-8", "How can we help?"),
    "article": ("/downloads/zip-stops-half-way/", "text/html; charset=utf-8", "<h1"),
    "status": ("/status/", "text/html; charset=utf-8", "Lumen status"),
    "history": ("/status/history/", "text/html; charset=utf-8", "Lumen status"),
    "incident": (
        "/status/incidents/2026-11-04-card-payments-fail/",
        "text/html; charset=utf-8",
        "Lumen status",
    ),
    "summary": ("/status/api/v2/summary.json", "application/json", '"components"'),
    "now": ("/status/now.json", "application/json", '"headline"'),
    "atom": ("/status/history.atom", "application/atom+xml", "<feed"),
    "rss": ("/status/feed.rss", "application/rss+xml", "<rss"),
    "calendar": ("/status/maintenance.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"),
    "styles": ("/status/assets/base.css", "text/css", "{"),
    "script": ("/assets/waypost/now.js", "text/javascript", "now.json"),
    "search": ("/search/manifest.json", "application/json", '"table"'),
    "query": ("/?q=zip", "text/html; charset=utf-8", "How can we help?"),
}


@pytest.mark.parametrize("name", PAGES)
def test_everything_of_the_site_is_answered_with_its_kind(name: str, sample: Served) -> None:
    path, kind, words = PAGES[name]
    status, headers, body = sample.ask(path)
    assert (status, headers["content-type"], headers["cache-control"]) == (200, kind, "no-cache")
    assert words in body.decode()
    assert len(body) == int(headers["content-length"])
    assert (b"/_waypost/reload.js" in body) == kind.startswith("text/html"), "pages reload themselves"


def test_a_wrong_address_gets_the_page_for_it(sample: Served) -> None:
    status, headers, body = sample.ask("/no/such/page/")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"This page is not here" in body


def test_other_sites_may_read_the_status_and_nothing_else(sample: Served) -> None:
    assert sample.ask("/status/api/v2/summary.json")[1]["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in sample.ask("/")[1]


def test_only_the_headers_are_sent_when_only_they_are_asked_for(sample: Served) -> None:
    status, headers, body = sample.ask("/status/", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000


@pytest.mark.parametrize("path", ["/status", "//status", "/downloads", "//downloads?x=1"])
def test_a_folder_is_answered_with_its_address_on_this_server(path: str, sample: Served) -> None:
    status, headers, _ = sample.ask(path)
    assert status == 301
    assert headers["location"] == f"/{path.strip('/').partition('?')[0]}/"


TRAVERSAL = [
    "/../secret.txt",
    "/../../secret.txt",
    "/status/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2E%2E%2Fsecret.txt",
    "/..%2fsecret.txt",
    "/status/..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    "/%252e%252e/secret.txt",
    "/.%2e/secret.txt",
    "/....//secret.txt",
    "/..;/secret.txt",
    "//../secret.txt",
    "/./../secret.txt",
    "/../secret.txt%00.html",
    "/%00",
    "/..%c0%afsecret.txt",
    "/../mkdocs.yml",
    "/../pyproject.toml",
    "/../.waypost/waypost.db",
    "/../status/status.yml",
    "/../content/index.md",
    "/%2e%2e/",
    "/..",
    "//etc/passwd",
    "/%2fetc%2fpasswd",
    "file:///etc/passwd",
    "http://127.0.0.1/../secret.txt",
]


@pytest.mark.parametrize("path", TRAVERSAL)
def test_no_address_leaves_the_published_site(path: str, sample: Served) -> None:
    status, headers, body = sample.ask(path)
    home = sample.ask("/")[2]
    assert status in (404, 301) or body == home
    for hint in (PLANTED, "site_name:", "root:x:0", "SQLite format", "[project]", "policy:"):
        assert hint.encode() not in body
    assert headers.get("location", "/").startswith("/")
    assert not headers.get("location", "/").startswith("//")


def test_only_a_request_that_no_web_page_can_send_breaks_a_service(sample: Served) -> None:
    for path in ("/_demo/prints/break", "/_demo/prints/recover"):
        status, _, _ = sample.ask(path, method="POST")
        assert status == 404, "without the header it is not even there"
    for path in ("/_demo/prints", "/_demo/prints/explode", "/_demo/prints/break/now", "/status/", "/"):
        assert sample.ask(path, method="POST", headers={"X-Waypost-Demo": "1"})[0] == 404
    assert json.loads(sample.page("/_demo/prints")) == {"service": "prints", "ok": True}


def settled(sample: Served) -> bool:
    return {item["status"] for item in sample.now()["components"].values()} == {"operational"}


def test_an_outage_is_seen_published_told_and_resolved(sample: Served) -> None:
    wait_until(lambda: settled(sample), "every check has answered")
    assert sample.summary()["status"]["indicator"] == "none"
    told = sample.stories()
    replace(
        sample.site.root / "content" / "payments" / "payment-failed.md",
        "title: A payment",
        "title: Your card",
    )
    incident = "/status/incidents/2026-11-04-card-payments-fail/"
    wait_until(lambda: "Your card failed" in sample.page(incident), "the build shows an article's new title")

    done = waypost("demo", "outage", "--port", str(sample.port))
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: sample.summary()["status"]["indicator"] == "critical", "the outage is published")
    wait_until(lambda: sample.stories().keys() - told.keys(), "the feed tells of it")
    during = sample.stories()
    [story] = during.keys() - told.keys()
    assert during[story].startswith("Downloads: outage: ")
    assert "Resolved" not in during[story]
    assert [item["name"] for item in sample.summary()["incidents"]][:1] == ["Downloads: outage"]
    assert sample.now()["components"]["downloads"]["status"] == "major_outage"
    assert sample.now()["components"]["uploads"]["status"] == "operational"
    wait_until(lambda: 'data-status="major_outage"' in sample.page("/status/"), "the page shows it")

    done = called("demo", "recover", "--port", str(sample.port))
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: sample.summary()["status"]["indicator"] == "none", "the recovery is published")
    wait_until(lambda: "<strong>Resolved</strong>" in sample.stories()[story], "the feed tells of it")
    assert sample.stories().keys() == during.keys(), "the same entry, edited in place"
    updates = feedparser.parse(sample.page("/status/feed.atom").encode())
    assert not updates.bozo
    assert sum("Downloads" in entry.title for entry in updates.entries[:2]) == 2, "one item an update"
    assert "Your card failed" in sample.page(incident), "what polling publishes knows what the build read"


def test_a_saved_article_is_served(sample: Served) -> None:
    article = sample.site.root / "content" / "downloads" / "zip-stops-half-way.md"
    before = sample.page("/payments/payment-failed/")
    article.write_text(
        article.read_text(encoding="utf-8") + "\nA sentence nobody wrote before.\n", encoding="utf-8"
    )
    wait_until(
        lambda: "A sentence nobody wrote before." in sample.page("/downloads/zip-stops-half-way/"),
        "the new text",
    )
    assert sample.page("/payments/payment-failed/") == before


def test_open_pages_are_told_to_load_again(sample: Served) -> None:
    article = sample.site.root / "content" / "contact.md"
    with socket.create_connection(("127.0.0.1", sample.port), timeout=60) as connection:
        connection.sendall(b"GET /_waypost/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with connection.makefile("rb") as stream:
            assert stream.readline().startswith(b"HTTP/1.1 200")
            while stream.readline() != b"\r\n":
                pass
            article.write_text(article.read_text(encoding="utf-8") + "\nOnce more.\n", encoding="utf-8")
            # The line stays open and says now and then that it is; an earlier build may have been announced just now.
            wait_until(
                lambda: stream.readline() == b"event: reload\n" and "Once more." in sample.page("/contact/"),
                "the page is told of the build",
            )


def test_a_broken_article_is_reported_and_the_site_stays_as_it_was(sample: Served) -> None:
    article = sample.site.root / "content" / "galleries" / "link-expired.md"
    good = article.read_text(encoding="utf-8")
    article.write_text(good.replace("kind:", "kynd:", 1) + "\nNot to be seen.\n", encoding="utf-8")
    wait_until(lambda: sample.command.said("content/galleries/link-expired.md:"), "the fault is reported")
    wait_until(lambda: sample.command.said("The last good version stays published."), "so is what follows")
    assert "Not to be seen." not in sample.page("/galleries/link-expired/")
    article.write_text(good + "\nMended at last.\n", encoding="utf-8")
    wait_until(lambda: "Mended at last." in sample.page("/galleries/link-expired/"), "the mended text")


def test_a_saved_incident_is_published_without_building(sample: Served) -> None:
    incident = sample.site.root / "status" / "incidents" / "2026-11-04-card-payments-fail.md"
    lines = incident.read_text(encoding="utf-8").splitlines(keepends=True)
    renamed = ['title: "Once and for all"\n' if line.startswith("title:") else line for line in lines]
    incident.write_text("".join(renamed), encoding="utf-8")
    path = "/status/incidents/2026-11-04-card-payments-fail/"
    wait_until(lambda: "Once and for all" in sample.page(path), "the new title")
    wait_until(lambda: sample.command.said("Status files were saved; published."), "it is said")


# The rest needs no sample.


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals, site: Site) -> None:
    with running("serve", "--port", str(free_port()), site=site) as command:
        wait_until(lambda: command.said("Ctrl-C"), "it serves")
        assert command.end(number) == 0
    assert command.out[-1].endswith(" INFO Stopped.\n")
    assert command.err == []


def test_a_port_that_is_taken_is_told_in_a_sentence(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = called("serve", "--port", str(port), site=site)
    assert done.returncode == 1
    assert done.stderr == (
        f"waypost: Port {port} cannot be used: address already in use. Choose another: waypost serve --port 8000\n"
    )
    assert "Traceback" not in done.stderr


def published(site: Site) -> set[str]:
    """Return the paths of what is published, also while it is being changed."""
    return {f"{folder}/{name}" for folder, _, files in os.walk(site.output) for name in files}


@pytest.mark.parametrize("deleted", ["", "status", "status/assets"])
def test_pages_that_somebody_deletes_come_back(deleted: str, site: Site) -> None:
    port = free_port()
    with running("serve", "--port", str(port), site=site) as command:
        wait_until(lambda: command.said("Ctrl-C"), "it serves")
        served, before = Served(site, port, command), published(site)
        assert f"{site.status_output}/index.html" in before
        shutil.rmtree(site.output / deleted)
        wait_until(lambda: published(site) >= before, "everything to be there again")
        assert "Help center" in served.page("/")
        assert served.ask("/status/")[0] == 200
        assert command.end(signal.SIGINT) == 0


def test_a_deleted_site_that_cannot_be_built_is_not_tried_without_a_pause(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waypost.serve.REMAKE", 3600.0)
    watch = SiteWatch(site)
    assert [watch.must_build() for _ in range(3)] == [True, False, False]
    replace(site.root / "content/index.md", "title:", "title: A new")
    assert watch.must_build(), "what was saved may have mended it"


def test_a_broken_site_is_not_served(site: Site) -> None:
    (site.root / "content" / "index.md").write_text("no front matter", encoding="utf-8")
    done = waypost("serve", "--port", str(free_port()), site=site)
    assert done.returncode == 1
    assert "content/index.md:1:1: error front-matter" in done.stderr


def test_it_does_not_poll_into_a_database_that_another_polls_into(site: Site) -> None:
    with running("serve", "--port", str(free_port()), site=site) as command:
        wait_until(lambda: command.said("Ctrl-C"), "it serves")
        before = fingerprint(site.root / "content")
        second = waypost("serve", "--port", str(free_port()), site=site)
        assert second.returncode == 1
        assert f"(process {command.process.pid}) is polling" in second.stderr
        assert fingerprint(site.root / "content") == before
        assert command.end(signal.SIGINT) == 0


def test_without_the_sample_there_are_no_services_to_break(site: Site) -> None:
    port = free_port()
    with running("serve", "--port", str(port), site=site) as command:
        wait_until(lambda: command.said("Ctrl-C"), "it serves")
        served = Served(site, port, command)
        assert served.ask("/_demo/downloads")[0] == 404
        assert served.ask("/_demo/downloads/break", method="POST", headers={"X-Waypost-Demo": "1"})[0] == 404
        done = called("demo", "outage", "--port", str(port))
        assert done.returncode == 1
        start = f"Start it in another window: waypost serve --demo --port {port}"
        assert done.stderr == f"waypost: No sample answers at port {port}. {start}\n"
        assert command.end(signal.SIGINT) == 0


def test_breaking_a_sample_that_is_not_there_is_told_in_a_sentence() -> None:
    port = free_port()
    done = called("demo", "outage", "downloads", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"waypost: No sample answers at port {port}.")
