"""The machine door. Rooms declare theirs in `api.py`, by `rso.core.api.doing`."""
