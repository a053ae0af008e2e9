"""What addresses are made of."""


class RefConverter:
    """The ref of a record in an address; what no ref can hold never reaches the database."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
