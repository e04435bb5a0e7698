"""Lists of subscribers in CSV files: as good as the entries of subscribers.yml, and each mistake at its cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.files.text_files import Source
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscriber_lists import COLUMNS
from waypost.formats.subscribers import CHANNEL_KINDS, SubscriberFile
from waypost.problems import Problem
from waypost.reading.io import subscriber_lists
from waypost.reading.io.status_files import load_status_config
from waypost.reading.io.subscriber_files import load_subscribers
from waypost.reading.io.subscriber_lists import MOST_PROBLEMS

SENDERS = 'email: {server: "${SMTP_URL}", sender: status@lumen.example}\n'
TWILIO = 'twilio: {account: "${SID}", token: "${TOKEN}", sender: "+4930123456"}\n'


@pytest.fixture
def config(tmp_path: Path) -> StatusConfig:
    folder = tmp_path / "status"
    folder.mkdir()
    page = {"name": "Lumen", "url": "https://status.lumen.example/", "time_zone": "Europe/Berlin"}
    components = [{"id": "web", "name": "Web"}, {"id": "mail", "name": "Mail"}]
    text = yaml.safe_dump(
        {"page": page, "components": [{"group": "Post, and more", "components": components}]}
    )
    (folder / "status.yml").write_text(text, encoding="utf-8")
    found, problems = load_status_config(tmp_path)
    assert problems == []
    assert found is not None
    return found


def load(
    root: Path, config: StatusConfig, file: str, **lists: str
) -> tuple[SubscriberFile | None, list[Problem]]:
    (root / "status/subscribers.yml").write_text(file, encoding="utf-8")
    for name, text in lists.items():
        (root / f"status/{name}.csv").write_bytes(text.encode())
    return load_subscribers(root, config)


def test_a_list_says_the_same_as_the_entries_of_the_file(tmp_path: Path, config: StatusConfig) -> None:
    entries = """\
  - {id: anna, email: anna@example.org}
  - {id: bert, email: "${BERT}", rules: [{components: [web, mail], impacts: [major, critical]}]}
  - {id: carl, sms: "+4930123456", rules: [{groups: ["Post, and more"], events: [incident.opened]}]}
  - {id: hook, webhook: {url: "https://hooks.example.org/", secret: "${HOOK}"}}
  - {id: chat, slack: {token: "${TOKEN}", channel: C024BE91L}}
"""
    lines = """\
id,email,sms,webhook.url,webhook.secret,slack.token,slack.channel,components,groups,impacts,events\r
anna,anna@example.org,,,,,,,,,\r
\r
bert, ${BERT} ,,,,,,web; mail,,major;critical,\r
carl,,+4930123456,,,,,,"Post, and more",,incident.opened\r
hook,,,https://hooks.example.org/,${HOOK},,,,,,\r
chat,,,,,${TOKEN},C024BE91L,,,,\r
"""
    written, problems = load(tmp_path, config, f"subscribers:\n{entries}{SENDERS}{TWILIO}")
    listed, more = load(tmp_path, config, f"files: [people.csv]\n{SENDERS}{TWILIO}", people=lines)
    assert problems == more == []
    assert written is not None
    assert listed is not None
    assert len(listed.subscribers) == 5
    assert listed.subscribers == written.subscribers


def test_twenty_thousand_load_in_one_list_and_a_saved_list_is_read_again(
    tmp_path: Path, config: StatusConfig
) -> None:
    head, count = "id,email,components\n", 20_000
    lines = "".join(f"person-{number},person-{number}@example.org,web\n" for number in range(count))
    file = f"subscribers: [{{id: anna, email: anna@example.org}}]\nfiles: [people.csv, more.csv]\n{SENDERS}"
    found, problems = load(
        tmp_path, config, file, people=head + lines, more="id,email\nbert,bert@example.org\n"
    )
    assert problems == []
    assert found is not None
    assert len({one.id for one in found.subscribers}) == len(found.subscribers) == count + 2
    assert (found.subscribers[0].id, found.subscribers[-1].id) == ("anna", "bert")
    found, _ = load(tmp_path, config, file, people=head + lines + "carl,carl@example.org,\n")
    assert found is not None
    assert len(found.subscribers) == count + 3


def test_many_mistakes_are_named_up_to_a_number_and_the_rest_is_counted(
    tmp_path: Path, config: StatusConfig
) -> None:
    count = MOST_PROBLEMS + 7
    for cell, code in (
        ("anna@example.org,wab", "unknown-component"),
        ("nobody,web", "bad-value"),
        ("a", "csv-syntax"),
    ):
        lines = "".join(f"person-{number},{cell}\n" for number in range(count))
        _, problems = load(
            tmp_path, config, f"files: [people.csv]\n{SENDERS}", people=f"id,email,components\n{lines}"
        )
        assert [problem.code for problem in problems[:-1]] == [code] * MOST_PROBLEMS
        assert problems[-1].location.line == MOST_PROBLEMS + 2
        assert problems[-1].message.startswith("From here on the list has 7 more mistakes.")


def test_no_problem_shows_a_line(tmp_path: Path, config: StatusConfig) -> None:
    _, problems = load(
        tmp_path, config, "files: [people.csv]\n", people="id,email\nanna,secret@example.org,\n"
    )
    assert problems
    assert "secret" not in "".join(problem.format() for problem in problems)


def test_a_contact_is_not_missed_while_a_list_cannot_be_read(tmp_path: Path, config: StatusConfig) -> None:
    file = f"files: [people.csv]\noperators: [anna]\n{SENDERS}"
    _, problems = load(tmp_path, config, file, people="id,email\nanna,nothing\n")
    assert [(problem.location.path, problem.code) for problem in problems] == [
        ("status/people.csv", "bad-value")
    ]


def test_every_key_of_every_channel_is_a_column() -> None:
    assert {column.partition(".")[0] for column in COLUMNS} >= set(CHANNEL_KINDS)
    assert {"id", "email", "sms", "webhook.url", "webhook.secret", "slack.channel", "events"} <= set(COLUMNS)


cells = st.lists(st.text(alphabet='ab ",\n;é', max_size=6), min_size=2, max_size=4)


@given(rows=st.lists(cells, min_size=1, max_size=5))
def test_each_cell_is_found_where_it_was_written(rows: list[list[str]]) -> None:
    text = io.StringIO()
    places = []
    for row in rows:
        begin = text.getvalue().count("\n") + 1
        starts = []
        for number, cell in enumerate(row):
            text.write("," if number else "")
            written = text.getvalue()
            starts.append((written.count("\n") + 1, len(written) - written.rfind("\n")))
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow([cell, ""])
            text.write(line.getvalue()[:-2])
        text.write("\n")
        places.append((begin, starts))
    source = Source("people.csv", text.getvalue())
    for begin, starts in places:
        assert list(subscriber_lists._starts(source, begin)) == starts  # what problems are placed by
