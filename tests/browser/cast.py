"""Run on the server's own database: signs the whole cast in, and prints the session of each. Kim has an app and recovery
codes, and two reports are published."""

from __future__ import annotations

import json

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from rso.accounts.actions import give_app, platform, set_password  # noqa: E402
from rso.accounts.example import PASSWORD, secret_of  # noqa: E402
from rso.accounts.models import User  # noqa: E402
from tests.signing_in import sign_in  # noqa: E402
from tests.web.walking import bring_out, publish_month  # noqa: E402


def main() -> None:
    kim = User.objects.get(ref="kim-osei")
    set_password(kim, password=PASSWORD, by=platform(), now=timezone.now())
    give_app(kim, secret=secret_of(kim.ref), by=platform(), now=timezone.now())
    RecoveryCodes.activate(kim)
    with override_settings(LANGUAGES=settings.LANGUAGES[:-1]):  # a report is published in no mirrored language
        publish_month()
    bring_out("annual-2022")
    cast = User.objects.filter(is_active=True).exclude(email="")
    print(json.dumps({user.ref: sign_in(Client(), user).cookies["sessionid"].value for user in cast}))


if __name__ == "__main__":
    main()
