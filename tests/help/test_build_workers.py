"""A build that is shared among processes ends in the bytes, the warnings and the problems of one that is not."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpers.sites import file_bytes, sample_site
from waypost.build import build_site
from waypost.help.io import build_workers
from waypost.help.io.build_workers import LEAST, BuildWorkers, WorkerFailed, worker_count
from waypost.help.pages import HelpPages
from waypost.problems import ProblemsFound
from waypost.reading.site import Site

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three processes share any build."""
    monkeypatch.setattr(build_workers, "worker_count", lambda pages: min(3, max(1, pages)))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note every copy of the process."""
    fork, found = os.fork, []

    def noted() -> int:
        process = fork()
        if process:
            found.append(process)
        return process

    monkeypatch.setattr(os, "fork", noted)
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The sample as one process builds it."""
    site = sample_site(tmp_path_factory.mktemp("built") / "site")
    build_site(site, NOW)
    return site


def test_shared_or_alone_the_bytes_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[int]
) -> None:
    alone, shared = sample_site(tmp_path / "alone"), sample_site(tmp_path / "shared")
    build_site(alone, NOW)
    assert started == [], "a small site is not worth a copy"
    monkeypatch.setattr(build_workers, "worker_count", lambda pages: min(3, max(1, pages)))
    report = build_site(shared, NOW)
    assert len(started) == 2
    assert file_bytes(shared.output) == file_bytes(alone.output)
    assert len(report.rendered) > 80
    assert build_site(shared, NOW).rendered == frozenset()


@pytest.mark.usefixtures("three")
def test_warnings_of_helpers_are_told_and_told_again(tmp_path: Path) -> None:
    site = sample_site(tmp_path / "site")
    for path in sorted((site.root / "content/payments").glob("*.md")):
        path.write_text(path.read_text() + "\n[Gone](gone.md)\n")
    first = build_site(site, NOW)
    assert len([problem for problem in first.warnings if "gone.md" in problem.message]) == 8
    assert build_site(site, NOW).warnings == first.warnings


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "path", ["payments/refunds.md", "payments/get-an-invoice.md", "uploads/upload-fails.md"]
)
def test_a_page_that_cannot_be_made_is_named_whoever_made_it(
    path: str, built: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(shutil.copytree(built.root, tmp_path / "site"))
    before = file_bytes(site.output)

    context = HelpPages.context

    def failing(pages: HelpPages, page: str | None, base_url: str) -> dict[str, Any]:
        if page == path:
            raise ValueError("no such picture")
        return context(pages, page, base_url)

    monkeypatch.setattr(HelpPages, "context", failing)
    with pytest.raises(ProblemsFound) as raised:
        build_site(site, NOW, anew=True)
    (problem,) = raised.value.problems
    assert problem.location.path == f"content/{path}"
    assert "no such picture" in problem.message
    assert file_bytes(site.output) == before


@pytest.mark.usefixtures("three")
def test_without_its_helpers_a_build_goes_on_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = sample_site(tmp_path / "site")
    monkeypatch.setattr(BuildWorkers, "report", lambda *_: os._exit(9))
    report = build_site(site, NOW)
    assert len(report.rendered) > 80
    assert (site.output / "payments/refunds/index.html").is_file()


def test_helpers_report_and_failures_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_workers, "worker_count", lambda pages: 3)
    workers = BuildWorkers(tmp_path)
    share = workers.share([str(number) for number in range(10)])
    if workers.is_worker:
        workers.report(sorted(share))
    assert share == {"0", "3", "6", "9"}
    assert workers.gather() == [["1", "4", "7"], ["2", "5", "8"]]

    workers = BuildWorkers(tmp_path)
    workers.share(["a", "b", "c"])
    if workers.is_worker:
        os._exit(3)
    with pytest.raises(WorkerFailed):
        workers.gather()


def test_only_a_large_build_of_a_process_without_threads_is_shared() -> None:
    assert worker_count(LEAST - 1) == 1
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert worker_count(10 * LEAST) == 1
    stop.set()
    thread.join()
