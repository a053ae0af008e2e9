"""Pages that were made are kept, bounded, and apart from what guards the door."""

from __future__ import annotations

from django.core.cache import cache, caches

from rso.core.keeping import made_once


def test_what_was_made_under_a_key_is_made_once():
    made = iter(["first", "second", "other"])

    assert [made_once(key, lambda: next(made)) for key in ("a", "a", "b")] == ["first", "first", "second"]


def test_a_reader_who_asks_for_everything_neither_fills_the_memory_nor_pushes_out_the_tries_at_signing_in():
    cache.set("tries", 4)
    for at in range(1000):
        made_once(f"page-{at}", lambda: "made")

    assert len([at for at in range(1000) if caches["made"].has_key(f"page-{at}")]) <= 200
    assert cache.get("tries") == 4
