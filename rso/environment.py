"""Every setting that a machine may change: read once, typed, all mistakes named at once.

docs/guide/settings.md is written from here (`python -m rso.environment`), and a test compares the two.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import dj_database_url
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rso.core.loading.near import near
from rso.mail import settings_of
from rso.media import FORM, storage_of
from rso.troubles import Trouble

HOUSE = Path(__file__).resolve().parent.parent
PREFIX = "RSO_"
#: The names under which nobody but this machine reaches it.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class BadSettings(Trouble):
    """Settings of this machine are wrong; the message has a sentence for each."""


class Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: str = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="Database: postgres://user@host/name, or sqlite:////folder/file. Empty: rso.sqlite3 in the folder of RSO_VAR",
        repr=False,
    )
    var: Path = Field(default=HOUSE / "var", description="Folder of what the product writes: database, reports, files")
    media: str = Field(
        default="", description=f"Where papers of records lie: {FORM}. Empty: in the folder of RSO_VAR", repr=False
    )
    base_url: str = Field(
        default="http://localhost:8000", description="Address under which readers reach the site; printed in reports"
    )
    secret_key: str = Field(
        default="",
        description="Signs sessions and closes the secrets of second factors; at least 50 characters. Empty: made once and kept in the folder of RSO_VAR",
        repr=False,
    )
    old_secret_keys: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Secret keys that were in use before; what they signed and closed stays good. `rso rekey` lets them go",
        repr=False,
    )
    debug: bool = Field(default=False, description="Shows errors in full; never where others can reach the site")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"], description="Host names that the site answers to"
    )
    behind_https: bool = Field(
        default=False,
        description="A proxy before the site ends TLS: cookies and pages go over HTTPS only. Needs RSO_BASE_URL with https://",
    )
    financial_year_start: int = Field(
        default=7, ge=1, le=12, description="Month, 1 to 12, in which the financial year begins; FY2022 ends in 2022"
    )
    access_kept_days: int = Field(
        default=730,
        ge=90,
        description="Days for which it is kept who saw which personal data and took which lists away",
    )
    mail_url: str = Field(
        default="console://",
        description="Mail server: smtp://user:password@host:587?tls=1, smtps://user:password@host:465, or console://, which prints letters",
        repr=False,
    )
    mail_from: str = Field(
        default="rso@localhost",
        description="Address from which letters come; with a name: Our office <rso@office.example>",
    )
    metrics_token: str = Field(
        default="",
        description="Opens /metrics to whoever sends it; at least 20 characters. Empty: /metrics is open to this machine alone",
        repr=False,
    )
    log_format: Literal["text", "json"] = Field(default="text", description="How lines of the log are written")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="What is told of the product's own work; INFO tells of each request"
    )

    @field_validator("allowed_hosts", "old_secret_keys", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def one_host_at_least(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("name at least one host")
        return value

    @field_validator("old_secret_keys")
    @classmethod
    def each_long_enough(cls, value: list[str]) -> list[str]:
        if any(len(key) < 50 for key in value):
            raise ValueError("write keys of at least 50 characters, by commas")
        return value

    @field_validator("database_url")
    @classmethod
    def address_of_database(cls, value: str) -> str:
        with suppress(ValueError):
            scheme, name = urlsplit(value).scheme, dj_database_url.parse(value)["NAME"] if value else ""
            if not value or (scheme in ("postgres", "postgresql", "sqlite") and name not in ("", ":memory:")):
                return value
        raise ValueError("write postgres://user@host/name or sqlite:////folder/file")

    @field_validator("var")
    @classmethod
    def whole_path(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("media")
    @classmethod
    def address_of_media(cls, value: str) -> str:
        with suppress(ValueError):
            storage_of(value)
            return value
        raise ValueError(f"write {FORM}, or leave it empty")

    @field_validator("base_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        address = urlsplit(value)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("write an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def long_enough(cls, value: str) -> str:
        if value and len(value) < 50:
            raise ValueError("write at least 50 characters, or leave it empty")
        return value

    @field_validator("mail_url")
    @classmethod
    def address_of_mail(cls, value: str) -> str:
        with suppress(ValueError):
            settings_of(value)
            return value
        raise ValueError("write smtp://user:password@host:587?tls=1, smtps://user:password@host:465 or console://")

    @field_validator("mail_from")
    @classmethod
    def one_address(cls, value: str) -> str:
        _name, address = parseaddr(value)
        if not address.partition("@")[2] or "\n" in value:
            raise ValueError("write one address, or a name and the address in <>")
        return value

    @field_validator("metrics_token")
    @classmethod
    def hard_to_guess(cls, value: str) -> str:
        if value and len(value) < 20:
            raise ValueError("write at least 20 characters, or leave it empty")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def safe_together(self) -> Environment:
        if self.behind_https and not self.base_url.startswith("https://"):
            raise ValueError("RSO_BEHIND_HTTPS: reports would print an address without HTTPS; set RSO_BASE_URL")
        if self.debug and self.is_reachable:
            raise ValueError("RSO_DEBUG: shows errors in full to everyone who can reach the site; unset it")
        return self

    @property
    def is_reachable(self) -> bool:
        """Whether the site answers to others than this machine."""
        return self.behind_https or not LOOPBACK.issuperset(self.allowed_hosts)

    def signing_key(self) -> str:
        """The secret key of this installation, made and kept on the first start. Raises OSError."""
        return self.secret_key or kept_secret(self.var / "secret_key")


def kept_secret(path: Path) -> str:
    """What the file holds; random letters that only this user may read where there is none. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        # Of two processes that start at the same moment the first one wins; a killed one leaves no empty file.
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


