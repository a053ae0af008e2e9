"""What addresses are made of."""

import re

from django.urls import register_converter


class RefConverter:
    """The ref of a record in an address; what no ref can hold never reaches the database."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def id_in(text: str) -> int:
    """The id of a record that someone sent; what can be none is 0, which no record has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


#: What a ref looks like; what does not is not asked for.
REF = re.compile(RefConverter.regex)

register_converter(RefConverter, "ref")
