"""Authorities that are trusted beside the well known ones."""

from __future__ import annotations

import ssl

SYSTEM = "system"
"""Stands for the authorities of the system's store, or of SSL_CERT_FILE and SSL_CERT_DIR where they are set."""


def explain_authorities(trust: str) -> str:
    """Return why nobody can be trusted by a file, as the end of a sentence that begins with its name; else nothing."""
    if trust in ("", SYSTEM):
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(trust)
    except ssl.SSLError:
        return "holds no certificates in PEM. Name a file that does, or `system`."
    except OSError as error:
        return f"cannot be read: {error.strerror}. Name a file of certificates in PEM, from the root of the site."
    return ""
