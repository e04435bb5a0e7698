from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from helpers.mail_server import MailBoxes, mail_server
from helpers.receivers import SECRET, Receiver, receiver
from helpers.sites import minimal_site, running, wait_until
from waypost.base.faults import Fault, FaultKind
from waypost.cli import main
from waypost.monitor.store.faults import write_faults
from waypost.monitor.store.opening import open_database
from waypost.notify import dispatch
from waypost.notify.channels.webhook.event import payload_schema
from waypost.notify.outbox import Outbox
from waypost.reading.site import Site

ADDRESS = "planted-address@example.org"
NUMBER = "+4930555000123"
ANSWER = "planted-answer-4711"
TOKEN = "planted-token-0815"  # noqa: S105  # a value to look for in what is printed
SUBSCRIBERS = """\
subscribers:
  - id: acme
    webhook: {{url: "{url}", secret: "${{ACME_SECRET}}"}}
  - id: anna
    email: "${{ANNA_MAIL}}"
  - id: phone
    sms: "{number}"
operators: [acme]
email: {{server: "${{SMTP_URL}}", sender: status@example.org}}
twilio: {{account: "${{TWILIO_ACCOUNT}}", token: "${{TWILIO_TOKEN}}", sender: "+4930000000", api: "{api}"}}
delivery: {{private_networks: ["127.0.0.0/8"], timeout: 2s}}
"""
INCIDENT = """\
---
title: Mail is slow
impact: minor
components: {{mail: degraded_performance}}
---
## investigating · {now}
We look into it.
"""


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def boxes() -> Iterator[tuple[MailBoxes, str]]:
    found = MailBoxes()
    with mail_server(found) as port:
        yield found, f"smtp://127.0.0.1:{port}"


@pytest.fixture
def site(
    tmp_path: Path, place: Receiver, boxes: tuple[MailBoxes, str], monkeypatch: pytest.MonkeyPatch
) -> Site:
    found = minimal_site(tmp_path / "site")
    for name, value in (
        ("ACME_SECRET", SECRET),
        ("ANNA_MAIL", ADDRESS),
        ("SMTP_URL", boxes[1]),
        ("TWILIO_ACCOUNT", "AC" + "1" * 32),
        ("TWILIO_TOKEN", TOKEN),
    ):
        monkeypatch.setenv(name, value)
    text = SUBSCRIBERS.format(url=place.url, number=NUMBER, api=place.url)
    (found.root / "status" / "subscribers.yml").write_text(text)
    return found


def happen(site: Site, name: str = "mail-slow") -> None:
    text = INCIDENT.format(now=datetime.now(UTC).isoformat(timespec="seconds"))
    (site.root / "status" / "incidents" / f"{name}.md").write_text(text)


def told(site: Site) -> None:
    """Let everything that is on the page count as known."""
    assert in_process("deliver", site=site).returncode == 0


def in_process(*arguments: str, site: Site) -> subprocess.CompletedProcess[str]:
    """Run a command to its end without a process of its own, which takes most of the time of many."""
    name, *rest = arguments
    group = rest[:1] if name in ("deliveries", "incident", "webhook") else []
    result = CliRunner().invoke(main, [name, *group, "--site", str(site.root), *rest[len(group) :]])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def test_what_would_go_is_shown_and_nothing_is_sent(site: Site, place: Receiver) -> None:
    first = in_process("deliver", "--dry-run", site=site)
    assert first.stdout.startswith("Nothing was told from this database yet.")
    assert not (site.root / ".waypost" / "waypost.db").exists(), "looking makes no database"
    told(site)
    assert in_process("deliver", "--dry-run", site=site).stdout == "There is nothing new to tell.\n"

    happen(site)
    shown = in_process("deliver", "--dry-run", site=site)
    assert shown.stdout.splitlines()[:2] == [
        "incident.opened  Mail is slow",
        "  to acme (webhook), anna (email), phone (sms)",
    ]
    as_json = json.loads(in_process("deliver", "--dry-run", "--json", site=site).stdout)
    assert [(item["event"], item["to"]) for item in as_json["new"] if item["event"] == "incident.opened"] == [
        ("incident.opened", ["acme", "anna", "phone"])
    ]
    assert place.seen == []


