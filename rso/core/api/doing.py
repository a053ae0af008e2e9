"""The API itself, and the two shapes of almost every address: a list with the filters of the public page, and one record."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import django_filters
from django import forms
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Schema
from ninja.errors import ValidationError
from pydantic import BeforeValidator, Field, create_model

from rso.core.api.door import asked_of
from rso.core.api.problems import Problem, answer
from rso.core.figures import Refusal, UnknownFigure
from rso.core.periods import UnknownPeriod
from rso.core.workbook import CSV, csv_lines

PER_PAGE, MOST = 50, 500
#: What words that are searched may hold: the database keeps no zero byte.
WORDS = r"^[^\x00-\x1f\x7f]*$"
REF = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"


def _written(number: Any) -> Any:
    """A number as it is told here. The library that reads them takes 2_022, +2022 and 2022.0 for 2022."""
    if isinstance(number, str) and not re.fullmatch("-?[0-9]+", number):
        raise ValueError(number)
    return number


# Bounds stand before what reads the number: behind it the description of the door would not tell them.
Page = Annotated[int, Field(ge=1, le=100_000, description="Which page"), BeforeValidator(_written)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many rows a page holds"), BeforeValidator(_written)]


class Item(Schema):
    """What the door tells of one thing."""


class Part(Item):
    """A State or organisation, and the part that it had."""

    ref: str
    name: str
    part: str


T = TypeVar("T", bound=Item)


class Machine(NinjaAPI):
    """Answers as JSON or, where that was asked for, as CSV."""

    def create_response(
        self, request: HttpRequest, data: Any, *, status: int | None = None, **more: Any
    ) -> HttpResponse:
        if status in (None, 200) and asked_of(request).form == "csv":
            lines = csv_lines(_lines(data, asked_of(request).columns))
            return HttpResponse("".join(lines), content_type=CSV)
        body = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
        return HttpResponse(body, content_type="application/json", status=status or 200)


def _lines(data: Mapping[str, Any], columns: Sequence[str]) -> Iterable[list[Any]]:
    rows = data.get("items", [data])
    yield list(columns)
    for row in rows:
        yield [flat(row.get(name)) for name in columns]


def flat(value: Any) -> Any:
    """A value in one cell: lists by semicolons, what has a ref as its ref, amounts by name as name:amount."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return str(value["ref"]) if "ref" in value else ";".join(f"{key}:{flat(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ";".join(str(flat(each)) for each in value)
    return value


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}" if path else ""


def link(name: str, *args: str, **query: Any) -> str:
    """The whole address of a page or of another answer of the door."""
    asked = urlencode({key: value for key, value in query.items() if value not in (None, "")})
    return absolute(reverse(name, args=args)) + (f"?{asked}" if asked else "")


api = Machine(
    title="RSO",
    version="1",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    description="Figures of the office, the records behind them, its events, publications, members and reports. Read only.",
)


def _no(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """What went wrong, as a problem."""
    match error:
        case Problem():
            return answer(request, error)
        case Refusal():
            return answer(request, Problem(403, str(error)))
        case ValidationError(errors=errors):
            wrong = [(str(each["loc"][-1]), _said(each)) for each in errors]
            return answer(request, Problem(422, "; ".join(f"{name}: {says}" for name, says in wrong), wrong))
        case Http404():
            return answer(request, Problem(404, _("There is no such record, or it is not for you.")))
        case _:
            return answer(request, Problem(404, str(error)))


def _said(error: Mapping[str, Any]) -> str:
    """What is wrong with a parameter. The library that reads them says it in English alone."""
    given: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return _("is missing")
        case "int_parsing" | "int_from_float" | "int_type" | "int_parsing_size" | "value_error":
            return _("is no whole number")
        case "greater_than_equal":
            return _("is less than %(least)s") % {"least": given["ge"]}
        case "less_than_equal":
            return _("is more than %(most)s") % {"most": given["le"]}
        case "string_too_short":
            return _("is empty")
        case "string_too_long":
            return _("has more than %(most)s characters") % {"most": given["max_length"]}
        case "string_pattern_mismatch" if given["pattern"].startswith("^("):
            return _("is none of %(known)s") % {"known": given["pattern"][2:-2].replace("|", ", ")}
        case "string_pattern_mismatch":
            return _("is not written as %(pattern)s") % {"pattern": given["pattern"]}
        case _other:
            return str(error["msg"])


for kind in (Problem, Refusal, ValidationError, Http404, UnknownFigure, UnknownPeriod):
    api.add_exception_handler(kind, _no)


# -- lists ---------------------------------------------------------------------------------------------------------------


def page_of(item: type[Item]) -> type[Schema]:
    """The shape of a page of a list."""
    made: type[Schema] = create_model(
        f"{item.__name__}List",
        __base__=Schema,
        count=(int, Field(description="How many there are in all")),
        next=(str | None, Field(description="The address of the next page")),
        items=(list[item], ...),  # type: ignore[valid-type]
    )
    return made


def parameters(filters: type[django_filters.FilterSet] | None, name: str) -> Any:
    """What a list is asked by: its filters as the public page has them, the page, and how many a page holds."""
    fields: dict[str, Any] = {}
    for key, each in (filters.base_filters if filters else {}).items():
        fields[key] = _parameter(each)
    fields |= {"page": (Page, 1), "limit": (Limit, PER_PAGE)}
    return create_model(f"{name}Question", __base__=Schema, **fields)


def _parameter(each: django_filters.Filter) -> tuple[Any, Any]:
    says = str(each.extra.get("label", ""))
    if isinstance(each, django_filters.ModelChoiceFilter):
        return str | None, Field(None, pattern=REF, description=f"{says}: a ref")
    if isinstance(each, django_filters.ChoiceFilter):
        codes: list[Any] = [str(key) for key, _label in each.extra["choices"]]
        return str | None, Field(
            None, pattern=f"^({'|'.join(codes)})$", description=says, json_schema_extra={"enum": codes}
        )
    if isinstance(each, django_filters.NumberFilter):
        lowest, highest = each.extra.get("min_value", 0), each.extra.get("max_value", 10**6)
        number = Annotated[int, Field(ge=lowest, le=highest), BeforeValidator(_written)]
        return number | None, Field(None, description=says)
    return str | None, Field(None, min_length=1, max_length=100, pattern=WORDS, description=says)


def rows(
    request: HttpRequest, columns: Sequence[str], found: Any, asked: Any, tell: Callable[[Any], Any]
) -> dict[str, Any]:
    """One page of what was found: a queryset, or a list. `columns` are those of the CSV."""
    asked_of(request).columns = list(columns)
    count = found.count() if isinstance(found, models.QuerySet) else len(found)
    start = (asked.page - 1) * asked.limit
    items = [tell(row) for row in found[start : start + asked.limit]]
    following = None
    if start + asked.limit < count:
        query = {**request.GET.dict(), "page": asked.page + 1}
        following = asked_of(request).next = absolute(f"{request.path}?{urlencode(query)}")
    return {"count": count, "next": following, "items": items}


def narrowed(filters: type[django_filters.FilterSet], asked: Any, found: Any) -> Any:
    """What the filters of the public page leave. Raises Problem: 404 where a record that is named is not there."""
    given = {name: value for name, value in asked.dict().items() if value is not None}
    made = filters({**given, "page": ""}, queryset=found)
    if made.form.is_valid():
        return made.qs
    wrong = [(name, " ".join(map(str, says))) for name, says in made.form.errors.items()]
    lost = [name for name, _says in wrong if isinstance(made.form.fields.get(name), forms.ModelChoiceField)]
    if lost:
        raise Problem(404, _("There is no “%(ref)s”.") % {"ref": given[lost[0]]}, [(lost[0], given[lost[0]])])
    raise Problem(422, "; ".join(f"{name}: {says}" for name, says in wrong), wrong)


def list_of(
    path: str,
    item: type[T],
    found: Callable[[], Any],
    tell: Callable[[Any], T],
    *,
    filters: type[django_filters.FilterSet] | None = None,
    example: str = "?limit=1",
) -> None:
    """Declares an address that lists records as the public page does."""
    question = parameters(filters, item.__name__)

    def view(request: HttpRequest, asked: Any) -> dict[str, Any]:
        return rows(
            request, list(item.model_fields), narrowed(filters, asked, found()) if filters else found(), asked, tell
        )

    view.__annotations__["asked"] = Annotated[question, Query()]  # type: ignore[type-arg]
    view.__doc__ = item.__doc__
    name = path.replace("/", "-")
    api.get(
        f"/{path}/",
        response=page_of(item),
        url_name=f"api-{name}",
        operation_id=name,
        summary=f"List of {name.replace('-', ' ')}",
        tags=[path.partition("/")[0]],
        openapi_extra={"x-example": f"/api/{path}/{example}"},
    )(view)


def one_of(path: str, item: type[T], found: Callable[[str], Any], tell: Callable[[Any], T], *, example: str) -> None:
    """Declares the address of one record, by its ref."""

    def view(request: HttpRequest, ref: str) -> T:
        asked_of(request).columns = list(item.model_fields)
        return tell(found(ref))

    view.__doc__ = item.__doc__
    api.get(
        f"/{path}/{{ref:ref}}/",
        response=item,
        url_name=f"api-{path}-one",
        operation_id=f"{path}-one",
        summary=f"One of the {path}",
        tags=[path],
        openapi_extra={"x-example": f"/api/{path}/{example}/"},
    )(view)
