"""Answer requests to the API: check them, let faults strike, ask the endpoint, keep the log."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from urllib.parse import parse_qsl

from tests.support.hub.exchange import Answer, RefusalError, Request
from tests.support.hub.faults import Fault
from tests.support.hub.graphql import answer_graphql, check_graphql
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.hub.model import Token
from tests.support.hub.routes import Route, find_route
from tests.support.hub.shapes import Shapes
from tests.support.hub.state import Call, State
from tests.support.hub.visit import Visit
from tests.support.openapi import Json

_ENTERPRISE = "/api/v3"
_GRAPHQL = ("/graphql", "/api/graphql")
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "X-RateLimit-Limit": "5000",
    "X-RateLimit-Remaining": "4999",
    "X-RateLimit-Reset": "2000000000",
}


def answer_api(state: State, incoming: Incoming, *, server: str) -> Outgoing | None:
    """Answer a request to REST or GraphQL; None if the connection is to be dropped."""
    request = _request(incoming, server)
    is_graphql = incoming.path in _GRAPHQL
    subject = f"{request.path} {request.body}" if is_graphql else request.path
    fault = state.strike(request.method, subject)
    time.sleep(fault.delay if fault else 0)
    route = None if is_graphql else find_route(request.method, request.path)
    with state.lock:
        answer = _decide(state, request, route=route, fault=fault)
        login = _login(state, request)
        state.calls.append(_call(request, answer, template=route.template if route else None, login=login))
    return _outgoing(answer) if answer else None


def _request(incoming: Incoming, server: str) -> Request:
    prefix = _ENTERPRISE if incoming.path.startswith(f"{_ENTERPRISE}/") else ""
    path = "/graphql" if incoming.path in _GRAPHQL else incoming.path.removeprefix(prefix)
    return Request(
        method=incoming.method,
        base=f"{server}{prefix}",
        path=path,
        query=dict(parse_qsl(incoming.query, keep_blank_values=True)),
        headers=incoming.headers,
        body=json.loads(incoming.body) if incoming.body else None,
    )


def _decide(state: State, request: Request, *, route: Route | None, fault: Fault | None) -> Answer | None:
    """Give the answer, None to drop the connection; a fault may take the place of the real one."""
    strikes = fault is not None and not fault.only_delays
    try:
        _check(state, request, route)
        if fault and strikes and fault.before:
            return fault.answer
        answer = _real(state, request, route)
    except RefusalError as refusal:
        answer = refusal.answer
    return fault.answer if fault and strikes else answer


def _check(state: State, request: Request, route: Route | None) -> None:
    """Note and refuse what is not as GitHub's description says."""
    if request.path == _GRAPHQL[0]:
        faults = check_graphql(request.body)
    elif not route:
        faults = ["the hub has no such endpoint"]
    elif state.description:
        faults = state.description.check_request(
            request.method, route.template, query=request.query, body=request.body
        )
    else:
        faults = []
    if faults:
        state.violations += [f"{request.method} {request.path}: {fault}" for fault in faults]
        raise RefusalError(422, "Invalid request.\n\n" + "\n".join(faults))


def _real(state: State, request: Request, route: Route | None) -> Answer:
    visit = Visit(
        request=replace(
            request,
            token=_token(state, request),
            parameters=route.parameters if route else {},
        ),
        repositories=state.repositories,
        shapes=Shapes(api=request.base, server=request.base.removesuffix(_ENTERPRISE)),
    )
    return route.endpoint(visit) if route else answer_graphql(visit)


def _token(state: State, request: Request) -> Token | None:
    value = request.headers.get("authorization", "").rpartition(" ")[2]
    if value and value not in state.tokens:
        raise RefusalError(401, "Bad credentials")
    return state.tokens.get(value)


def _login(state: State, request: Request) -> str | None:
    token = state.tokens.get(request.headers.get("authorization", "").rpartition(" ")[2])
    return token.login if token else None


def _call(request: Request, answer: Answer | None, *, template: str | None, login: str | None) -> Call:
    return Call(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        status=answer.status if answer else 0,
        answer=answer.body if answer else None,
        template=template,
        login=login,
    )


def _outgoing(answer: Answer) -> Outgoing:
    body: Json = answer.body
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Outgoing(status=answer.status, headers={**_HEADERS, **answer.headers}, body=content)
