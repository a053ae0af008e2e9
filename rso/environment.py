"""Every setting that a machine may change: read once, typed, all mistakes named at once.

The table in docs/guide/settings.md is generated from here and compared with it by a test.
"""

import secrets
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HOUSE = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RSO_", extra="ignore")

    database_url: str = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="Database: postgres://user@host/name, or sqlite:////folder/file. Empty: var/rso.sqlite3",
    )
    var: Path = Field(
        default=HOUSE / "var",
        description="Folder of what the product writes: database, reports, files",
    )
    base_url: str = Field(
        default="http://localhost:8000",
        description="Address under which readers reach the site; printed in reports",
    )
    secret_key: str = Field(
        default="",
        description="Signs sessions. Empty: made once and kept in the var folder",
    )
    debug: bool = Field(
        default=False,
        description="Shows errors in full; never where others can reach the site",
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names that the site answers to, by commas",
    )
    behind_https: bool = Field(
        default=False,
        description="Cookies and redirects for HTTPS only; a proxy ends TLS",
    )
    financial_year_start: int = Field(
        default=7,
        ge=1,
        le=12,
        description="Month in which the financial year begins; FY2022 ends in 2022",
    )
    log_level: str = Field(default="WARNING", description="DEBUG, INFO, WARNING or ERROR")
    cache_url: str = Field(
        default="",
        description="Redis address for the shared cache. Empty: memory of each worker",
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return [host.strip() for host in value.split(",") if host.strip()] if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("begin with http:// or https://")
        return value.rstrip("/")

    def signing_key(self) -> str:
        """The secret key of this installation, made and kept on the first start."""
        if self.secret_key:
            return self.secret_key
        kept = self.var / "secret_key"
        if not kept.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(50))
        return kept.read_text()
