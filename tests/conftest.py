from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_httpserver import HTTPServer

from helpers.hostile_servers import Certificates, certificates
from helpers.postgres import MISSING, Cluster, cluster
from helpers.sites import minimal_site, point_checks_at, replace
from waypost.base.net import network
from waypost.reading.site import Site

# A busy machine is not a failure: no example is judged by the time it takes.
settings.register_profile("waypost", deadline=None)
settings.load_profile("waypost")

ROOM = 2 * 2**30
"""Bytes in memory that must be free for tests to write there; all of them together need a fifth of it."""


def write_to_memory(memory: Path = Path("/dev/shm")) -> None:  # noqa: S108  # only a place, in which pytest makes its own
    """Let tests write to memory where there is room: many of them wait longer for a disk than for anything else."""
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return
    facts = os.statvfs(memory)
    if facts.f_bavail * facts.f_frsize > ROOM and not facts.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


write_to_memory()

# What a shell starts in the background has Ctrl-C ignored, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

SLOWEST = (
    "test_incremental_series.py",
    "test_workflows.py",
    "test_every_page.py",
    "test_run.py",
    "test_serve.py",
    "test_install.py",
    "test_archive.py",
    "test_publish_cache.py",
    "test_run_faults.py",
    "test_search_box.py",
    "test_service_logs.py",
    "test_deliver_kill.py",
    "test_pollers.py",
    "test_store_crashes.py",
)
"""Files that begin first: one of them at the end would keep one worker busy while the others have nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first; what is in a file keeps its order."""
    ranks = {name: rank for rank, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(SLOWEST)))


def pytest_collection_finish() -> None:
    """Spare the collector of garbage ten thousand tests that stay anyway: it took a twelfth of the time of builds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def listening() -> Iterator[HTTPServer]:
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def server(listening: HTTPServer) -> HTTPServer:
    """A server that answers several requests at once, with nothing left over from the test before."""
    listening.clear()
    return listening


@pytest.fixture
def healthy_server(server: HTTPServer) -> HTTPServer:
    server.expect_request("/health").respond_with_data("fine")
    return server


@pytest.fixture
def polled_site(healthy_server: HTTPServer, tmp_path: Path) -> Site:
    """The smallest site, whose one check asks the healthy server once a second; an outage begins and ends soon."""
    site = minimal_site(tmp_path / "site")
    point_checks_at(site, healthy_server.url_for("/health"), every="1s")
    replace(site.root / "status" / "status.yml", "down_after: 3, up_after: 2", "down_after: 2, up_after: 1")
    return site


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server, started when the first test asks for it."""
    with cluster() as server:
        if server is None:
            if os.environ.get("CI"):
                pytest.fail(MISSING)
            pytest.skip(MISSING)
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'waypost.db'}"
    server: Cluster = request.getfixturevalue("postgres")
    return server.new_url()


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(certs: Certificates) -> Iterator[Certificates]:
    """Trust the authority of the tests while one test runs."""
    network.verifying.cache_clear()
    network.verifying().load_verify_locations(certs.authority)
    yield certs
    network.verifying.cache_clear()
