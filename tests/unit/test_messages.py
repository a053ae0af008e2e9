"""Catalogues of translations: a text without one, a catalogue behind the code and a lost placeholder do not pass."""

from __future__ import annotations

import polib
import pytest
from django.utils.translation import override

from rso.core import messages
from rso.core.loading.columns import Column, read_cells
from rso.core.loading.tables import tables
from rso.core.messages import compile_messages, extract, faults

TEXTS = [
    ("rso/a.py", "Events", None, None),
    ("rso/a.py", "%(count)s found", "%(count)s found", None),
    ("templates/b.html", "by %(number)s people", None, None),
]


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    """Indonesian catalogues of three texts in a folder of their own."""
    monkeypatch.setattr(messages, "HOUSE", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(messages, "LANGUAGES", ("id",))
    monkeypatch.setattr(messages, "texts", lambda: iter(TEXTS))
    extract()
    path = tmp_path / "locale" / "id" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path), wrapwidth=110)
    catalogue.find("Events").msgstr = "Kegiatan"
    catalogue.find("%(count)s found").msgstr_plural = {0: "%(count)s ditemukan"}
    catalogue.find("by %(number)s people").msgstr = "oleh %(number)s orang"
    catalogue.save(str(path))
    return path


def change(path, text: str, translation: str) -> None:
    catalogue = polib.pofile(str(path), wrapwidth=110)
    catalogue.find(text).msgstr = translation
    catalogue.save(str(path))


def test_a_whole_catalogue_has_no_fault_and_extracting_again_changes_nothing(catalogues):
    before = catalogues.read_bytes()
    assert faults() == []
    assert extract() == [("id", 3, 3)]
    assert catalogues.read_bytes() == before


def test_a_text_without_a_translation_is_named(catalogues):
    change(catalogues, "Events", "")
    assert faults() == ["id: “Events” has no translation"]


def test_a_placeholder_that_is_lost_is_named(catalogues):
    change(catalogues, "by %(number)s people", "oleh orang")
    assert faults() == ["id: “by %(number)s people” has other placeholders than “oleh orang”"]


def test_a_catalogue_behind_the_code_is_named_and_brought_up_to_it(catalogues, monkeypatch):
    monkeypatch.setattr(messages, "texts", lambda: iter([*TEXTS[1:], ("rso/c.py", "Funders", None, None)]))
    assert faults() == [
        "locale/id/LC_MESSAGES/django.po is behind the code. Run: rso messages, then see docs/how-to/translate.md",
        "id: “Funders” has no translation",
    ]

    assert extract() == [("id", 3, 2)]
    assert [entry.msgid for entry in polib.pofile(str(catalogues))] == [
        "%(count)s found", "Funders", "by %(number)s people",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "th"])
def test_what_is_wrong_with_a_cell_is_told_in_the_language_of_the_reader_whatever_its_column(language):
    english = {told for table in tables.in_order() for column in table.columns for told in faults_of(column)}
    with override(language):
        theirs = {told for table in tables.in_order() for column in table.columns for told in faults_of(column)}

    assert (len(english), english & theirs) == (len(theirs), set())


def faults_of(column: Column) -> list[str]:
    """What is said of cells that few columns take."""
    bad = ["", "-\n-", "a" * 50_001, "=A1", "\u202ea", "\x01", "A:60;A:40", "A;A"]
    return [told for text in bad for told in read_cells([column], {column.name: text})[1].values()]


def test_a_catalogue_is_compiled_when_it_has_changed(catalogues):
    compile_messages()
    made = catalogues.with_suffix(".mo")
    assert [entry.msgstr for entry in polib.mofile(str(made)) if entry.msgid == "Events"] == ["Kegiatan"]
    assert [path.name for path in made.parent.iterdir() if path.suffix not in (".po", ".mo")] == []
