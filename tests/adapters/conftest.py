from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.hostile_servers import Certificates, certificates
from waypost.adapters import network


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
