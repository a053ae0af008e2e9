"""Where papers of records lie: in the folder of RSO_VAR, or in a bucket of S3-compatible storage, as RSO_MEDIA says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

FORM = "s3://KEY:SECRET@bucket/folder?endpoint=https://s3.example&region=eu-1"


@dataclass(frozen=True)
class Bucket:
    """A bucket, the folder in it, and who asks there. Endpoints are asked as endpoint/bucket/name, which all of them know."""

    endpoint: str
    region: str
    name: str
    folder: str
    key: str
    secret: str = field(repr=False)


def bucket_of(url: str) -> Bucket:
    """Raises ValueError where the address is none of a bucket."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    region = asked.pop("region", "us-east-1")
    endpoint = asked.pop("endpoint", f"https://s3.{region}.amazonaws.com")
    place = urlsplit(endpoint)
    is_plain = place.scheme in ("http", "https") and place.hostname and not place.path.strip("/") and not place.query
    if parts.scheme != "s3" or asked or not (parts.hostname and parts.username and parts.password and is_plain):
        raise ValueError(f"write {FORM}")
    key, secret = unquote(parts.username), unquote(parts.password)
    return Bucket(f"{place.scheme}://{place.netloc}", region, parts.hostname, parts.path.strip("/"), key, secret)


def storage_of(url: str) -> dict[str, Any]:
    """Django's description of the storage. Raises ValueError."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {"BACKEND": "rso.core.s3.S3", "OPTIONS": {"bucket": bucket_of(url)}}
