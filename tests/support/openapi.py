"""GitHub's own description of its REST API and its events, to check requests, answers and payloads.

`make test` fetches it into the environment that it runs in; without it `load_description` gives None.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

Json = Any
"""What a JSON document becomes in Python."""

DESCRIPTION = Path(sys.prefix) / "github/openapi.json"

_JSON = "application/json"
_ERRORS = 400
_MISSING = re.compile(r"\.(line|position): None is not of type 'integer'")
"""What GitHub answers and its description does not know: github/rest-api-description, issue 5568."""
_SCHEMAS = "#/components/schemas/"
_BRANCHES = ("allOf", "anyOf", "oneOf")
_KEPT = ("type", "enum", "required", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength")


@lru_cache(maxsize=1)
def load_description() -> Description | None:
    """Read the description, once; None if it was not fetched."""
    if not DESCRIPTION.exists():
        return None
    return Description(json.loads(DESCRIPTION.read_bytes()))


class Description:
    """An OpenAPI 3.0 document; checks return what is wrong, in words, or nothing.

    An operation is named by its method and its path as the document writes it:
    `"GET", "/repos/{owner}/{repo}"`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validator = lru_cache(maxsize=None)(self._make_validator)

    def knows(self, method: str, template: str) -> bool:
        """Tell whether there is such an operation."""
        return method.lower() in self._document["paths"].get(template, {})

    def check_request(self, method: str, template: str, *, query: Mapping[str, str], body: Json) -> list[str]:
        """Check the query and the parsed body of a request; properties that are not described are wrong."""
        return [*self._check_query(method, template, query), *self._check_body(method, template, body)]

    def check_answer(self, method: str, template: str, *, status: int, body: Json) -> list[str]:
        """Check the parsed body of an answer; errors that are not described are not wrong."""
        if str(status) not in self._operation(method, template)["responses"]:
            return [f"{method} {template} never answers {status}"] if status < _ERRORS else []
        where = ("paths", template, method.lower(), "responses", str(status))
        if "content" not in self._find(where):
            return [f"{method} {template} answers {status} without a body"] if body is not None else []
        errors = self._errors((*where, "content", _JSON, "schema"), body)
        return [error for error in errors if not _MISSING.search(error)]

    def check_event(self, name: str, payload: Json) -> list[str]:
        """Check the payload of an event, which is named as `pull-request-synchronize`."""
        return self._errors(("x-webhooks", name, "post", "requestBody", "content", _JSON, "schema"), payload)

    def _check_query(self, method: str, template: str, query: Mapping[str, str]) -> Iterator[str]:
        described = {each["name"]: each for each in self._parameters(method, template)}
        for name, value in query.items():
            if name not in described:
                yield f"{method} {template} has no parameter {name}"
                continue
            schema = described[name]["schema"]
            for error in Draft202012Validator(_plain(schema)).iter_errors(_converted(value, schema)):
                yield f"{method} {template}?{name}={value}: {error.message}"
        for name, each in described.items():
            if each.get("required") and name not in query:
                yield f"{method} {template} needs the parameter {name}"

    def _check_body(self, method: str, template: str, body: Json) -> list[str]:
        expected = self._operation(method, template).get("requestBody")
        if not expected:
            return [f"{method} {template} takes no body"] if body is not None else []
        if body is None:
            return [f"{method} {template} needs a body"] if expected.get("required") else []
        where = ("paths", template, method.lower(), "requestBody", "content", _JSON, "schema")
        return self._errors(where, body, is_strict=True)

    def _operation(self, method: str, template: str) -> Mapping[str, Any]:
        operation: Mapping[str, Any] = self._document["paths"][template][method.lower()]
        return operation

    def _parameters(self, method: str, template: str) -> Iterator[Mapping[str, Any]]:
        for each in self._operation(method, template).get("parameters", ()):
            parameter = self._resolved(each)
            if parameter["in"] == "query":
                yield parameter

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = self._find(tuple(node["$ref"].removeprefix("#/").split("/")))
        return node

    def _find(self, where: tuple[str, ...]) -> Mapping[str, Any]:
        node = self._document
        for key in where:
            node = self._resolved(node)[key]
        return self._resolved(node)

    def _errors(self, where: tuple[str, ...], instance: Json, *, is_strict: bool = False) -> list[str]:
        found = self._validator(where, is_strict).iter_errors(instance)
        return [f"{error.json_path}: {error.message[:300]}" for error in found]

    def _make_validator(self, where: tuple[str, ...], is_strict: bool) -> Draft202012Validator:
        """Make a JSON Schema of a schema of OpenAPI 3.0 and of all those that it refers to."""
        definitions: dict[str, Any] = {}
        root = _converted_schema(self._find(where), is_strict=is_strict)
        missing = _references(root)
        while missing:
            name = missing.pop()
            if name not in definitions:
                schema = self._document["components"]["schemas"][name]
                definitions[name] = _converted_schema(schema, is_strict=is_strict)
                missing |= _references(definitions[name])
        return Draft202012Validator({**root, "$defs": definitions})


def _converted(value: str, schema: Mapping[str, Any]) -> Json:
    """Give a value of a query the type that the schema wants, if it can have it."""
    if schema.get("type") == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in _KEPT if key in schema}


def _converted_schema(
    schema: Mapping[str, Any], *, is_strict: bool, is_branch: bool = False
) -> dict[str, Any]:
    """Write a schema of OpenAPI 3.0 as JSON Schema; a strict one allows no property that is not described.

    The branches of a composition each describe a part, so that only the whole can be strict.
    """
    if "$ref" in schema:
        return {"$ref": "#/$defs/" + schema["$ref"].removeprefix(_SCHEMAS)}
    made = _plain(schema)
    for key in _BRANCHES:
        if key in schema:
            made[key] = [_converted_schema(each, is_strict=is_strict, is_branch=True) for each in schema[key]]
    if "properties" in schema:
        made["properties"] = {
            name: _converted_schema(each, is_strict=is_strict) for name, each in schema["properties"].items()
        }
    if isinstance(schema.get("items"), Mapping):
        made["items"] = _converted_schema(schema["items"], is_strict=is_strict)
    extra = schema.get("additionalProperties")
    if isinstance(extra, Mapping):
        made["additionalProperties"] = _converted_schema(extra, is_strict=is_strict)
    elif extra is False or (is_strict and not is_branch and "properties" in schema and extra is None):
        made["unevaluatedProperties"] = False
    return {"anyOf": [{"type": "null"}, made]} if schema.get("nullable") else made


def _references(schema: Json) -> set[str]:
    if isinstance(schema, list):
        return {name for each in schema for name in _references(each)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*(_references(each) for each in schema.values()))
