"""What the administrator does with accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from rso.accounts import actions
from rso.accounts.actions import disable_accounts, give_app, platform, set_password
from rso.accounts.example import PASSWORD, secret_of
from rso.accounts.models import Session, User
from rso.core import verbs
from rso.core.closing import close
from rso.core.history import history_of
from rso.core.models import Access, AuditEvent
from rso.core.office import doing
from rso.core.periods import Period
from rso.workplan.actions import activity_verbs
from rso.workplan.models import Activity
from tests.web.conftest import as_user
from tests.web.markup import Page, words
from tests.web.test_every_desk import answers_of

ACCOUNTS = "/office/accounts/"


def buttons(page: bytes) -> set[str]:
    """The verbs that stand beside a record."""
    return {words(e) for e in Page("", page).all("a", "button") if "mini" in (e.get("class") or "").split()}


# -- inviting --------------------------------------------------------------------------------------------------------------


def test_the_administrator_invites_and_the_link_goes_to_the_invited(kim, django_capture_on_commit_callbacks):
    client = as_user(kim)
    sent = {"name": "Fetu Tavita", "email": "Fetu@rso.example", "role": "finance_officer", "language": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{ACCOUNTS}new/", sent)

    assert answer.headers["Location"] == f"{ACCOUNTS}fetu-tavita/"
    assert [letter.to for letter in mail.outbox] == [["fetu@rso.example"]]
    assert "Kim Osei has opened an account for Fetu Tavita" in mail.outbox[0].body


def test_an_invitation_is_written_in_the_language_in_which_it_is_sent(kim, django_capture_on_commit_callbacks):
    sent = {"name": "Malee Srisai", "email": "malee@rso.example", "role": "focal_point", "language": "th"}
    with django_capture_on_commit_callbacks(execute=True):
        as_user(kim).post(f"{ACCOUNTS}new/", sent)

    assert User.objects.get(ref="malee-srisai").language == "th"
    assert "/th/accounts/invitation/" in mail.outbox[0].body


@pytest.mark.parametrize(("name", "ref"), [("New", "new-2"), ("View", "view-2"), ("นิว", "user"), ("Fetu", "fetu")])
def test_whoever_has_one_name_is_invited_whichever_it_is(kim, name, ref):
    answer = as_user(kim).post(
        f"{ACCOUNTS}new/", {"name": name, "email": "one@rso.example", "role": "focal_point", "language": "en"}
    )

    assert answer.headers["Location"] == f"{ACCOUNTS}{ref}/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "naree.boonmee@rso.example"}, {"email": "nobody"}, {"email": ""}, {"name": " "}, {"role": "service"},
        {"role": ""}, {"language": "xx"}, {"name": "x" * 121}, {"name": "\x00"},
    ],
)  # fmt: skip
def test_an_invitation_that_cannot_be_is_told_beside_its_field(kim, wrong):
    before = User.objects.count()
    answer = as_user(kim).post(
        f"{ACCOUNTS}new/",
        {"name": "Fetu", "email": "fetu@rso.example", "role": "finance_officer", "language": "en", **wrong},
    )

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, set(wrong))
    assert (User.objects.count(), mail.outbox) == (before, [])


def test_an_account_that_came_by_a_file_is_invited_from_its_page(kim, josefa, now, django_capture_on_commit_callbacks):
    client = as_user(kim)
    assert "Send the invitation" in buttons(client.get(f"{ACCOUNTS}josefa-waqa/").content)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{ACCOUNTS}josefa-waqa/do/invite/")
    assert [letter.to for letter in mail.outbox] == [[josefa.email]]

    set_password(User.objects.get(pk=josefa.pk), password=PASSWORD, by=platform(), now=now)
    assert "Send the invitation" not in buttons(client.get(f"{ACCOUNTS}josefa-waqa/").content)


@pytest.fixture
def dead_mail_server(monkeypatch) -> None:
    """Letters are refused, and what waits for the end of the outermost turn is done there, as without a test around it."""
    waiting: list[Callable[[], None]] = []
    depth = 0

    @contextmanager
    def turning() -> Iterator[None]:
        nonlocal depth
        depth += 1
        try:
            with verbs.turn():
                yield
        finally:
            depth -= 1
        while waiting and not depth:
            waiting.pop(0)()

    def refuse(letter: mail.EmailMessage, *args: object) -> int:
        raise ConnectionRefusedError(111, "Connection refused")

    for module in (actions, doing):
        monkeypatch.setattr(module, "turn", turning)
    monkeypatch.setattr(actions.transaction, "on_commit", waiting.append)
    monkeypatch.setattr(mail.EmailMessage, "send", refuse)


UNSENT = "The mail server took no invitation to {}. All else is done; “Send the invitation” mails it again"


@pytest.mark.usefixtures("dead_mail_server")
def test_an_invitation_that_cannot_be_mailed_leaves_the_account_and_says_how_to_mail_it_again(kim):
    sent = {"name": "Fetu Tavita", "email": "fetu@rso.example", "role": "finance_officer", "language": "en"}
    answer = as_user(kim).post(f"{ACCOUNTS}new/", sent, follow=True)

    assert (answer.redirect_chain, answer.status_code) == ([(f"{ACCOUNTS}fetu-tavita/", 302)], 200)
    assert UNSENT.format("Fetu Tavita") in words(Page("", answer.content).root)
    assert "Send the invitation" in buttons(answer.content)


@pytest.mark.usefixtures("dead_mail_server")
def test_an_invitation_that_cannot_be_mailed_again_says_so(kim, josefa):
    answer = as_user(kim).post(f"{ACCOUNTS}josefa-waqa/do/invite/")

    assert answer.status_code == 422
    assert UNSENT.format("Josefa Waqa") in words(Page("", answer.content).root)
    assert [strip_tags(step.words) for step in history_of(josefa)][:2] == [
        "The mail server did not take the invitation that Kim Osei sent",
        "Kim Osei sent an invitation",
    ]


def test_one_invitation_that_cannot_be_mailed_keeps_none_of_the_others_back(kim, now, monkeypatch):
    users, tried = list(User.objects.filter(role="focal_point").order_by("pk")[:2]), []

    def send_link(user: User, by: User) -> None:
        tried.append(user)
        if user == users[0]:
            raise SMTPRecipientsRefused({})

    monkeypatch.setattr(actions, "send_link", send_link)
    monkeypatch.setattr(actions.transaction, "on_commit", lambda do: do())
    with pytest.raises(actions.Unsent) as unsent:
        actions.send_invitations(users, by=kim, now=now)

    assert (tried, unsent.value.users) == (users, users[:1])


# -- changing --------------------------------------------------------------------------------------------------------------


def test_the_administrator_changes_a_role_and_the_history_says_so(kim, naree):
    client = as_user(kim)
    form = answers_of(client.get(f"{ACCOUNTS}naree-boonmee/edit/").content)
    client.post(f"{ACCOUNTS}naree-boonmee/edit/", {**form, "role": ["co_manager"]})
    naree.refresh_from_db()

    assert naree.role == "co_manager"
    assert "<strong>Kim Osei</strong> changed the" in client.get(f"{ACCOUNTS}naree-boonmee/").content.decode()


def test_an_address_signs_in_however_it_was_typed_and_is_nobody_else_s(kim, lena, josefa):
    client, address = as_user(kim), f"{ACCOUNTS}lena-fischer/edit/"
    set_password(lena, password=PASSWORD, by=platform(), now=timezone.now())
    client.post(address, {**answers_of(client.get(address).content), "email": "L.Fischer@RSO.example"})
    lena.refresh_from_db()
    taken = client.post(address, {**answers_of(client.get(address).content), "email": "Josefa.Waqa@RSO.example"})

    assert (lena.email, taken.status_code) == ("l.fischer@rso.example", 422)
    for typed in ("L.Fischer@RSO.example", "l.fischer@rso.example"):
        assert Client().post("/accounts/login/", {"login": typed, "password": PASSWORD}).status_code == 302


def test_an_administrator_does_not_change_the_own_role(kim):
    client = as_user(kim)
    form = answers_of(client.get(f"{ACCOUNTS}kim-osei/edit/").content)
    answer = client.post(f"{ACCOUNTS}kim-osei/edit/", {**form, "role": ["programme_officer"]})
    kim.refresh_from_db()

    assert (answer.status_code, kim.role) == (422, "administrator")
    assert "Nobody changes their own role; another administrator does" in answer.content.decode()


def test_nobody_is_given_the_role_of_the_platform_itself(office, kim, now):
    client, address = as_user(kim), "/office/accounts/lena-fischer/edit/"
    answer = client.post(address, {**answers_of(client.get(address).content), "role": "service"})

    assert (answer.status_code, User.objects.get(ref="lena-fischer").role) == (422, "communications_officer")
    assert "This role belongs to the platform itself; take another" in answer.content.decode()
    one = User(ref="t-one", name="One", email="one@office.example", role="service")
    with pytest.raises(verbs.Refused, match="This role belongs to the platform itself; take another"):
        actions.open_accounts([one], by=platform(), now=now)


@pytest.mark.parametrize("change", [{"role": "programme_officer"}, {"is_active": False}])
def test_the_last_administrator_stays_one_whoever_asks(kim, naree, now, change):
    def change_kim() -> None:
        user = User.objects.get(pk=kim.pk)
        for name, value in change.items():
            setattr(user, name, value)
        actions.change_accounts([user], by=platform(), now=now)

    User.objects.filter(role="administrator").exclude(pk=kim.pk).update(is_active=False)
    for refused in (
        change_kim,
        lambda: disable_accounts([User.objects.get(pk=kim.pk)], by=platform(), now=now),
        lambda: actions.leave(of=User.objects.get(pk=kim.pk), to=naree, by=platform(), now=now),
    ):
        with pytest.raises(verbs.Refused, match="This is the last administrator; make someone else one first"):
            refused()

    User.objects.filter(pk=naree.pk).update(role="administrator")
    change_kim()


def test_whoever_lost_the_phone_has_the_factors_reset_after_one_has_seen_what_will_be(kim, naree, now):
    give_app(naree, secret=secret_of(naree.ref), by=platform(), now=now)
    there, client = as_user(naree), as_user(kim)
    address = f"{ACCOUNTS}naree-boonmee/do/reset_factors/"
    assert client.get(address).status_code == 200
    assert there.get("/").status_code == 200
    client.post(address, {"yes": "1"})

    assert there.get("/accounts/").status_code == 302


# -- leaving ---------------------------------------------------------------------------------------------------------------


def test_a_leaver_hands_over_in_one_screen(kim, naree, somchai):
    client, there = as_user(kim), as_user(naree)
    hers = Activity.objects.filter(lead=naree).count()
    page = client.get(f"{ACCOUNTS}naree-boonmee/do/leave/")
    assert len(page.context["panel"].items) == hers > 1
    offered = [option.get("value") for option in Page("", page.content).all("option")]
    assert {"naree-boonmee", "josefa-waqa", "platform"}.isdisjoint(offered)
    assert "somchai-prasert" in offered

    answer = client.post(f"{ACCOUNTS}naree-boonmee/do/leave/", {"to": "somchai-prasert"})
    naree.refresh_from_db()
    assert (answer.headers["Location"], naree.is_active) == (f"{ACCOUNTS}naree-boonmee/", False)
    assert Activity.objects.filter(lead=naree).count() == 0
    assert Session.objects.filter(user=naree).count() == 0
    assert there.get("/accounts/").status_code == 302


def test_whoever_led_the_work_of_a_closed_year_leaves_too(kim, naree, somchai, harriet, now):
    work = Activity.objects.filter(lead=naree, starts_on__year=2022)
    refs = sorted(work.values_list("ref", flat=True))
    close(Period.year(2022), by=harriet, now=now, reason="Annual Report 2022")

    as_user(kim).post(f"{ACCOUNTS}naree-boonmee/do/leave/", {"to": "somchai-prasert"})

    naree.refresh_from_db()
    assert (
        naree.is_active,
        sorted(Activity.objects.filter(lead=somchai, ref__in=refs).values_list("ref", flat=True)),
    ) == (False, refs)
    work = Activity.objects.get(ref=refs[0])
    work.lead, work.title = harriet, "Something else"
    with pytest.raises(verbs.Refused, match="2022 is closed"):
        activity_verbs.change([work], by=kim, now=now)


def test_a_key_goes_to_nobody_in_whose_hands_it_would_open_nothing(kim, naree, now):
    day = timezone.localdate() + timedelta(days=30)
    key, _letters = actions.make_key(
        name="Alumni", owner=naree, scope="people", expires_on=day, by=kim, now=timezone.now()
    )
    client, address = as_user(kim), f"{ACCOUNTS}naree-boonmee/do/leave/"

    refused = client.post(address, {"to": "kim-osei"})
    naree.refresh_from_db()
    assert (refused.status_code, naree.is_active) == (422, True)
    assert refused.context["form"].errors["to"] == [
        f"Alumni ({key.ref}): A key that opens the names of people belongs to someone who may see who took part in an event"
    ]

    actions.revoke_keys([key], by=kim, now=now)
    assert client.post(address, {"to": "kim-osei"}).status_code == 302


@pytest.mark.parametrize("to", ["", "naree-boonmee", "josefa-waqa", "nobody"])
def test_nobody_leaves_with_what_is_theirs(kim, naree, to):
    answer = as_user(kim).post(f"{ACCOUNTS}naree-boonmee/do/leave/", {"to": to})
    naree.refresh_from_db()

    assert (answer.status_code, naree.is_active, Activity.objects.filter(lead=naree).exists()) == (422, True, True)


def test_whoever_has_nothing_leaves_without_a_successor_and_can_be_brought_back(kim, josefa):
    client = as_user(kim)
    client.post(f"{ACCOUNTS}josefa-waqa/do/leave/")
    josefa.refresh_from_db()
    assert josefa.is_active is False
    assert "Open again" in buttons(client.get(f"{ACCOUNTS}josefa-waqa/").content)

    client.post(f"{ACCOUNTS}josefa-waqa/do/bring_back/")
    josefa.refresh_from_db()
    assert josefa.is_active is True


def test_a_second_click_on_disable_leads_to_whoever_has_left(kim, josefa):
    client = as_user(kim)
    led = [client.post(f"{ACCOUNTS}josefa-waqa/do/leave/").headers["Location"] for _click in (1, 2)]

    assert led == [f"{ACCOUNTS}josefa-waqa/"] * 2
    assert AuditEvent.objects.filter(kind="accounts.user", ref="josefa-waqa", verb="disabled").count() == 1


def test_one_does_not_disable_oneself_or_the_platform(kim):
    client = as_user(kim)
    addresses = [f"{ACCOUNTS}{ref}/do/leave/" for ref in ("kim-osei", "platform")]

    assert [client.post(address).status_code for address in addresses] == [404, 404]
    assert "Disable and hand over" not in buttons(client.get(f"{ACCOUNTS}kim-osei/").content)


def test_an_account_is_not_removed(kim, naree):
    client = as_user(kim)

    assert "Remove" not in buttons(client.get(f"{ACCOUNTS}naree-boonmee/").content)
    assert client.post(f"{ACCOUNTS}naree-boonmee/do/remove/", {"yes": "1", "reason": "left"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["", "new/", "naree-boonmee/", "naree-boonmee/do/leave/", "naree-boonmee/do/reset_factors/"]
)
def test_accounts_are_the_administrators_alone(kim, ravi, naree, path):
    assert as_user(kim).get(f"{ACCOUNTS}{path}").status_code == 200
    assert [as_user(each).get(f"{ACCOUNTS}{path}").status_code for each in (ravi, naree)] == [404, 404]
    assert [as_user(each).post(f"{ACCOUNTS}{path}", {"yes": "1"}).status_code for each in (ravi, naree)] in (
        [404, 404], [405, 405],
    )  # fmt: skip


def test_what_the_administrator_reads_of_accounts_is_on_record_too(kim):
    client = as_user(kim)
    client.get(ACCOUNTS)
    client.get(f"{ACCOUNTS}naree-boonmee/")
    client.get(f"{ACCOUNTS}naree-boonmee/edit/")
    client.get(f"{ACCOUNTS}export.csv?role=administrator")

    assert [(a.what, a.kind, a.ref, a.rows, a.filters) for a in Access.objects.filter(actor=kim).order_by("pk")] == [
        ("listed", "accounts.user", "", 13, ""),
        ("read", "accounts.user", "naree-boonmee", 1, ""),
        ("read", "accounts.user", "naree-boonmee", 1, ""),
        ("exported", "accounts.user", "", 1, "role=administrator"),
    ]
    assert AuditEvent.objects.filter(actor=kim).count() == 0


@pytest.mark.parametrize("slug", ["leave", "reset_factors", "bring_back"])
def test_what_is_done_to_one_account_at_a_time_is_not_done_to_chosen_rows(kim, naree, slug):
    answer = as_user(kim).post(f"{ACCOUNTS}do/{slug}/", {"ref": [naree.ref], "yes": "1"})
    naree.refresh_from_db()

    assert (answer.status_code, naree.is_active) == (404, True)
