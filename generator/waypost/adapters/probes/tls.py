"""Shake hands with a port: is its certificate good, and when does it end."""

from __future__ import annotations

from waypost.adapters.network import connect, encrypt, verifying
from waypost.adapters.probes.result import ProbeContext, ProbeResult, good
from waypost.model.checks import TlsCheck
from waypost.model.types import host_port


def probe_tls(check: TlsCheck, context: ProbeContext) -> ProbeResult:
    """Shake hands once; a certificate that is not good is raised as an error of TLS."""
    host, port = host_port(check.tls)
    encrypt(connect(host, port), check.server_name or host, verifying()).close()
    return good()