def test_what_happens_is_sent_once_listed_and_replayed(
    site: Site, place: Receiver, boxes: tuple[MailBoxes, str]
) -> None:
    told(site)
    happen(site)
    done = in_process("deliver", site=site)
    # What stands for Twilio here refuses everything. Programs are told of the component too.
    assert (done.returncode, done.stdout) == (1, "2 new notices, 4 letters sent or tried.\n"), done
    assert place.types == ["incident.opened", "component.status"]
    assert [mail.recipients for mail in boxes[0].taken] == [[ADDRESS]]
    assert in_process("deliver", site=site).stdout == "0 new notices, 0 letters sent or tried.\n"

    listed = json.loads(in_process("deliveries", "list", "--json", site=site).stdout)
    states = {item["endpoint"]: item["state"] for item in listed if item["event"] == "incident.opened"}
    assert states["acme"] == states["anna"] == "delivered"
    acme = next(item for item in listed if item["endpoint"] == "acme" and item["event"] == "incident.opened")
    assert acme["message_id"] == place.seen[0].id
    assert "Nothing" not in in_process("deliveries", "endpoints", site=site).stdout
    for shown in ("list", "endpoints"):
        assert "\N{REPLACEMENT CHARACTER}" not in in_process("deliveries", shown, site=site).stdout

    again = in_process("deliveries", "replay", "--delivered", str(acme["id"]), site=site)
    assert again.stdout.startswith("1 delivery is due now.")
    in_process("deliver", site=site)
    assert [item.id for item in place.seen[2:]] == [place.seen[0].id]


def note(site: Site, began: datetime, until: datetime | None = None) -> None:
    """Write a fault into the database as a poller does that runs elsewhere."""
    fault = Fault(FaultKind.PUBLISHING, "", "There is no room in site/.", began, until=until)
    with closing(open_database(site.database_url)) as database:
        write_faults(database, "poller", [fault], datetime.now(UTC))


def test_operators_hear_of_a_fault_that_a_poller_noted_and_of_its_end(
    site: Site, place: Receiver, boxes: tuple[MailBoxes, str]
) -> None:
    told(site)
    now = datetime.now(UTC)
    began = now - timedelta(minutes=5)
    note(site, began)
    assert in_process("deliver", "--dry-run", site=site).stdout.splitlines() == [
        "monitor.trouble  The status page cannot be written",
        "  to acme (webhook)",
    ]
    for _ in range(2):
        assert in_process("deliver", site=site).returncode == 0
    assert place.types == ["monitor.trouble"]
    note(site, began, now)
    for _ in range(2):
        assert in_process("deliver", site=site).returncode == 0
    assert place.types == ["monitor.trouble", "monitor.recovered"]
    faults = [message.payload["data"]["fault"] for message in place.seen]
    assert [(fault["kind"], fault["ended_at"] is None) for fault in faults] == [
        ("publishing", True),
        ("publishing", False),
    ]
    for message in place.seen:
        Draft202012Validator(payload_schema()).validate(message.payload)
    assert boxes[0].taken == [], "customers hear nothing of it"


def test_a_process_that_only_delivers_tells_of_the_faults_of_the_one_that_polls(
    site: Site, place: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatch, "INTERVAL", timedelta(seconds=0.05))
    told(site)
    stop = threading.Event()
    watch = threading.Thread(target=dispatch.deliver_until, args=(site, site.database_url, stop), daemon=True)
    watch.start()
    try:
        now = datetime.now(UTC)
        note(site, now - timedelta(minutes=5))
        wait_until(lambda: place.types == ["monitor.trouble"], "the fault")
        assert caplog.text == ""
        (site.root / "status" / "status.yml").write_text("mistakes: [")
        wait_until(lambda: "The files have mistakes" in caplog.text, "the files have mistakes")
        note(site, now - timedelta(minutes=5), now)
        wait_until(lambda: place.types == ["monitor.trouble", "monitor.recovered"], "its end all the same")
    finally:
        stop.set()
        watch.join()


def test_replaying_wants_to_know_what(site: Site) -> None:
    told(site)
    assert in_process("deliveries", "replay", site=site).returncode == 2
    nothing = in_process("deliveries", "replay", "--endpoint", "acme", "--yes", site=site)
    assert (nothing.returncode, nothing.stderr) == (1, "waypost: There are no such deliveries.\n")
    wrong = in_process("deliveries", "list", "--since", "yesterday", site=site)
    assert wrong.returncode == 2
    assert "Write a time with its offset" in wrong.stderr


def test_a_test_is_signed_and_past_the_outbox(site: Site, place: Receiver) -> None:
    done = in_process("webhook", "test", "acme", site=site)
    assert done.returncode == 0, done
    assert re.fullmatch(r"Delivered to acme by webhook: it was accepted after \d+\.\d\d s\.\n", done.stdout)
    assert place.types == ["test"]
    assert in_process("deliveries", "list", site=site).stdout == "Nothing was sent yet.\n"
    place.answer = lambda received: (500, {})
    refused = in_process("webhook", "test", "acme", site=site)
    assert (refused.returncode, refused.stderr) == (1, "waypost: Not delivered to acme: HTTP status 500.\n")
    unknown = in_process("webhook", "test", "acne", site=site)
    assert unknown.stderr.endswith("in status/subscribers.yml. Did you mean 'acme'?\n")


