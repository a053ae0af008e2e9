"""Run on the server's own database: signs the whole cast in, and prints the session of each. Kim has an app and recovery
codes, and two reports are published, one of them with a chart of each kind, a table that is crossed and a photograph."""

from __future__ import annotations

import io
import json

import django
from PIL import Image

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from rso.accounts.actions import give_app, platform, set_password  # noqa: E402
from rso.accounts.example import PASSWORD, secret_of  # noqa: E402
from rso.accounts.models import User  # noqa: E402
from rso.core.attachments import attach  # noqa: E402
from rso.reports.actions import text_verbs  # noqa: E402
from rso.reports.models import Photograph, Report  # noqa: E402
from rso.reports.photographs import photograph_verbs  # noqa: E402
from rso.reports.writing import Place, begun  # noqa: E402
from tests.signing_in import sign_in  # noqa: E402
from tests.web.walking import bring_out, publish_month  # noqa: E402

DRAWN = """{{ table participations by=type across=presence | Attendances by kind of event and way of taking part }}

{{ chart participations by=type | Attendances by kind of event }}

{{ chart participations by=month period=2022 | Attendances by month }}

{{ chart participations by=purpose kind=shares | Attendances by core purpose }}

{{ chart participations by=member | Attendances by member }}

{{ photo hall | The hall }}"""


def draw() -> None:
    """What a later count moves, in every form in which a report prints it, and a picture wider than any telephone."""
    report, by, now = Report.objects.get(ref="monthly-2022-09"), User.objects.get(ref="tran-thi-mai"), timezone.now()
    hall = Photograph(ref="hall", report=report, alt="Delegates at a table", credit="RSO", consent="given")
    photograph_verbs.add([hall], by=by, now=now)
    picture = io.BytesIO()
    Image.new("L", (2000, 800), 128).save(picture, "PNG")
    attach(hall, picture, name="hall.png", by=by, now=now)
    text = begun(Place(report, "remarks"), by=by, now=now)
    text.text = DRAWN
    text_verbs.change([text], by=by, now=now)


def main() -> None:
    kim = User.objects.get(ref="kim-osei")
    set_password(kim, password=PASSWORD, by=platform(), now=timezone.now())
    give_app(kim, secret=secret_of(kim.ref), by=platform(), now=timezone.now())
    RecoveryCodes.activate(kim)
    with override_settings(LANGUAGES=settings.LANGUAGES[:-1]):  # a report is published in no mirrored language
        draw()
        publish_month()
    bring_out("annual-2022")
    cast = User.objects.filter(is_active=True).exclude(email="")
    print(json.dumps({user.ref: sign_in(Client(), user).cookies["sessionid"].value for user in cast}))


if __name__ == "__main__":
    main()
