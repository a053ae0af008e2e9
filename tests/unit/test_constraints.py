"""Every constraint that a model names refuses a bad row in the database itself, whatever code would write it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q

from rso.accounts.models import User
from rso.core.models import ClosedPeriod, Kept
from rso.members.models import BodyKind
from rso.reports.models import AdvanceReading, Edition, Explained, Frozen, Photograph, Report, ReportDateMove
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("office")
EARLY, LATE = date(1999, 1, 1), date(2199, 1, 1)
TOO_MUCH = 10**12 + 1
Values = dict[str, Any]
MODELS = [model for model in apps.get_models() if model.__module__.startswith("rso.")]
NAMED = {c.name: (model, c) for model in MODELS for c in model._meta.constraints}

#: What makes a good row of the model break the constraint; several where it has several ways to be broken.
BAD: dict[str, list[Values]] = {
    **{name: [{"basis": 0}, {"basis": 5}] for name in NAMED if name.endswith("_basis_is_known")},
    **{name: [{"precision": 0}, {"precision": 4}] for name in NAMED if name.endswith("_precision_is_known")},
    **{name: [{"ends_on": EARLY}] for name in NAMED if name.endswith("_ends_after_it_starts")},
    **{
        name: [{field: "another"}]
        for name in NAMED
        for field in (
            "bound",
            "certainty",
            "group",
            "kind",
            "language",
            "mode",
            "part",
            "region",
            "role",
            "scope",
            "sector",
            "set",
            "state",
        )
        if name.endswith(f"_{field}_is_known")
    },
    **{name: [{"amount": TOO_MUCH}, {"amount": -TOO_MUCH}] for name in NAMED if name.endswith("_amount_in_range")},
    **{name: [{"rate": 0}, {"rate": -1}, {"rate": 10**6 + 1}] for name in NAMED if name.endswith("_rate_in_range")},
    **{name: [{"scale": -1}, {"scale": 10**9 + 1}] for name in NAMED if name.endswith("_scale_in_range")},
    # Of several that a row breaks, PostgreSQL names the first: these break one alone.
    "request_state_is_known": [{"state": "another", "answered_on": None}],
    "contribution_state_is_known": [{"state": "another", "received_on": None}],
    "request_answered_precision_is_known": [{"answered_precision": 0}, {"answered_precision": 4}],
    "body_leaves_after_it_joined": [{"joined_on": LATE, "left_on": EARLY}, {"joined_on": EARLY, "left_on": EARLY}],
    "body_agency_has_a_parent": [{"kind": BodyKind.AGENCY, "parent": None}],
    "theme_ends_after_it_starts": [{"valid_to": EARLY}, {"valid_to": F("valid_from")}],
    "seat_ends_after_it_starts": [{"starts_on": LATE, "ends_on": EARLY}, {"starts_on": EARLY, "ends_on": EARLY}],
    "request_answered_after_receipt": [{"answered_on": EARLY, "state": "answered"}],
    "request_answer_has_its_state": [{"answered_on": LATE, "state": "in_work"}],
    "access_what_is_known": [{"what": "guessed"}, {"what": ""}],
    "activity_marker_is_known": [{"gender_marker": "3"}, {"gender_marker": ""}],
    "activity_status_is_known": [{"status": "nearly"}],
    "activity_theme_weight_in_range": [{"weight": 0}, {"weight": 101}],
    "activity_origin_is_one_thing": [{"request": None, "undertaking": None, "priority": None}],
    "event_type_is_known": [{"type": "party"}],
    "event_role_is_known": [{"office_role": "watched"}],
    "event_gives_its_reason": [{"state": "cancelled", "reason": ""}, {"state": "postponed", "reason": ""}],
    "participation_counts_someone": [{"person": None, "number": 0}],
    "participation_person_counts_once": [{"number": 2}],
    "participation_role_is_known": [{"role": 0}, {"role": 7}],
    "participation_state_is_known": [{"state": 0}, {"state": 4}],
    "participation_presence_is_known": [{"mode": 0}, {"mode": 3}],
    "participation_sex_is_known_or_null": [{"sex": 0}, {"sex": 3}],
    "quote_consent_is_known": [{"consent": "supposed"}],
    "publication_gives_its_reason": [{"state": "withdrawn", "reason": ""}],
    "clearance_verdict_is_known": [{"verdict": "another"}],
    "clearance_channel_is_known": [{"channel": "another"}],
    "clearance_answered_on_a_day": [{"given_on": None}, {"verdict": "waiting"}],
    "clearance_puts_it_to_one": [{"reviewer": None}, {"outsider": "Someone"}],
    "rate_is_positive": [{"rate": 0}, {"rate": 10**9 + 1}],
    "rate_scale_is_positive": [{"scale": 0}, {"scale": 10**9 + 1}],
    "contribution_is_positive": [{"amount": 0}, {"amount": -1}],
    "contribution_received_has_its_day": [
        {"state": "received", "received_on": None},
        {"state": "announced", "received_on": LATE},
    ],
    "expenditure_is_not_zero": [{"amount": 0}],
    "forecast_amount_in_range": [{"amount": -1}, {"amount": TOO_MUCH}],
    "commitment_state_is_known": [{"state": "another", "closed_on": LATE}],
    "commitment_amount_in_range": [{"amount": TOO_MUCH}],
    "commitment_is_positive": [{"amount": 0}, {"amount": -1}],
    "commitment_expected_after_it_was_made": [{"expected_on": EARLY}],
    "commitment_closed_after_it_was_made": [{"closed_on": EARLY}],
    "commitment_closed_has_its_day": [{"closed_on": None}, {"state": "open"}],
    "ledger_upload_state_is_known": [{"state": "another", "closed_at": NOW}],
    "ledger_upload_closed_has_its_time": [{"closed_at": NOW}, {"state": "entered"}],
    "inconsistency_proof_is_whole": [{"whole": None}, {"outside": None}, {"claimed": None}],
    "closed_period_ends_after_it_starts": [{"ends_before": F("starts_on")}],
    "published_edition_by_two": [{"and_by": F("by")}],
    "published_edition_says_why": [{"number": 2}],
    "published_edition_withdrawn_says_why": [{"state": "withdrawn"}, {"withdrawn_why": "wrong month"}],
    "advance_reading_has_a_window": [{"ends_at": F("starts_at")}],
    "planned_change_changes": [{"becomes": F("name")}],
    "photograph_consent_is_known": [{"consent": "supposed"}],
    "report_date_move_says_why": [{"reason": ""}, {"after": F("before")}],
    "explained_why_is_known": [{"why": "whim"}, {"why": ""}],
}
#: Which rows are good ones to spoil, where not every row is.
OF: dict[str, Q] = {
    "participation_person_counts_once": Q(person__isnull=False),
    "inconsistency_proof_is_whole": Q(whole__isnull=False),
    "commitment_closed_after_it_was_made": Q(closed_on__isnull=False),
    "commitment_closed_has_its_day": Q(state="closed"),
    "group_name_once_a_day": Q(starts_on__isnull=False),
    "group_name_without_a_day_once": Q(starts_on__isnull=True),
    "photograph_one_cover": Q(is_cover=True),
    "event_ordinal_once_a_group": Q(group__isnull=False, ordinal__isnull=False),
    "participation_person_once_an_event": Q(person__isnull=False),
}
#: What a row needs beyond days and relations, where one is made.
MADE: dict[type[models.Model], Values] = {
    AdvanceReading: {"ends_at": NOW + timedelta(days=1)},
    Photograph: {"is_cover": True},
    ReportDateMove: {"after": NOW + timedelta(days=1), "reason": "The forum was postponed."},
}
CHECKS = [(name, values) for name, ways in BAD.items() for values in ways]


def unique_names() -> list[str]:
    return [name for name, (_model, c) in NAMED.items() if isinstance(c, models.UniqueConstraint)]


def good_row(name: str) -> models.Model:
    """A row of the example office that holds the constraint; of a table that it leaves empty, one is made."""
    model, _constraint = NAMED[name]
    rows: Any = model._default_manager.filter(OF.get(name, Q())).order_by("pk")
    if model in (Edition, Frozen, Explained) and not rows.exists():
        publish_something()
    if model is ClosedPeriod:
        rows.create(period="2022", starts_on=EARLY, ends_before=LATE, by=User.objects.order_by("pk")[0], at=NOW)
    if not rows.exists():
        fields = model._meta.concrete_fields
        days = {f.name: NOW for f in fields if isinstance(f, models.DateField) and not f.null}
        ends = {f.name: f.related_model._default_manager.order_by("pk").first() for f in fields if f.is_relation}
        rows.create(**{**days, **ends, **MADE.get(model, {})})
    return rows.first()


def publish_something() -> None:
    """An edition of one figure, and what someone says of it."""
    by, and_by = User.objects.order_by("pk")[:2]
    edition = Edition.objects.create(
        ref="one", report=Report.objects.order_by("pk")[0], number=1, as_at=NOW, published_at=NOW, by=by, and_by=and_by
    )
    Frozen.objects.create(edition=edition, key="one", status="A", version=1, as_at=NOW)
    Explained.objects.create(edition=edition, key="one", why="error", by=by, at=NOW)


def test_every_constraint_that_a_model_names_has_a_bad_row_here():
    assert set(BAD) | set(unique_names()) == set(NAMED)


@pytest.mark.parametrize(("name", "values"), CHECKS, ids=[f"{name}: {values}" for name, values in CHECKS])
def test_the_database_refuses_a_row_that_breaks_the_rule_and_names_it(name, values):
    model, _constraint = NAMED[name]
    row = good_row(name)

    with pytest.raises(IntegrityError, match=rf"\b{name}\b"), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize("name", unique_names())
def test_the_database_refuses_a_second_row_of_what_may_stand_once(name):
    _model, constraint = NAMED[name]
    row: Any = good_row(name)
    row.pk, row._state.adding = None, True
    if isinstance(row, Kept):
        row.ref = "another"
    columns = [row._meta.get_field(field).column for field in constraint.fields]
    told = name if connection.vendor == "postgresql" else ", ".join(f"{row._meta.db_table}.{c}" for c in columns)

    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, Kept)], ids=lambda model: model.__name__)
def test_two_records_of_one_kind_never_share_a_ref(model):
    """Of notes and offices the example has too few; their refs are unique by the same field."""
    refs = list(model._default_manager.order_by("pk").values_list("ref", flat=True)[:2])

    assert model._meta.get_field("ref").unique is True
    if len(refs) == 2:
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.filter(ref=refs[1]).update(ref=refs[0])


def test_a_date_may_end_on_the_day_on_which_it_starts_and_a_row_may_hold_the_last_value_allowed():
    """The rules refuse what is past their edge, and nothing before it."""
    for name, values in {
        "event_ends_after_it_starts": {"ends_on": F("starts_on")},
        "activity_theme_weight_in_range": {"weight": 100},
        "contribution_amount_in_range": {"amount": 10**12},
        "participation_sex_is_known_or_null": {"sex": None},
    }.items():
        model, _constraint = NAMED[name]
        assert model._default_manager.filter(pk=good_row(name).pk).update(**values) == 1


def test_every_field_of_choices_is_held_to_them_by_the_database():
    held = {
        (model, *re.findall(r"'(\w+)__(?:in|range)'", str(c.condition)))
        for model, c in NAMED.values()
        if isinstance(c, models.CheckConstraint)
    }
    loose = [
        f"{model.__name__}.{f.name}"
        for model in MODELS
        for f in model._meta.concrete_fields
        if f.choices and not any(f.name in row[1:] for row in held if row[0] is model)
    ]

    assert loose == []
