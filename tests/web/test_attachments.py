"""Files attached to records: what is taken, who may, what a name may be, how a file is sent, what withdrawing leaves."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from rso.accounts.models import User
from rso.core import attachments, verbs
from rso.core.filetypes import TAKEN, clean_name
from rso.core.models import Access, Attachment, AuditEvent
from rso.core.pictures import FORMATS, bare
from rso.core.uploads import LARGEST
from rso.core.verbs import Refused
from rso.events.models import Event
from rso.publications.models import Clearance, Publication
from tests.conftest import NOW
from tests.unit.test_pictures import taken
from tests.web.conftest import as_user
from tests.web.markup import Page, words

pytestmark = pytest.mark.usefixtures("office")
EVENT = "/office/events/e2022-14/"
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def packed(*names: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return whole.getvalue()


def office_file(main: str, *more: str) -> bytes:
    return packed("[Content_Types].xml", main, *more)


def drawn(kind: str) -> bytes:
    """One grey dot, as it is kept."""
    made = io.BytesIO()
    Image.new("L", (1, 1), 128).save(made, FORMATS[kind])
    return bare(made, kind).read()


def sent(user: User, name: str, content: bytes, description: str = "", address: str = EVENT):
    file = SimpleUploadedFile("x", content)
    file._name = name
    return as_user(user).post(f"{address}files/", {"file": file, "description": description})


def attached() -> Attachment:
    return Attachment.objects.get()


def says(answer) -> str:
    """What the error summary says."""
    return next(words(e) for e in Page("/", answer.content).all("li") if words(e).startswith("The file "))


def fetched(user: User, address: str):
    """The answer with its bytes, and the file closed behind it."""
    answer = as_user(user).get(address)
    answer.bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return answer


def on_disk(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def test_a_file_lies_under_a_name_made_from_its_digest_and_stands_in_the_history(naree, media):
    answer = sent(naree, "agenda.pdf", PDF, "The agenda of five days")
    found = attached()
    told = AuditEvent.objects.filter(kind="events.event", ref="e2022-14").order_by("-pk")[0]

    assert (answer.status_code, answer.headers["Location"]) == (302, EVENT)
    assert (found.of_kind, found.of_ref, found.name, found.size, found.by) == (
        "events.event", "e2022-14", "agenda.pdf", len(PDF), naree,
    )  # fmt: skip
    assert on_disk(media) == [f"attachments/{found.sha256[:2]}/{found.sha256}"]
    assert (told.verb, told.actor, told.reason) == ("file attached", naree, "agenda.pdf")
    page = words(Page(EVENT, as_user(naree).get(EVENT).content).root)
    assert "Naree Boonmee attached the file agenda.pdf" in page
    assert "The agenda of five days" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.docx", office_file("word/document.xml")),
        ("a.xlsx", office_file("xl/workbook.xml")),
        ("a.pptx", office_file("ppt/presentation.xml")),
        ("a.png", drawn("png")),
        ("a.JPG", drawn("jpg")),
        ("a.jpeg", drawn("jpg")),
        ("a.webp", drawn("webp")),
        ("a.csv", "ref,title\n1,Fidschi, Tuvalu und ไทย\n".encode()),
        ("a.txt", b"\xef\xbb\xbfWords"),
        ("a.zip", packed("photo.png")),
    ],
)
def test_each_kind_that_is_taken_is_sent_to_be_kept_and_never_run(naree, name, content):
    sent(naree, name, content)
    found = attached()
    answer = fetched(naree, f"{EVENT}files/{found.ref}/")
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")

    assert answer.bytes == content
    assert answer.headers["Content-Type"] == TAKEN[ending]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == (
        "nosniff",
        "private, no-store",
    )


NONE = "The file is none of the kinds that the office takes: pdf, docx, xlsx, pptx, png, jpg, webp, csv, txt, zip"


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", NONE),
        ("a.txt", b"\n  <!DOCTYPE html><script>1</script>", NONE),
        ("a.html", PDF, "The file is pdf by what is in it, but its name ends in html"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(9), "The file is a picture that cannot be read"),
        ("a.png", PDF, "The file is pdf by what is in it, but its name ends in png"),
        ("a.pdf", b"MZ\x90\x00" + bytes(9), NONE),
        ("a.js", b"alert(1)", "The file is txt by what is in it, but its name ends in js"),
        ("a.pdf", b"GIF89a", "The file is txt by what is in it, but its name ends in pdf"),
        ("a.txt", b"\xff\xfe\x00", NONE),
        ("a.docx", packed("photo.png"), "The file is zip by what is in it, but its name ends in docx"),
        ("a.docx", office_file("word/document.xml", "word/vbaProject.bin"), NONE),
        ("a.zip", b"PK\x03\x04 and nothing", NONE),
        ("a.txt", b"", "The file is empty"),
        ("...", PDF, "The file has no name"),
    ],
)
def test_what_is_none_of_these_is_refused_and_leaves_nothing(naree, media, name, content, told):
    answer = sent(naree, name, content, "What I typed")

    assert (answer.status_code, says(answer)) == (422, told)
    assert "What I typed" in answer.content.decode()
    assert (Attachment.objects.count(), on_disk(media)) == (0, [])


def test_a_photograph_is_kept_without_the_place_where_it_was_taken(naree, media):
    with_a_place = taken("jpg")
    sent(naree, "hall.jpg", with_a_place)
    found = attached()
    kept = fetched(naree, f"{EVENT}files/{found.ref}/").bytes

    assert [b"SN-4711" in whole for whole in (with_a_place, kept)] == [True, False]
    assert (Image.open(io.BytesIO(kept)).size, dict(Image.open(io.BytesIO(kept)).getexif())) == ((8, 16), {})
    assert (found.size, found.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())


def test_a_packed_file_with_an_endless_list_of_contents_is_not_read(naree):
    whole = bytearray(packed("a"))
    whole[-10:-6] = (2**31).to_bytes(4, "little")

    assert says(sent(naree, "a.zip", bytes(whole))) == NONE


def test_a_file_that_is_too_large_is_refused_while_it_comes(naree, media, monkeypatch):
    monkeypatch.setattr("rso.core.uploads.LARGEST", 70_000)
    answer = sent(naree, "a.pdf", PDF + bytes(150_000))

    assert (answer.status_code, says(answer)) == (422, "The file is larger than 25 MB; the office takes no larger file")
    assert (on_disk(media), LARGEST) == ([], 26_214_400)


def test_the_verb_itself_takes_no_larger_file(naree, monkeypatch):
    monkeypatch.setattr("rso.core.attachments.LARGEST", 10)
    event = Event.objects.get(ref="e2022-14")

    with pytest.raises(Refused, match="larger than"):
        attachments.attach(event, io.BytesIO(PDF), name="a.pdf", by=naree, now=NOW)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\naree\\plan.pdf", "plan.pdf"),
        ("plan\x00\r\nX-Header: 1.pdf", "planX-Header: 1.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("👩‍🏫 แผนงาน 2022.pdf", "👩‍🏫 แผนงาน 2022.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("..", ""),
    ],
)
def test_a_name_keeps_its_last_part_and_its_letters(name, kept):
    assert clean_name(name) == kept


def test_a_name_with_a_picture_in_it_comes_back_as_it_was(naree):
    sent(naree, "🛂 แผน.pdf", PDF)
    answer = fetched(naree, f"{EVENT}files/{attached().ref}/")

    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%F0%9F%9B%82%20%E0%B9%81%E0%B8%9C%E0%B8%99.pdf"
    )


def test_only_those_who_keep_a_record_attach_and_withdraw_and_those_who_see_it_fetch(naree, josefa):
    marta = User.objects.get(ref="marta-ilves")
    sent(naree, "a.pdf", PDF)
    address = f"{EVENT}files/{attached().ref}/"
    asked = {
        "attach": [sent(user, "b.pdf", PDF + b"2").status_code for user in (marta, josefa)],
        "withdraw": [
            as_user(user).post(f"{address}withdraw/", {"reason": "x"}).status_code for user in (marta, josefa)
        ],
        "fetch": [fetched(user, address).status_code for user in (marta, josefa)],
        "anyone": [Client().get(address).status_code, Client().post(f"{EVENT}files/").status_code],
    }

    assert asked == {"attach": [404, 404], "withdraw": [404, 404], "fetch": [200, 404], "anyone": [302, 302]}
    assert Attachment.objects.filter(withdrawn_at=None).count() == 1


def test_a_file_is_reached_by_its_own_record_alone(naree):
    sent(naree, "a.pdf", PDF)
    others = ["/office/events/e2022-01/", "/office/participations/e2022-14/", "/office/publications/p2022-01/"]

    assert [as_user(naree).get(f"{other}files/{attached().ref}/").status_code for other in others] == [404, 404, 404]


def test_whoever_fetches_a_file_is_on_record(naree):
    sent(naree, "a.pdf", PDF)
    fetched(naree, f"{EVENT}files/{attached().ref}/")

    seen = Access.objects.filter(kind="core.attachment")
    assert [(access.actor, access.ref, access.what) for access in seen] == [(naree, attached().ref, "read")]


def test_the_same_file_is_attached_to_a_record_once(naree):
    sent(naree, "a.pdf", PDF)

    assert says(sent(naree, "b.pdf", PDF)) == "The file is attached already, as “a.pdf”"


def test_withdrawn_bytes_go_once_no_record_has_them(naree, media, django_capture_on_commit_callbacks):
    sent(naree, "a.pdf", PDF)
    sent(naree, "b.pdf", PDF, address="/office/events/e2022-01/")
    left = []
    for file in Attachment.objects.order_by("pk"):
        with django_capture_on_commit_callbacks(execute=True):
            as_user(naree).post(
                f"/office/events/{file.of_ref}/files/{file.ref}/withdraw/", {"reason": "Another version"}
            )
        left.append(len(on_disk(media)))
    told = AuditEvent.objects.filter(kind="events.event", ref="e2022-14").order_by("-pk")[0]

    assert left == [1, 0]
    assert (told.verb, told.reason) == ("file withdrawn", "a.pdf: Another version")
    assert as_user(naree).get(f"{EVENT}files/{Attachment.objects.all()[0].ref}/").status_code == 404


def test_withdrawing_says_why(naree):
    sent(naree, "a.pdf", PDF)
    as_user(naree).post(f"{EVENT}files/{attached().ref}/withdraw/", {"reason": " "})

    assert attached().withdrawn_at is None


def test_a_record_with_files_is_not_removed(naree):
    clearance = Clearance.objects.get(ref="c2023-04")
    attachments.attach(clearance, io.BytesIO(PDF), name="letter.pdf", by=naree, now=NOW)

    with pytest.raises(Refused, match="has files attached; withdraw them first"):
        verbs.remove([clearance], verb="removed", by=naree, now=NOW)


def test_a_file_of_a_work_in_clearance_overtakes_what_was_cleared(naree):
    work = Publication.objects.get(ref="p2023-03")
    attachments.attach(work, io.BytesIO(PDF), name="draft-2.pdf", by=naree, now=NOW)

    assert Clearance.objects.get(ref="c2023-01").verdict == "overtaken"


def test_a_page_asks_no_more_for_many_files_than_for_one(naree):
    client, counts = as_user(naree), []
    for n in range(3):
        sent(naree, f"{n}.pdf", PDF + bytes([n]))
        client.get(EVENT)
        with CaptureQueriesContext(connection) as queries:
            client.get(EVENT)
        counts.append(len(queries))

    assert counts == [counts[0]] * 3
