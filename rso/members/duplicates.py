"""What of this room may stand twice: people who were entered by two spellings, bodies by two names."""

from rso.core.merging import Kind, kinds
from rso.members.models import FORGOTTEN, Body, Person


def of_one_body(one: Person, other: Person) -> bool:
    """Whether two people may work for the same body; where one's is unknown, they may."""
    return None in (one.body_id, other.body_id) or one.body_id == other.body_id


kinds.declare(Kind(Person, lambda person: [person.name] if person.name != FORGOTTEN else [], of_one_body))
kinds.declare(Kind(Body, lambda body: [body.name, body.long_name], same=("kind", "parent")))
