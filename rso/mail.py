"""Where letters go out: RSO_MAIL_URL as Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SMTP = "django.core.mail.backends.smtp.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"
#: Seconds that a mail server may take.
PATIENCE = 20


def settings_of(url: str) -> dict[str, Any]:
    """Raises ValueError where it names no mail server."""
    if not url or url == "console://":
        return {"EMAIL_BACKEND": CONSOLE}
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    tls = asked.pop("tls", "0")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or asked or parts.path not in ("", "/"):
        raise ValueError(url)
    if tls not in ("0", "1") or (tls == "1" and parts.scheme == "smtps"):
        raise ValueError(url)
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": SMTP, "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587 if tls == "1" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""), "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "1", "EMAIL_USE_SSL": secure, "EMAIL_TIMEOUT": PATIENCE,
    }  # fmt: skip
