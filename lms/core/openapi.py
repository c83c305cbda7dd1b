"""The OpenAPI 3.1 description of the REST API, built from the calls and their models."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from lms.core.api import PREFIX, Api, Call


def document(title: str, version: str, blueprints: Iterable[Api]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all calls, built from the models."""
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    paths: dict[str, Any] = {}
    for blueprint in blueprints:
        for call in blueprint.calls:
            path, parameters = _path_parameters(call.path)
            paths.setdefault(path, {})[call.method.lower()] = _operation(call, parameters, schemas, blueprint.name)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": PREFIX}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
    "required": ["title", "status", "detail"],
}


def _path_parameters(path: str) -> tuple[str, list[dict[str, Any]]]:
    parts, parameters = [], []
    for part in path.split("/"):
        if part.startswith("<"):
            kind, _, name = part.strip("<>").rpartition(":")
            kind_schema = {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"}
            parameters.append({"name": name, "in": "path", "required": True, "schema": kind_schema})
            part = "{" + name + "}"
        parts.append(part)
    return "/".join(parts), parameters


def _reference(model: type[BaseModel], schemas: dict[str, Any], mode: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}", mode=mode)  # type: ignore[arg-type]
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _operation(call: Call, parameters: list[Any], schemas: dict[str, Any], tag: str) -> dict[str, Any]:
    parameters = list(parameters)
    if call.query is not None:
        schema = call.query.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        required = schema.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": part}
            for name, part in schema.get("properties", {}).items()
        ]
    if call.method == "POST" and call.permission is not None:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}})
    content = {call.media_type: {"schema": _reference(call.returns, schemas, "serialization") if call.returns else {}}}
    refusals = {401: "no valid token", 403: "not allowed"} if call.permission else {}
    statuses = {call.status: "as asked", **call.other, **refusals, 404: "not there", 422: "not usable as sent"}
    operation: dict[str, Any] = {
        "summary": call.summary,
        "tags": [tag.removesuffix("_api")],
        "parameters": parameters,
        "responses": {
            str(status): {
                "description": description,
                "content": content
                if status < 300
                else {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status, description in sorted(statuses.items())
        },
    }
    if call.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(call.body, schemas, "validation")}},
        }
    if call.permission is not None:
        operation["security"] = [{"token": []}]
        operation["description"] = f"Scope: {call.scope.value}." if call.scope else ""
    return operation
