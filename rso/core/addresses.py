"""What addresses are made of."""

import hashlib
import re
from functools import lru_cache

from django.urls import register_converter, reverse
from django.utils.translation import get_language

#: The most letters of a ref.
LONGEST = 60


class RefConverter:
    """The ref of a record in an address; what no ref can hold never reaches the database."""

    regex = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def address(name: str, *args: str) -> str:
    """Where a page is, in the reader's language. For pages that every page of the office leads to: looked up once."""
    return _address_in(get_language(), name, *args)


@lru_cache(maxsize=1024)
def _address_in(_language: str, name: str, *args: str) -> str:
    return reverse(name, args=args)


def id_in(text: str) -> int:
    """The id of a record that someone sent; what can be none is 0, which no record has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def fitting(ref: str) -> str:
    """A ref that is made of another one and more: where that is too long it is shortened without becoming another's."""
    return ref if len(ref) <= LONGEST else f"{ref[: LONGEST - 13]}-{hashlib.sha256(ref.encode()).hexdigest()[:12]}"


#: What a ref looks like; what does not is not asked for.
REF = re.compile(RefConverter.regex)

register_converter(RefConverter, "ref")
