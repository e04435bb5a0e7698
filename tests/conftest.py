from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer


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
