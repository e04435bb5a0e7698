"""One browser and three sites for all browser tests; without a browser each test is skipped by name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from helpers.browser_sites import NOW, Served, build_calm, build_hostile, publish_troubled, served
from helpers.browser_visit import Visit, visiting
from waypost.serving.demo import DemoServices, DemoTickets

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there: the shell is the same browser without windows, and a page costs a third in it."""

Visiting = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = f"no browser is installed: none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI must not skip these tests", pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


# The sites ask for the browser so that nothing is built where there is none.
@pytest.fixture(scope="session")
def calm(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(build_calm(tmp_path_factory.mktemp("calm"))) as site:
        yield site


@pytest.fixture
def desk(calm: Served) -> Iterator[Served]:
    """The sample with the demo's own ticket API; its clock is that of the pages."""
    calm.server.demo = DemoServices()
    calm.server.demo.tickets = DemoTickets(lambda: NOW)
    yield calm
    calm.server.demo = None


@pytest.fixture(scope="session")
def troubled(calm: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(publish_troubled(calm.site, tmp_path_factory.mktemp("troubled"))) as site:
        yield site


@pytest.fixture(scope="session")
def hostile(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(build_hostile(tmp_path_factory.mktemp("hostile"))) as site:
        yield site


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visiting]:
    with ExitStack() as stack:
        yield lambda site, **how: stack.enter_context(visiting(browser, site, **how))
