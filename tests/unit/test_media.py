"""Papers may lie in S3-compatible storage: attached, fetched, printed, backed up, restored and checked there as in a folder."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rso.backup.make import back_up
from rso.backup.restore import restore
from rso.core.attachments import attach, withdraw
from rso.core.models import Attachment
from rso.core.s3 import NoStorage, signed
from rso.doctor import _papers
from rso.events.models import Event
from rso.integrity import faults
from rso.media import Bucket, bucket_of, storage_of
from tests import bucket
from tests.unit.test_backup import fresh_machine, refused
from tests.web.test_attachments import fetched

WORDS = b"What was said.\n"
DIGEST = hashlib.sha256(WORDS).hexdigest()
PATH = f"attachments/{DIGEST[:2]}/{DIGEST}"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with bucket.serving() as found:
        yield found


@pytest.fixture
def storage(server, settings, tmp_path) -> Any:
    """Where papers lie in these tests."""
    server.kept.clear()
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.VAR / "media"
    settings.STORAGES = {**settings.STORAGES, "default": storage_of(server.url)}
    return server


@pytest.fixture
def paper(storage, office, naree, now) -> Attachment:
    return attach(Event.objects.get(ref="e2022-01"), io.BytesIO(WORDS), name="minutes.txt", by=naree, now=now)


# -- its address -------------------------------------------------------------------------------------------------------


def test_an_address_names_bucket_folder_endpoint_region_and_who_asks():
    assert bucket_of("s3://KEY:a%2Fb@papers/of/office/?endpoint=https://s3.example:9000&region=eu-1") == Bucket(
        "https://s3.example:9000", "eu-1", "papers", "of/office", "KEY", "a/b"
    )
    assert bucket_of("s3://KEY:b@papers?region=eu-1").endpoint == "https://s3.eu-1.amazonaws.com"
    assert "a/b" not in repr(bucket_of("s3://KEY:a%2Fb@papers"))


@pytest.mark.parametrize(
    "url",
    [
        "papers", "https://papers", "s3://papers", "s3://KEY@papers", "s3://KEY:b@", "s3://KEY:b@papers?endpint=x", "s3://KEY:b@papers?endpoint=s3.example",
        "s3://KEY:b@papers?endpoint=https://s3.example/path", "s3://KEY:b@papers?region",
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_a_bucket_is_refused(url):
    with pytest.raises(ValueError, match=r"write s3://|bad query field"):
        bucket_of(url)


def test_a_request_is_signed_as_the_example_that_is_published_with_the_rules():
    example = Bucket(
        "https://examplebucket.s3.amazonaws.com",
        "us-east-1",
        "",
        "",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": hashlib.sha256().hexdigest(),
    }

    assert signed(example, "GET", "/test.txt", headers, datetime(2013, 5, 24, tzinfo=UTC))["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


# -- the storage itself ------------------------------------------------------------------------------------------------


def test_what_is_saved_is_there_until_it_is_deleted(storage):
    large = os.urandom(3 * 2**20)
    default_storage.save("attachments/a b/ไทย", ContentFile(large))

    with default_storage.open("attachments/a b/ไทย") as file:
        assert file.read() == large
    assert (default_storage.exists("attachments/a b/ไทย"), default_storage.size("attachments/a b/ไทย")) == (
        True,
        len(large),
    )
    default_storage.delete("attachments/a b/ไทย")
    default_storage.delete("attachments/a b/ไทย")
    assert default_storage.exists("attachments/a b/ไทย") is False
    for ask in (default_storage.open, default_storage.size):
        with pytest.raises(FileNotFoundError):
            ask("attachments/a b/ไทย")


def test_a_storage_that_fails_once_is_asked_again_and_one_that_goes_on_is_told_of(storage):
    storage.ill = 1
    default_storage.save("a", ContentFile(b"x"))
    assert bucket.names(storage) == ["/papers/office/a"]

    storage.ill = 2
    with pytest.raises(NoStorage, match="answers GET with 503"):
        default_storage.open("a")


def test_a_wrong_secret_is_refused_and_no_storage_at_all_is_told_of(storage, settings):
    for url, says in [
        (storage.url.replace("se%2Fcr", "other"), "answers HEAD with 403"),
        (storage.url.replace(str(storage.server_port), "1"), "does not answer"),
    ]:
        settings.STORAGES = {**settings.STORAGES, "default": storage_of(url)}
        with pytest.raises(NoStorage, match=says) as told:
            default_storage.exists("a")
        assert "other" not in str(told.value)


def test_doctor_says_where_papers_lie_and_whether_they_can_be_had(storage, settings):
    found = [_papers()]
    for url in (storage.url.replace("office:", "nobody:"), ""):
        settings.STORAGES = {**settings.STORAGES, "default": storage_of(url)}
        found.append(_papers())

    assert [(each.ok, each.says) for each in found] == [
        (True, "in a bucket, which answers"),
        (False, "The storage of papers in RSO_MEDIA answers HEAD with 403"),
        (True, "in the folder of data"),
    ]


# -- the office's papers -----------------------------------------------------------------------------------------------


def test_a_paper_is_attached_fetched_and_withdrawn(storage, paper, naree, now, django_capture_on_commit_callbacks):
    assert (bucket.names(storage), paper.path) == ([f"/papers/office/{PATH}"], PATH)

    answer = fetched(naree, f"/office/events/e2022-01/files/{paper.ref}/")
    assert (answer.status_code, answer.bytes, answer.headers["Content-Length"]) == (200, WORDS, "15")

    with django_capture_on_commit_callbacks(execute=True):
        withdraw([paper], by=naree, now=now, reason="Another version")
    assert bucket.names(storage) == []


def test_a_paper_that_is_lost_or_altered_is_named(storage, paper):
    assert list(faults()) == []
    (kept,) = storage.kept
    storage.kept[kept] = b"Something else."
    (altered,) = faults()
    storage.kept.clear()
    (lost,) = faults()

    assert (altered.rpartition(") ")[2], lost.rpartition(") ")[2]) == (
        f"of events.event e2022-01 is not the one that was attached: {PATH}",
        f"of events.event e2022-01 is lost: {PATH}",
    )


@pytest.mark.long
def test_a_backup_brings_papers_from_a_bucket_to_another_and_to_a_folder_and_back(storage, paper, settings, tmp_path):
    taken = back_up(tmp_path / "office.zip")
    assert (taken.files, taken.missing) == (1, ())
    storage.kept.clear()

    fresh_machine(settings, tmp_path)
    restore(tmp_path / "office.zip")
    assert (list(storage.kept.values()), list(faults())) == ([WORDS], [])
    assert not (settings.VAR / "media").exists()

    fresh_machine(settings, tmp_path)
    settings.STORAGES = {**settings.STORAGES, "default": storage_of("")}
    restore(tmp_path / "office.zip")
    assert ((settings.VAR / "media" / PATH).read_bytes(), list(faults())) == (WORDS, [])


def test_a_paper_that_another_file_is_in_the_place_of_is_not_restored_over_it(storage, paper, settings, tmp_path):
    back_up(tmp_path / "office.zip")
    (kept,) = storage.kept
    storage.kept[kept] = b"Something else."
    fresh_machine(settings, tmp_path)

    assert refused(tmp_path / "office.zip").startswith(f"{PATH} is there already, and is another file")


def test_a_paper_that_the_bucket_has_lost_is_named_and_does_not_hinder_the_backup(storage, paper, tmp_path):
    storage.kept.clear()

    assert back_up(tmp_path / "office.zip").missing == (paper.ref,)
