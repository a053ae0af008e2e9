"""Search: who finds what, in which scripts, and that the index says what the records say, whatever was done to them."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.db import connection

from rso.core.models import Kept
from rso.core.search import index
from rso.core.search.finding import find, matching
from rso.core.search.registry import OFFICE, PUBLIC, searched
from rso.core.verbs import add, change, remove
from rso.events.models import Event, Quote
from rso.members.models import Body, BodyKind, Group, GroupName, Person
from rso.publications.models import Publication, PublicationState
from rso.workplan.models import Activity

BOTH = (OFFICE, PUBLIC)


def event(ref: str, title: str, **more: str) -> Event:
    return Event(
        ref=ref, title=title, type="training", mode="online", office_role="organised",
        starts_on=date(2022, 5, 1), ends_on=date(2022, 5, 2), **more,
    )  # fmt: skip


@pytest.fixture
def write(office, naree, now):
    """Adds records by their verb."""
    return lambda *things: add(list(things), verb="added", by=naree, now=now)


def refs(words: str) -> list[str]:
    return sorted(Event.objects.filter(pk__in=matching(Event, words)).values_list("ref", flat=True))


def found(words: str, *audiences: str) -> dict[str, list[str]]:
    return {of.model.__name__: [hit.ref for hit in of.hits] for of in find(words, audiences or BOTH)}


# -- words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "others"),
    [
        ("การประชุมต่อต้านการค้ามนุษย์ในภูมิภาค", ["ค้ามนุษย์", "ภูมิภาค", "ต่อต้าน การประชุม"], ["คามนุษย์", "มนษ", "ภูมิใจ"]),
        ("សិក្ខាសាលាស្តីពីការជួញដូរមនុស្ស", ["ជួញដូរ", "មនុស្ស", "សិក្ខាសាលា"], ["ជួញដូ\u17cb", "មនុស្សធម៌"]),
        ("ກອງປະຊຸມຕ້ານການຄ້າມະນຸດ", ["ຄ້າມະນຸດ", "ປະຊຸມ"], ["ຄາມະນຸດ"]),
        ("လူကုန်ကူးမှုတိုက်ဖျက်ရေး အလုပ်ရုံဆွေးနွေးပွဲ", ["လူကုန်ကူးမှု", "တိုက်ဖျက်ရေး ဆွေးနွေးပွဲ"], ["လူကုန်ကူးသူ"]),
        ("การค้ามนุษย์ในภูมิภาค", ["ภูม", "การค้ามนุษ", "ภูมิภาค มน"], ["ภูม มนุษย์", '"ภูม"']),
        ("មនុស្សនៅភ្នំពេញ", ["មន", "មនុស", "ភ្នំព"], ["មនស", "មនុស ភ្នំ"]),
        ("ກອງປະຊຸມ", ["ກອງປະຊ"], ["ກອງປະຊີ"]),
        ("မြန်မာ", ["မြန", "မြန်မ"], ["မန်မ"]),
        ("Sports day 🏃🏽 ⚽", ["🏃", "🏃🏿", "day ⚽", "sports 🏃"], ["🎉", "⚽ 🏃 🎉"]),
        ("打击人口贩运区域研讨会", ["人口贩运", "研讨会 打击", "会"], ["人运", "口人"]),
        ("Hội thảo phòng, chống mua bán người tại Đà Nẵng", ["mua ban nguoi", "Đà Nẵng", "DA NANG"], ["da nam"]),
        ("مؤتمر مكافحة الاتجار بالأشخاص", ["مكافحة", "الاتجار بالاشخاص"], ["تجارة"]),
        ("मानव तस्करी पर क्षेत्रीय कार्यशाला", ["मानव तस्करी", "कार्यशाला"], ["मानवता"]),
        ("মানব পাচার প্রতিরোধে কর্মশালা", ["মানব পাচার", "কর্মশালা"], ["মানবতা"]),
        ("මිනිස් ජාවාරම වැළැක්වීම", ["මිනිස් ජාවාරම"], ["මිනිසා"]),
        ("Café Nuku’alofa: the zebra’s co-chairs", ["cafe", "nukualofa", "zebra", "co-chairs", "Nuku'al"], ["chairs-co", "ukualofa"]),
    ],
)  # fmt: skip
def test_words_are_found_in_their_script_and_others_are_not(write, text, words, others):
    write(event("t-one", text), event("t-two", "Nothing of the kind", summary="Wholly other words"))

    assert {asked: refs(asked) for asked in words} == {asked: ["t-one"] for asked in words}
    assert {asked: refs(asked) for asked in others} == {asked: [] for asked in others}


def test_all_words_are_wanted_wherever_they_stand_and_the_last_may_be_half_typed(write):
    write(
        event("t-both", "Zebra crossing", summary="Made of quagga"),
        event("t-zebra", "Zebras", summary="An end"),
        event("t-quagga", "Quaggas"),
    )

    assert refs("quagga zebra") == ["t-both"]
    assert refs("zebra") == ["t-both", "t-zebra"]
    assert refs("zebra quag") == ["t-both"]
    assert refs("zeb quagga") == []
    assert refs('"crossing made"') == []
    assert refs('"zebra crossing"') == ["t-both"]


def test_a_record_is_found_by_its_ref_and_nonsense_finds_nothing(write):
    write(event("t-2022.x-01", "Some event"), event("t-2022.x-011", "Another"))

    assert refs("T-2022.X-01") == ["t-2022.x-01"]
    nonsense = ("?!", '"', "*", "NEAR(", "xylo:*", "' OR 1=1 --", "%", "\x00", "\ue001")
    assert [refs(words) for words in nonsense] == [[]] * len(nonsense)


def test_a_long_text_is_found_from_its_first_word_to_its_last(write):
    """Longer than PostgreSQL keeps places of: in parts, of which a reader knows nothing."""
    rest = "ตัวอย่างข้อความ plain words " * 4_000
    write(
        event("t-long", "Beginning", summary=f"alpha {rest} การค้ามนุษย์ {rest} omega"),
        event("t-same", "Echo", summary="echo " * 2_000 + "last"),
    )

    assert [refs(words) for words in ("beginning omega", "alpha omega", "ค้ามนุษย์ alpha", "omega")] == [["t-long"]] * 4
    assert refs("omega alphabet") == []
    assert refs('"echo last"') == ["t-same"]
    assert found("omega") == {"Event": ["t-long"]}
    assert [of.total for of in find("words", BOTH) if of.model is Event] == [
        Event.objects.filter(pk__in=matching(Event, "words")).count()
    ]


# -- who -----------------------------------------------------------------------------------------------------------------


def test_the_public_finds_what_is_public_and_the_office_finds_all(write):
    canary = "Xylocanary"
    write(Body(ref="t-body", kind=BodyKind.PARTNER, name=f"{canary} Trust"))
    write(Body(ref="t-agency", kind=BodyKind.AGENCY, name=f"{canary} police", parent=Body.objects.get(ref="FJI")))
    write(Person(ref="t-person", name=f"Sina {canary}"))
    write(Quote(ref="t-quote", words=f"We saw a {canary}.", speaker="Tala", consent="given"))
    works = {"t-draft": "draft", "t-out": "published", "t-gone": "withdrawn"}
    write(
        *(
            Publication(
                ref=ref, title=canary, kind="toolkit", state=state, first_issued_on=date(2022, 1, 1), reason="old"
            )
            for ref, state in works.items()
        )
    )

    assert found(canary, *BOTH) == {
        "Body": ["t-agency", "t-body"], "Person": ["t-person"], "Publication": ["t-gone", "t-out", "t-draft"], "Quote": ["t-quote"],
    }  # fmt: skip
    assert found(canary, PUBLIC) == {"Body": ["t-body"], "Publication": ["t-out"]}
    assert find(canary, ()) == []
    assert [of.model for of in find(canary, BOTH, kinds=[Person])] == [Person]


def test_a_record_that_is_no_longer_public_is_found_by_the_public_no_more(write, naree, now):
    (work,) = write(
        Publication(ref="t-work", title="Xylowork", kind="toolkit", state="published", first_issued_on=date(2022, 1, 1))
    )
    assert found("xylowork", PUBLIC) == {"Publication": ["t-work"]}

    work.state, work.reason = PublicationState.WITHDRAWN, "It named a person."
    change([work], verb="withdrawn", by=naree, now=now)

    assert found("xylowork", PUBLIC) == {}


def test_an_index_that_has_fallen_behind_tells_the_public_nothing(write):
    write(
        Publication(ref="t-work", title="Xylowork", kind="toolkit", state="published", first_issued_on=date(2022, 1, 1))
    )
    Publication.objects.filter(ref="t-work").update(state="draft")

    assert found("xylowork", PUBLIC) == {}


def test_kinds_of_personal_or_office_data_are_never_public():
    for kind in searched.by_model.values():
        record = kind.model(ref="t-any")
        assert (kind.model.privacy.data_class == "public") or kind.audiences(record) == [OFFICE]


# -- order, titles -------------------------------------------------------------------------------------------------------


def test_what_is_called_so_comes_first_then_the_newest(write):
    write(
        event("t-1", "Xylophone"),
        event("t-2", "Music", summary="A xylophone"),
        event("t-3", "Xylophones"),
        event("t-4", "Silence", outcome="no xylophone"),
    )
    write(Body(ref="t-body", kind=BodyKind.PARTNER, name="Orchestra", aliases="Xylophone players"))

    assert [(of.model.__name__, of.total, [hit.ref for hit in of.hits]) for of in find("xylo", BOTH, limit=3)] == [
        ("Event", 4, ["t-3", "t-1", "t-4"]),
        ("Body", 1, ["t-body"]),
    ]


# -- the index follows the records ---------------------------------------------------------------------------------------


def kept() -> list[tuple[int, str]]:
    column = "tokens::text" if connection.vendor == "postgresql" else "tokens"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid, {column} FROM search_entry ORDER BY rowid")
        return list(cursor.fetchall())


def test_the_index_of_a_loaded_office_is_the_one_that_is_made_anew(office):
    before = kept()
    assert index.rebuild() == sum(kind.stored().count() for kind in searched.by_model.values())

    assert kept() == before != []


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edits_the_index_is_the_one_that_is_made_anew(office, naree, now, seed):
    luck = random.Random(seed)
    words = ["การค้ามนุษย์", "omega", "人口", "Đà Nẵng", "training", ""]
    made = 0

    def text(most: int = 5) -> str:
        return " ".join(luck.choices(words, k=luck.randint(1, most)))

    def added() -> None:
        nonlocal made
        made += 1
        group = luck.choice(list(Group.objects.order_by("pk")))
        things: list[Kept] = [
            event(f"t-e{made}", text(), summary=text(luck.choice([5, 9_000]))),
            Body(ref=f"t-b{made}", kind=BodyKind.PARTNER, name="Partner", names={"th": text()}),
            GroupName(ref=f"t-g{made}", group=group, name=text(), starts_on=date(2000, 1, 1 + made)),
        ]
        add([luck.choice(things)], verb="added", by=naree, now=now)

    def some(model: type[Kept], prefix: str = "") -> list[Kept]:
        rows = list(model.objects.filter(ref__startswith=prefix).order_by("pk"))
        return luck.sample(rows, min(len(rows), luck.randint(1, 4)))

    def changed() -> None:
        model, field = luck.choice([(Event, "summary"), (Body, "long_name"), (GroupName, "name"), (Activity, "title")])
        things = some(model)
        for thing in things:
            setattr(thing, field, text())
        change(things, verb="changed", by=naree, now=now)

    def moved() -> None:
        things = some(GroupName, "t-")
        for thing in things:
            thing.group = luck.choice(list(Group.objects.order_by("pk")))
        change(things, verb="changed", by=naree, now=now)

    def removed() -> None:
        remove(some(luck.choice([Event, Body, GroupName]), "t-"), verb="removed", by=naree, now=now)

    for _ in range(25):
        luck.choice([added, added, changed, moved, removed])()

    before = kept()
    index.rebuild()
    assert kept() == before
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_entry(search_entry) VALUES ('integrity-check')")
