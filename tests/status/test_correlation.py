"""Which components share an incident, and how long a failure may take to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from helpers.status_world import site
from waypost.formats.checks import Confirmation, HttpCheck
from waypost.formats.status_config import Component, Policy
from waypost.status.rules.correlation import Correlation

GROUPS = {"Galleries": {"a": 1, "b": 1}, "c": 1, "Shop": {"d": 1}}


def check(every: int, timeout: int = 10, **policy: Any) -> HttpCheck:
    return HttpCheck(
        http="http://127.0.0.1:9/",
        every=timedelta(seconds=every),
        timeout=timedelta(seconds=timeout),
        policy=Confirmation(**policy),
    )


FAST, SLOW, ONCE = check(60), check(300, 30), check(600, 5, down_after=1)


@pytest.mark.parametrize(
    ("checks", "combine", "seconds"),
    [
        ((), "any", 0),
        ((FAST,), "any", 60 + 2 * 60 + 10),
        ((check(60, retry_every=timedelta(seconds=15)),), "any", 60 + 2 * 15 + 10),
        ((check(60, down_after=5),), "any", 60 + 4 * 60 + 10),
        ((ONCE,), "any", 600 + 5),
        ((SLOW, FAST, ONCE), "any", 190),
        ((SLOW, FAST, ONCE), "all", 300 + 2 * 300 + 30),
        ((SLOW, FAST, ONCE), 2, 605),
        ((SLOW, FAST, ONCE), 9, 930),
    ],
)
def test_a_failure_is_confirmed_after_a_turn_its_retries_and_a_timeout(
    checks: tuple[HttpCheck, ...], combine: Any, seconds: int
) -> None:
    component = Component(id="a", name="A", checks=checks, combine=combine)
    assert site().config.confirmation_time(component) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("correlate", "together"),
    [("page", [{"a", "b", "c", "d"}]), ("group", [{"a", "b"}, {"d"}]), ("off", [])],
)
def test_a_scope_is_the_page_a_group_or_nothing(correlate: Any, together: list[set[str]]) -> None:
    config = replace(site(GROUPS).config, policy=Policy(correlate=correlate))
    correlation = Correlation(config)
    scopes: dict[int, set[str]] = {}
    for name, scope in correlation.scopes.items():
        scopes.setdefault(scope, set()).add(name)
    assert list(scopes.values()) == together
    waiting = {name for name in "abcd" if correlation.window(name)}
    assert waiting == set().union(*together), "who shares with nobody waits for nobody"
    assert correlation.longest == (timedelta(seconds=190) if together else timedelta(0))
