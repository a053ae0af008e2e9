"""The office's screens: a desk for each kind of record gives its list, its page, its form and its verbs. See README.md."""

from rso.core.office.acts import Act, acts_of
from rso.core.office.desks import HOW_KNOWN, Col, Desk, Place, Related, Section, View, desks

__all__ = ["HOW_KNOWN", "Act", "Col", "Desk", "Place", "Related", "Section", "View", "acts_of", "desks"]
