from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from helpers.stores import Store
from waypost.base.database.engine import StoreError
from waypost.base.faults import Faults
from waypost.base.net.http_messages import ServerRequest, ServerResponse
from waypost.base.net.request_server import Route, listening
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import MailServer, Subscriber, SubscriberFile, Unsubscribe
from waypost.notify.rules.signing import unsubscribe_token
from waypost.notify.unsubscribing import unsubscribe_route

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = "sixteen letters+"
PAGE = PageConfig(name="Lumen <status>", url="https://help.lumen.example/status/")
ONE_CLICK = Unsubscribe(url="https://in.lumen.example/unsubscribe/", key="${LEAVE}")
MAIL = MailServer(server="${MAIL}", sender="status@lumen.example", unsubscribe=ONE_CLICK)
FILE = SubscriberFile(
    subscribers=(
        Subscriber(id="anna", email="anna@example.org"),
        Subscriber(id="phone", sms="+4930123456"),
    ),
    email=MAIL,
)
PROJECT = Project(
    HelpCenter(),
    StatusSite(StatusConfig(page=PAGE, components=(Component(id="api", name="API"),)), subscribers=FILE),
)
LINK = f"/unsubscribe/{unsubscribe_token(KEY, 'anna')}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        yield store


def route(store: Store, project: Project = PROJECT, **environment: str) -> Route:
    return unsubscribe_route(lambda: project, store.outbox, lambda: NOW, environment or {"LEAVE": KEY})


def ask_page(route: Route, token: str) -> ServerResponse:
    return route.handler(ServerRequest("GET", f"/unsubscribe/{token}"))


def click(route: Route, token: str) -> ServerResponse:
    return route.handler(ServerRequest("POST", f"/unsubscribe/{token}", body=b"List-Unsubscribe=One-Click"))


def with_file(**changes: Any) -> Project:
    return replace(PROJECT, status=replace(PROJECT.status, subscribers=replace(FILE, **changes)))


def ask(port: int, method: str, path: str, body: str = "") -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body or None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_a_person_follows_the_link_presses_the_button_and_is_off_the_list(store: Store) -> None:
    with listening(("127.0.0.1", 0), [route(store)], Faults()) as port:
        status, page = ask(port, "GET", LINK)
        assert status == 200
        assert "<h1>Unsubscribe from mails</h1>" in page
        assert "Lumen &lt;status&gt; sends you a mail" in page
        assert store.outbox.state().unsubscribed == frozenset()
        # What the button sends, where a form without an address sends it: to the page itself.
        form = re.search(
            r'<form method="post"><input type="hidden" name="(.+?)" value="(.+?)"><button>', page
        )
        assert form is not None
        status, page = ask(port, "POST", LINK, f"{form[1]}={form[2]}")
        assert status == 200
        assert "<h1>You are unsubscribed</h1>" in page
        assert 'href="https://help.lumen.example/status/"' in page
        assert store.outbox.state().unsubscribed == {"anna"}
        assert ask(port, "POST", LINK, "List-Unsubscribe=One-Click")[0] == 200, "a second time does no harm"


def test_the_page_speaks_the_language_of_the_site(store: Store) -> None:
    page = ask_page(route(store, replace(PROJECT, language="de")), unsubscribe_token(KEY, "anna")).encoded()
    assert b'lang="de"' in page
    assert b"Abbestellen" in page
    strange = ask_page(route(store, replace(PROJECT, language="xx")), unsubscribe_token(KEY, "anna"))
    assert b'lang="en"' in strange.encoded()


@pytest.mark.parametrize(
    ("project", "environment", "token"),
    [
        (PROJECT, {"LEAVE": KEY}, unsubscribe_token(KEY, "bert")),
        (PROJECT, {"LEAVE": KEY}, unsubscribe_token(KEY, "phone")),
        (PROJECT, {"OTHER": KEY}, unsubscribe_token(KEY, "anna")),
        (PROJECT, {"LEAVE": "short"}, unsubscribe_token(KEY, "anna")),
        (with_file(email=None), {"LEAVE": KEY}, unsubscribe_token(KEY, "anna")),
        (with_file(email=replace(MAIL, unsubscribe=None)), {"LEAVE": KEY}, unsubscribe_token(KEY, "anna")),
        (with_file(subscribers=()), {"LEAVE": KEY}, unsubscribe_token(KEY, "anna")),
    ],
    ids=["unknown", "no_mail", "no_key", "weak_key", "no_settings", "no_links", "nobody"],
)
def test_nobody_leaves_by_a_link_that_is_not_theirs(
    store: Store, project: Project, environment: dict[str, str], token: str
) -> None:
    links = route(store, project, **environment)
    assert ask_page(links, token) == click(links, token) == ServerResponse(HTTPStatus.NOT_FOUND)
    assert store.outbox.state().unsubscribed == frozenset()


def test_who_cannot_be_taken_off_the_list_is_told_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store.outbox, "unsubscribe", fail)
    page = click(route(store), unsubscribe_token(KEY, "anna"))
    assert page == ServerResponse(HTTPStatus.SERVICE_UNAVAILABLE)


def test_files_that_are_saved_meanwhile_count(store: Store) -> None:
    projects = [PROJECT, with_file(subscribers=())]
    links = unsubscribe_route(lambda: projects[0], store.outbox, lambda: NOW, {"LEAVE": KEY})
    token = unsubscribe_token(KEY, "anna")
    assert ask_page(links, token).status == 200
    projects.pop(0)
    assert ask_page(links, token).status == 404