def test_a_test_keeps_to_the_schema_and_is_as_new_as_what_was_told(site: Site, place: Receiver) -> None:
    schema = Draft202012Validator(payload_schema())
    assert in_process("webhook", "test", "acme", site=site).returncode == 0
    told(site)
    happen(site)
    in_process("deliver", site=site)
    assert in_process("webhook", "test", "acme", site=site).returncode == 0
    bodies = [item.payload for item in place.seen]
    assert [error.message for body in bodies for error in schema.iter_errors(body)] == []
    first, *news, last = [body["data"]["sequence"] for body in bodies]
    assert first == 1, "nothing was told before"
    assert last == max(news), "a receiver that drops what is older takes it, and what comes next"


def test_a_variable_that_is_not_set_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_SECRET")
    done = in_process("deliver", site=site)
    assert done.returncode == 0, "there is nothing to send yet"
    warning = r"status/subscribers\.yml:3:\d+: warning environment: The environment variable ACME_SECRET is not set\."
    assert re.match(warning, done.stderr)
    assert "secret:" not in done.stderr, "the line itself may hold more than is to be shown"


def test_the_daemon_tells_what_it_publishes(site: Site, place: Receiver) -> None:
    with running("run", site=site) as command:
        page = site.status_output / "index.html"
        wait_until(page.exists, "the page")
        wait_until(
            lambda: not in_process("deliver", "--dry-run", site=site).stdout.startswith("Nothing was"),
            "a first look",
        )
        happen(site)
        wait_until(lambda: "incident.opened" in place.types, "the message")
        assert "Mail is slow" in page.read_text(), "the page is there before anybody is told of it"
        assert command.end(signal.SIGTERM) == 0


def test_a_process_that_only_delivers_goes_on_whatever_one_turn_raises(
    site: Site, place: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatch, "INTERVAL", timedelta(seconds=0.2))
    errors = [RuntimeError("can't start new thread"), KeyError("of the inside")]
    claim, stop = Outbox.claim, threading.Event()

    def failing(*arguments: Any, **options: Any) -> Any:
        if errors:
            raise errors.pop(0)
        return claim(*arguments, **options)

    told(site)
    monkeypatch.setattr(Outbox, "claim", failing)
    thread = threading.Thread(target=dispatch.deliver_until, args=(site, site.database_url, stop))
    thread.start()
    try:
        happen(site)
        wait_until(lambda: "incident.opened" in place.types, "the message")
    finally:
        stop.set()
        thread.join()
    assert errors == []
    assert "can't start new thread" in caplog.text
    assert "Traceback" in caplog.text


def test_an_incident_of_the_checks_is_acknowledged_by_name(site: Site) -> None:
    told(site)
    done = in_process("incident", "acknowledge", "auto-web", site=site)
    assert done.returncode == 1
    assert "No open incident is called so." in done.stderr
    happen(site)
    first = in_process("incident", "acknowledge", "mail-sl", "--by", "Anna", site=site)
    assert first.stdout == "Anna takes care of mail-slow.\n", first
    second = in_process("incident", "acknowledge", "mail-sl", site=site)
    assert second.stdout == "Somebody takes care of mail-slow already.\n"


def test_no_address_secret_or_answer_is_ever_shown(
    site: Site, place: Receiver, boxes: tuple[MailBoxes, str]
) -> None:
    told(site)
    happen(site)
    place.answer = lambda received: (500, {"X-Said": ANSWER})
    place.answer_body = ANSWER.encode()
    boxes[0].says["RCPT"] = [f"550 5.1.1 {ANSWER}"]
    said = [
        in_process(*command, site=site)
        for command in (
            ("deliver", "--dry-run"),
            ("deliver", "--dry-run", "--json"),
            ("deliver",),
            ("deliveries", "list"),
            ("deliveries", "list", "--json"),
            ("deliveries", "endpoints"),
            ("deliveries", "endpoints", "--json"),
            ("webhook", "test", "acme"),
            ("webhook", "test", "anna"),
            ("webhook", "test", "phone"),
            ("deliveries", "replay", "--endpoint", "anna", "--yes"),
            ("publish",),
            ("lint",),
            ("doctor",),
            ("status", "--json"),
        )
    ]
    broken = site.root / "status" / "subscribers.yml"
    broken.write_text(
        broken.read_text().replace("${ACME_SECRET}", SECRET).replace("${ANNA_MAIL}", f"x {ADDRESS}")
    )
    said += [in_process(command, site=site) for command in ("lint", "publish", "deliver")]
    assert said[2].returncode == said[-1].returncode == 1
    assert "550" in said[2].stderr
    output = "".join(done.stdout + done.stderr for done in said)
    pages = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in site.output.rglob("*")
        if path.is_file()
    )
    assert "Traceback" not in output
    planted = (ADDRESS, NUMBER, ANSWER, TOKEN, SECRET, place.url, "AC" + "1" * 32, boxes[1])
    assert [value for value in planted if re.search(re.escape(value), output + pages)] == []
