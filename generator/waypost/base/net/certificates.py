"""The end of a certificate, read from its bytes, even where it is no longer trusted."""

from __future__ import annotations

import contextlib
import ssl
import warnings
from datetime import datetime

from cryptography import x509

from waypost.base.net import network

_WORDS = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate comes from an authority that is not known",
    20: "the certificate comes from an authority that is not known, or lacks its chain",
    21: "the certificate comes from an authority that is not known, or lacks its chain",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}
"""The meaning of OpenSSL's codes of verification (x509_vfy.h)."""


def words_for(error: ssl.SSLCertVerificationError) -> str:
    """Return in plain words why a certificate is not accepted."""
    return _WORDS.get(error.verify_code, "the certificate is not valid")


def expiry(certificate: bytes) -> datetime | None:
    """Return when a certificate in DER ends, in UTC; None where it cannot be read."""
    with warnings.catch_warnings():
        # A strange serial number or a strange key is its owner's matter; only the date is read here.
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(certificate).not_valid_after_utc
        except (ValueError, TypeError):
            return None


def first_expiry(certificates: list[bytes]) -> datetime | None:
    """Return when the first of several certificates ends."""
    return min((end for each in certificates if (end := expiry(each)) is not None), default=None)


def read_untrusted(host: str, port: int, server_name: str) -> None:
    """Shake hands again without trust, only to read the certificate that was refused; nothing else is said."""
    with contextlib.suppress(OSError, ValueError):
        network.encrypt(network.connect(host, port), server_name, network.unverified()).close()
