"""Files that belong to records of any kind: attached, fetched by whoever may see the record, withdrawn with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core import history, verbs
from rso.core.filetypes import TAKEN, clean_name, ending_of, kind_in
from rso.core.models import Attachment, Kept
from rso.core.pictures import FORMATS, BadPicture, bare
from rso.core.told import model_of
from rso.core.uploads import LARGEST
from rso.core.verbs import Problem, Refused, kind_of, refuse, tell, turn

if TYPE_CHECKING:
    from rso.accounts.models import User

#: What a room does when the files of its records change: (thing, *, by, now).
_followed_by: dict[type[Kept], Callable[..., Any]] = {}


def follow(model: type[Kept], verb: Callable[..., Any]) -> None:
    """Declares what follows when a file is attached to a record of a kind, or withdrawn."""
    _followed_by[model] = verb


def too_large() -> str:
    return _("is larger than %(n)s MB; the office takes no larger file") % {"n": LARGEST // 2**20}


def attach(thing: Kept, file: IO[bytes], *, name: str, description: str = "", by: User, now: datetime) -> Attachment:
    """Attaches a file to a record. Its kind is known by what is in it; the name must fit. A picture is kept bare."""
    name = clean_name(name)
    refuse(Problem(0, "file", says) for says in _objections(file, name))
    if ending_of(name) in FORMATS:
        file = _bare(file, ending_of(name))
    found = Attachment(
        ref=f"f-{uuid4().hex[:16]}", of_kind=kind_of(type(thing)), of_ref=thing.ref, name=name,
        media_type=TAKEN[ending_of(name)], size=file.seek(0, 2), sha256=_digest(file), description=description,
        by_id=by.pk, at=now,
    )  # fmt: skip
    with turn():
        same = Attachment.objects.of(found.of_kind, found.of_ref).filter(sha256=found.sha256).first()
        if same:
            raise Refused([Problem(0, "file", _("is attached already, as “%(name)s”") % {"name": same.name})])
        if not default_storage.exists(found.path):
            file.seek(0)
            default_storage.save(found.path, File(file))
        verbs.add([found], verb="added", by=by, now=now)
        _follow(thing, "file attached", name, by, now)
    return found


def _objections(file: IO[bytes], name: str) -> list[str]:
    if not name:
        return [_("has no name")]
    size = file.seek(0, 2)
    if not size or size > LARGEST:
        return [too_large() if size else _("is empty")]
    kind, ending = kind_in(file), ending_of(name)
    if not kind:
        return [_("is none of the kinds that the office takes: %(kinds)s") % {"kinds": ", ".join(TAKEN)}]
    if kind != ending and not (kind == "txt" and ending == "csv"):
        return [_("is %(kind)s by what is in it, but its name ends in %(ending)s") % {"kind": kind, "ending": ending}]
    return []


def _bare(file: IO[bytes], kind: str) -> IO[bytes]:
    try:
        return bare(file, kind)
    except BadPicture as error:
        raise Refused([Problem(0, "file", str(error))]) from error


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def withdraw(attachments: Sequence[Attachment], *, by: User, now: datetime, reason: str) -> None:
    """Takes files back. Their bytes go once no record has them any more."""
    if not reason.strip():
        refuse([Problem(0, "reason", _("say why; it stands in the history"))])
    with turn():
        for found in attachments:
            found.withdrawn_at, found.reason = now, reason[:400]
            thing: Any = model_of(found.of_kind)
            _follow(thing._default_manager.get(ref=found.of_ref), "file withdrawn", f"{found.name}: {reason}", by, now)
        verbs.change(attachments, verb="withdrawn", by=by, now=now, reason=reason[:400])
        transaction.on_commit(lambda: _let_go(attachments))


def _follow(thing: Kept, verb: str, says: str, by: User, now: datetime) -> None:
    tell(thing, verb=verb, by=by, now=now, reason=says[:400])
    if then := _followed_by.get(thing.__class__):
        then(thing, by=by, now=now)


def _let_go(attachments: Sequence[Attachment]) -> None:
    """Deletes the bytes that no record has any more."""
    with turn():
        for found in attachments:
            if not Attachment.objects.filter(sha256=found.sha256, withdrawn_at=None).exists():
                default_storage.delete(found.path)


history.says("file attached", gettext_lazy("%(who)s attached the file %(reason)s"))
history.says("file withdrawn", gettext_lazy("%(who)s withdrew a file"))