# -- reading ---------------------------------------------------------------------------------------------------------


TAKES: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    Path: "a folder",
    list[str]: "names, by commas",
}


@dataclass(frozen=True)
class Setting:
    """One line of the table of settings."""

    name: str
    takes: str
    default: str
    meaning: str
    field: str


def known_settings() -> Iterator[Setting]:
    """Every setting there is, in the order of the guide."""
    for field, info in Environment.model_fields.items():
        default = ",".join(info.default) if isinstance(info.default, list) else str(info.default)
        yield Setting(
            str(info.validation_alias or f"{PREFIX}{field.upper()}"),
            TAKES.get(info.annotation) or ", ".join(get_args(info.annotation)),
            default.replace(str(HOUSE), "the clone's folder").replace("False", "false"),
            str(info.description),
            field,
        )


def read_environment() -> Environment:
    """The settings of this machine. Raises BadSettings, which names all that is wrong, or OSError."""
    by_field = {setting.field: setting for setting in known_settings()}
    known = {setting.name for setting in by_field.values()}
    faults = [
        f"{name} is no setting" + "".join(f"; did you mean {meant}?" for meant in near(name, known))
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        found = Environment()
    except ValidationError as error:
        for wrong in error.errors():
            place = str(wrong["loc"][0]) if wrong["loc"] else ""
            setting = by_field.get(place) or next((s for s in by_field.values() if s.name == place), None)
            says = wrong["msg"].removeprefix("Value error, ")
            faults.append(f"{setting.name}: {_told(setting, wrong['input'])}{says}" if setting else says)
    if faults:
        raise BadSettings("\n".join(faults))
    return found


def in_force() -> Iterator[tuple[str, str]]:
    """Each setting of this machine with its value; of a secret, whether it is set. Raises BadSettings, OSError."""
    found = read_environment()
    for setting in known_settings():
        value = getattr(found, setting.field)
        text = ",".join(value) if isinstance(value, list) else str(value)
        is_shown = Environment.model_fields[setting.field].repr
        yield setting.name, text if is_shown else "set, not shown" if text else ""


def _told(setting: Setting, value: object) -> str:
    """A wrong value as the message repeats it: secrets and passwords are not repeated."""
    return f"“{value}”: " if Environment.model_fields[setting.field].repr else ""


def as_guide() -> str:
    """The page of the guide."""
    lines = [
        "# Settings",
        "",
        "Each is a variable of the environment, read when a command starts. A wrong or unknown one stops the command, and",
        "all mistakes are named at once. `rso settings` prints those in force.",
        "",
        "| variable | takes | when it is not set | meaning |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{each.name}` | {each.takes} | {f'`{each.default}`' if each.default else 'empty'} | {each.meaning} |"
            for each in known_settings()
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_guide(), end="")
