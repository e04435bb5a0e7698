"""Shake hands with a port: is its certificate good, and when does it end."""

from __future__ import annotations

from waypost.base.net.network import connect, encrypt, tls_settings
from waypost.formats.checks import TlsCheck
from waypost.formats.field_types import host_port
from waypost.monitor.probes.result import ProbeContext, ProbeResult, good


def probe_tls(check: TlsCheck, context: ProbeContext) -> ProbeResult:
    """Shake hands once; a certificate that is not good is raised as an error of TLS."""
    host, port = host_port(check.tls)
    encrypt(connect(host, port), check.server_name or host, tls_settings()).close()
    return good()
