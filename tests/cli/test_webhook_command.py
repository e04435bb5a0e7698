from __future__ import annotations

import base64
import re

import yaml
from click.testing import CliRunner
from pydantic import TypeAdapter

from waypost.cli import main
from waypost.formats.subscribers import Subscriber, variable
from waypost.notify.rules.signing import new_secret


def test_a_new_secret_stands_alone_on_standard_output() -> None:
    results = [CliRunner().invoke(main, ["webhook", "secret"]) for _ in range(3)]
    assert {result.exit_code for result in results} == {0}
    assert len({result.stdout for result in results}) == 3
    for result in results:
        key = base64.b64decode(result.stdout.removesuffix("\n").removeprefix("whsec_"), validate=True)
        assert len(key) == 32
        assert result.stdout == new_secret(key) + "\n"
        assert result.stdout.strip() not in result.stderr


def test_how_it_is_used_is_what_the_file_takes() -> None:
    shown = CliRunner().invoke(main, ["webhook", "secret"]).stderr
    (example,) = yaml.safe_load(re.search(r"^  - id:.*?(?=^\S)", shown, re.MULTILINE | re.DOTALL)[0])  # type: ignore[index]
    subscriber = TypeAdapter(Subscriber).validate_python(example)
    assert subscriber.webhook is not None
    assert variable(subscriber.webhook.secret) == "ACME_SECRET"
    assert "old_secret" in shown
