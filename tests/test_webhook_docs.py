"""What docs/webhooks.md says to receivers is true: its example, its lists, and its code in four languages."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.signed_messages import messages
from waypost.formats.subscribers import DeliverySettings, NoticeEvent
from waypost.notify.channels.webhook import MOST
from waypost.notify.channels.webhook.event import payload_schema
from waypost.notify.rules.signing import signed_headers

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "webhooks.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the one block of code in a language."""
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(code)


# The example


def test_the_example_is_a_message_of_ours_and_is_signed() -> None:
    document = json.loads(block("json"))
    assert [error.message for error in Draft202012Validator(payload_schema()).iter_errors(document)] == []
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = dict(re.findall(r"^(webhook-\w+): (.+)$", block("http"), re.MULTILINE))
    (secret,) = re.findall(r"signed with the secret `(\S+)`", PAGE)
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert signed_headers([secret], headers["webhook-id"], at, body) == headers


def test_every_field_and_every_type_is_told() -> None:
    data = payload_schema()["$defs"]["EventData"]["properties"]
    assert [name for name in data if f"`data.{name}`" not in PAGE] == []
    told = re.findall(r"^\| `([a-z.]+)` \| ", PAGE.split("### Types")[1].split("\n## ")[0], re.MULTILINE)
    assert told[1:] == [event.value for event in NoticeEvent]


def test_figures_are_those_of_the_program() -> None:
    settings = DeliverySettings()
    assert f"never has more than {MOST:,} bytes" in PAGE
    assert f"it is {settings.timeout.total_seconds():g} seconds unless" in PAGE
    waits = [
        timedelta(seconds=5),
        *(timedelta(minutes=n) for n in (5, 30)),
        *(timedelta(hours=n) for n in (2, 5, 10, 14, 20, 24)),
    ]
    assert list(settings.retry_after) == waits
    assert (
        "5 seconds after the first failure, then after 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours"
        in PAGE
    )
    assert len(waits) + 1 == 10
    assert sum(waits, timedelta(0)) // timedelta(days=1) == 3
    assert "After ten attempts in about three days" in PAGE
    assert settings.disable_after == timedelta(days=5)
    assert "fail for five days" in PAGE
    assert settings.remind_before == timedelta(hours=24)


def test_the_published_schema_is_that_of_the_program() -> None:
    text = (DOCS / "schema/webhook-payload.json").read_text(encoding="utf-8")
    assert json.loads(text) == payload_schema()


# The code


def outcome(command: list[str | Path], folder: Path) -> list[Any]:
    done = subprocess.run(
        command, cwd=folder, input=cases(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def cases() -> str:
    rows = [
        {"secret": it.secret, "headers": dict(it.headers), "body": base64.b64encode(it.body).decode()}
        for it in messages().values()
    ]
    return json.dumps(rows)


def python(folder: Path) -> list[Any]:
    (folder / "snippet.py").write_text(block("python"), encoding="utf-8")
    (folder / "main.py").write_text(
        """
import base64, json, sys
from snippet import verify

found = []
for case in json.load(sys.stdin):
    try:
        found.append(verify(case["secret"], case["headers"], base64.b64decode(case["body"])))
    except ValueError:
        found.append(None)
json.dump(found, sys.stdout)
""",
        encoding="utf-8",
    )
    return outcome([sys.executable, "-W", "error", "main.py"], folder)


def javascript(folder: Path) -> list[Any]:
    (folder / "snippet.mjs").write_text(block("javascript"), encoding="utf-8")
    (folder / "main.mjs").write_text(
        """
import { readFileSync } from "node:fs";
import { verify } from "./snippet.mjs";

const found = JSON.parse(readFileSync(0)).map(({ secret, headers, body }) => {
  try {
    return verify(secret, headers, Buffer.from(body, "base64"));
  } catch (error) {
    if (/^(The message is|No signature)/.test(error.message)) return null;
    throw error;
  }
});
process.stdout.write(JSON.stringify(found));
""",
        encoding="utf-8",
    )
    return outcome(["node", "main.mjs"], folder)


def go(folder: Path) -> list[Any]:
    (folder / "webhook").mkdir()
    (folder / "go.mod").write_text("module example.org/receiver\n\ngo 1.19\n", encoding="utf-8")
    (folder / "webhook" / "snippet.go").write_text(block("go"), encoding="utf-8")
    (folder / "main.go").write_text(
        """
package main

import (
	"encoding/json"
	"net/http"
	"os"

	"example.org/receiver/webhook"
)

func main() {
	var cases []struct {
		Secret  string
		Headers map[string]string
		Body    []byte
	}
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	found := make([]json.RawMessage, len(cases))
	for place, it := range cases {
		header := http.Header{}
		for name, value := range it.Headers {
			header.Set(name, value)
		}
		if webhook.Verify(it.Secret, header, it.Body) == nil {
			found[place] = it.Body
		}
	}
	json.NewEncoder(os.Stdout).Encode(found)
}
""",
        encoding="utf-8",
    )
    return outcome(["go", "run", "."], folder)


def php(folder: Path) -> list[Any]:
    (folder / "snippet.php").write_text(block("php"), encoding="utf-8")
    (folder / "main.php").write_text(
        """<?php
error_reporting(E_ALL);
set_error_handler(function ($level, $message) { throw new ErrorException($message); });
require 'snippet.php';

$found = [];
foreach (json_decode(file_get_contents('php://stdin'), true) as $case) {
    try {
        $found[] = (object) verify($case['secret'], $case['headers'], base64_decode($case['body']));
    } catch (RuntimeException $error) {
        $found[] = null;
    }
}
echo json_encode($found);
""",
        encoding="utf-8",
    )
    return outcome(["php", "main.php"], folder)


LANGUAGES: Mapping[str, tuple[str, Callable[[Path], list[Any]]]] = {
    "Python": (sys.executable, python),
    "JavaScript": ("node", javascript),
    "Go": ("go", go),
    "PHP": ("php", php),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_takes_what_is_ours_and_nothing_else(language: str, tmp_path: Path) -> None:
    program, run = LANGUAGES[language]
    if shutil.which(program) is None:
        pytest.skip(f"{language} cannot be tried: there is no {program} on this machine")
    found = run(tmp_path)
    wanted = [json.loads(it.body) if it.is_ours else None for it in messages().values()]
    assert dict(zip(messages(), found, strict=True)) == dict(zip(messages(), wanted, strict=True))


def test_every_language_has_its_code() -> None:
    part = PAGE.split("## Is it ours?")[1].split("\n## ")[0]
    assert re.findall(r"^### (.+)$", part, re.MULTILINE) == list(LANGUAGES)
