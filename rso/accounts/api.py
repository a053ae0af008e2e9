"""The machine door of this room: it tells of nobody, and says who shows a key."""

from rso.accounts import keys as keys
