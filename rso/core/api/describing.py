"""The OpenAPI document, and the page that is made from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rso.core.api.callers import WITH_KEY, WITHOUT_KEY
from rso.core.api.doing import REF, api
from rso.core.api.door import METHODS
from rso.core.api.problems import MEDIA_TYPE, TITLES
from rso.core.api.scopes import Scope
from rso.environment import HOUSE

#: What the documentation shows, as the example office answers it; a test holds each.
EXAMPLES = HOUSE / "data" / "api" / "examples.json"
#: Answers that are no table.
JSON_ALONE = ("root", "changelog")
#: Which values a parameter of an address has, by its name: what only the rooms know.
VALUES: dict[str, Callable[[], dict[str, Any]]] = {"ref": lambda: {"type": "string", "pattern": REF}}
WHEN = {
    401: "The key is unknown, too old or revoked.",
    403: "Not for this key, or for nobody: a split by which someone could be singled out.",
    404: "There is no such thing, or it is not for you.",
    406: "None of the formats is accepted.",
    422: "A parameter cannot be read. `errors` names it.",
    429: "Too many requests in this minute; `Retry-After` says when the next begins.",
}
#: The same, and what no address answers that is asked as it should be.
PROBLEMS = {**WHEN, 405: "Something else was asked for than to read."}


@lru_cache
def document() -> dict[str, Any]:
    """The description of every address, in OpenAPI 3.1."""
    reverse("api-openapi")  # the rooms have declared theirs once the site knows its own
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/"), default=str))
    found["info"]["license"] = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
    found["servers"] = [{"url": settings.BASE_URL}]
    schemes = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of the office. Without one you see what the public sees.",
        }
    }
    found["components"]["securitySchemes"] = schemes
    found["components"]["schemas"]["Problem"] = _problem()
    found["components"]["headers"] = _headers()
    for path in found["paths"].values():
        for operation in path.values():
            _complete(operation)
    return found


def parameters_of(name: str) -> set[str]:
    """The parameters that an address takes, by the name of its operation."""
    return _parameters().get(name, set())


@lru_cache
def _parameters() -> dict[str, set[str]]:
    return {
        operation["operationId"]: {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        for path in document()["paths"].values()
        for operation in path.values()
    }


def _complete(operation: dict[str, Any]) -> None:
    """Adds what every address has: formats, languages, problems, headers, and that a key may be shown."""
    parameters = operation.setdefault("parameters", [])
    for each in parameters:
        if each["in"] == "path" or each["name"] in VALUES:
            each["schema"] = VALUES[each["name"]]()
    answer = operation["responses"]["200"]
    only_json = operation["operationId"] in JSON_ALONE
    formats = ["json"] if only_json else ["json", "csv"]
    parameters += [
        _choice("format", formats, "In which format; what `Accept` says where it is not given"),
        _choice("lang", [code for code, _name in settings.LANGUAGES], "Language of labels and of the pages that are linked"),
    ]  # fmt: skip
    if not only_json:
        answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    answer["description"] = "What was asked for"
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _headers()}
    operation["responses"]["304"] = {"description": "You have it already: `If-None-Match` names it."}
    for status, when in WHEN.items():
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"][str(status)] = {"description": when, "content": content}
    operation["security"] = [{}, {"key": []}]


def _choice(name: str, among: list[str], says: str) -> dict[str, Any]:
    schema = {"type": "string", "enum": among}
    return {"in": "query", "name": name, "required": False, "schema": schema, "description": says}


def _headers() -> dict[str, Any]:
    def header(kind: str, says: str) -> dict[str, Any]:
        return {"description": says, "schema": {"type": kind}}

    return {
        "ETag": header("string", "Names the answer: send it as `If-None-Match`"),
        "Content-Disposition": header("string", "A name for the file"),
        "RateLimit-Limit": header("integer", "Requests that a minute takes"),
        "RateLimit-Remaining": header("integer", "How many of them are left"),
        "RateLimit-Reset": header("integer", "Seconds to the next minute"),
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    error = {"type": "object", "required": ["parameter", "says"], "properties": {"parameter": text, "says": text}}
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"}, "title": text, "status": {"type": "integer"}, "detail": text, "instance": text,
            "errors": {"type": "array", "items": error},
        },
    }  # fmt: skip


# -- pages ---------------------------------------------------------------------------------------------------------------


def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(json.dumps(document(), ensure_ascii=False, indent=1), content_type="application/json")


def examples() -> dict[str, Any]:
    """What the example office answers, by the address that was asked."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
    return found


def docs(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters, what it answers, and an example to try."""
    found, shown = document(), examples()
    operations = [
        {**operation, "path": path, "fields": _fields(operation), "takes": [_told(each) for each in operation["parameters"]], "asks": f"{settings.BASE_URL}{operation['x-example']}",
         "answers": json.dumps(shown.get(operation["x-example"]), ensure_ascii=False, indent=2).replace("http://localhost:8000", settings.BASE_URL)}
        for path, methods in found["paths"].items()
        for operation in methods.values()
    ]  # fmt: skip
    context = {
        "info": found["info"], "operations": operations, "without_key": WITHOUT_KEY, "with_key": WITH_KEY, "methods": METHODS,
        "problems": [(status, title, PROBLEMS[status]) for status, title in TITLES.items()],
        "scopes": [(scope.value, scope.label) for scope in Scope], "openapi_url": reverse("api-openapi"),
    }  # fmt: skip
    return render(request, "api/docs.html", context)


def _told(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter in words."""
    schema = parameter["schema"]
    says = parameter.get("description") or schema.get("description") or schema.get("pattern", "")
    return {"name": parameter["name"], "says": says, "among": ", ".join(schema.get("enum", []))}


def _fields(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of what an address tells; of a list, those of each of its items."""
    schemas = document()["components"]["schemas"]
    shape = operation["responses"]["200"]["content"]["application/json"]["schema"]
    fields = schemas[_name(shape)]["properties"]
    if "items" in fields and "$ref" in fields["items"].get("items", {}):
        fields = schemas[_name(fields["items"]["items"])]["properties"]
    return [
        {"name": name, "type": _type(field), "says": field.get("description", "")} for name, field in fields.items()
    ]


def _name(shape: dict[str, Any]) -> str:
    return str(shape["$ref"]).rpartition("/")[2]


def _type(field: dict[str, Any]) -> str:
    """The type of a field in a word or two."""
    if "anyOf" in field:
        return " or ".join(_type(each) for each in field["anyOf"])
    if "$ref" in field:
        return _name(field)
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}" if field["items"] else "list"
    return str(field.get("type", "any"))
