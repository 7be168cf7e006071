"""Lessons as teams write them, as many as wanted, no two alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from textwrap import dedent
from typing import Any

import yaml

from bench.words import Topic, fill

_LESSON = """\
incident: INC-{number:04}
title: The {service} service failed for {minutes} minutes
date: 2026-0{month}-1{day}
severity: P{severity}
postmortem: https://wiki.example.com/INC-{number:04}
failure-class: {failure_class}
failure-mode: >-
  {failure_mode}
root-cause: >-
  {failure_mode} Nothing in the code or in the review stopped it, and no alert fired.
mitigation: >-
  {invariant} The change was rolled out behind a flag, and the queue was drained by hand.
invariant: {invariant}
mode: comment
timeline:
  began: 2026-0{month}-1{day}T10:00:00Z
  detected: 2026-0{month}-1{day}T10:12:00Z
  stabilized: 2026-0{month}-1{day}T10:41:00Z
"""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind of lesson; the YAML of `rules` and `examples` has the placeholders of `fill`."""

    failure_class: str
    failure_mode: str
    invariant: str
    code: str


@dataclass(frozen=True, kw_only=True)
class LessonFile:
    """One generated lesson file."""

    name: str
    text: str

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Return its rules as Semgrep reads them, built without code of lessonguard."""
        document = yaml.safe_load(self.text)
        incident = document["incident"]
        return [
            {"id": f"{incident}-{number}", "message": document["title"], "severity": "WARNING", **rule}
            for number, rule in enumerate(document["rules"])
        ]


_SHAPES = (
    Shape(
        failure_class="missing-timeout",
        failure_mode="A call to <service> had no timeout, so one stalled upstream held every worker.",
        invariant="Every call to <service> has a timeout.",
        code="""
        rules:
          - languages: [python]
            patterns:
              - pattern: <service>.$METHOD(...)
              - pattern-not: <service>.$METHOD(..., timeout=$T, ...)
            paths: {exclude: [tests/, "*_pb2.py"]}
        examples:
          - bad: <service>.<verb>(<noun>)
            good: <service>.<verb>(<noun>, timeout=<number>)
        """,
    ),
    Shape(
        failure_class="race-condition",
        failure_mode="Two workers called <service>.<verb> for one <noun> at the same time.",
        invariant="<service>.<verb> runs only while the lock on the <noun> is held.",
        code="""
        rules:
          - languages: [python]
            patterns:
              - pattern: <service>.<verb>(...)
              - pattern-not-inside: |
                  with lock(...):
                      ...
        examples:
          - bad: <service>.<verb>(<noun>)
            good: |
              with lock(<noun>):
                  <service>.<verb>(<noun>)
        """,
    ),
    Shape(
        failure_class="unbounded-retry",
        failure_mode="The limit <number> was passed as text, which <service> took for no limit at all.",
        invariant="The amount for <service>.<verb> is a number and at most 500.",
        code="""
        rules:
          - languages: [python]
            patterns:
              - pattern-either:
                  - pattern: <service>.<verb>(..., amount=$AMOUNT, ...)
                  - pattern: <service>.<verb>(..., limit=$AMOUNT, ...)
              - metavariable-comparison:
                  metavariable: $AMOUNT
                  comparison: $AMOUNT > 500
        examples:
          - bad: <service>.<verb>(<noun>, amount=900)
            good: <service>.<verb>(<noun>, amount=20)
        """,
    ),
    Shape(
        failure_class="unhandled-rejection",
        failure_mode="A rejected promise of <service> ended the process because nothing caught it.",
        invariant="Every call to <service> from a handler is caught.",
        code="""
        rules:
          - languages: [javascript]
            patterns:
              - pattern: await <service>.$METHOD(...)
              - pattern-not-inside: |
                  try { ... } catch ($ERROR) { ... }
        examples:
          - bad: async () => { await <service>.<verb>(<noun>); }
            good: |
              async () => { try { await <service>.<verb>(<noun>); } catch (error) { log(error); } }
        """,
    ),
    Shape(
        failure_class="missing-timeout",
        failure_mode="<service>.<verb> waited for ever, and the event loop filled with open requests.",
        invariant="<service>.<verb> is called with a timeout.",
        code="""
        rules:
          - languages: [javascript]
            patterns:
              - pattern: <service>.<verb>(...)
              - pattern-not: "<service>.<verb>(..., {..., timeout: $T, ...})"
        examples:
          - bad: <service>.<verb>(<noun>);
            good: "<service>.<verb>(<noun>, {timeout: <number>});"
        """,
    ),
    Shape(
        failure_class="lost-cancellation",
        failure_mode="<service>.<Verb> ran on after its caller had gone, and held its connection.",
        invariant="<service>.<Verb> gets the context of its caller.",
        code="""
        rules:
          - languages: [go]
            pattern: <service>.<Verb>(context.Background(), ...)
        examples:
          - bad: |
              package main
              func run() { <service>.<Verb>(context.Background(), <noun>) }
            good: |
              package main
              func run(ctx context.Context) { <service>.<Verb>(ctx, <noun>) }
        """,
    ),
    Shape(
        failure_class="ignored-error",
        failure_mode="An error of <service> was dropped, so a failed <noun> counted as done.",
        invariant="Every error of <service> is looked at.",
        code="""
        rules:
          - languages: [go]
            patterns:
              - pattern: $REPLY, $ERR := <service>.$METHOD(...)
              - pattern-not-inside: |
                  $REPLY, $ERR := <service>.$METHOD(...)
                  if $ERR != nil { ... }
                  ...
        examples:
          - bad: |
              package main
              func run() { reply, err := <service>.<Verb>(<noun>); use(reply) }
            good: |
              package main
              func run() {
                  reply, err := <service>.<Verb>(<noun>)
                  if err != nil { return }
              }
        """,
    ),
    Shape(
        failure_class="destructive-command",
        failure_mode="The variable was empty, so the folder of every <noun> was removed.",
        invariant="No recursive removal below a variable that may be empty.",
        code="""
        rules:
          - languages: [bash]
            patterns:
              - pattern: rm -rf $TARGET
              - metavariable-regex:
                  metavariable: $TARGET
                  regex: '"\\$[A-Z]+/<noun>.*'
        examples:
          - bad: rm -rf "$ROOT/<noun>-1"
            good: rm -rf "${ROOT:?}/<noun>-1"
        """,
    ),
    Shape(
        failure_class="stale-image",
        failure_mode="The <service> image moved under its tag, and a restart started another version.",
        invariant="The <service> image has a version.",
        code="""
        rules:
          - languages: [yaml]
            patterns:
              - pattern: "image: $IMAGE"
              - metavariable-regex:
                  metavariable: $IMAGE
                  regex: .*/<service>:latest.*
        examples:
          - bad: "image: registry.internal/<service>:latest-1"
            good: "image: registry.internal/<service>:1.<number>"
        """,
    ),
)


_TAINT = Shape(
    failure_class="untrusted-input",
    failure_mode="A <noun> id from the request reached <service>.<verb> unchecked.",
    invariant="What comes from the request is checked before <service>.<verb> sees it.",
    code="""
    rules:
      - languages: [python]
        mode: taint
        pattern-sources:
          - pattern: request.args.get(...)
        pattern-sanitizers:
          - pattern: check_<noun>(...)
        pattern-sinks:
          - pattern: <service>.<verb>(...)
    examples:
      - bad: |
          value = request.args.get("<noun>")
          <service>.<verb>(value)
        good: |
          value = check_<noun>(request.args.get("<noun>"))
          <service>.<verb>(value)
    """,
)

_CYCLE = (*_SHAPES * 3, _TAINT)
"""The mixture: rules that follow data are rare and slow."""


@cache
def write_lessons(count: int, *, seed: int = 245) -> tuple[LessonFile, ...]:
    """Write `count` lessons; the first ones are the same whatever the count."""
    random = Random(seed)  # noqa: S311 - the same lessons every time is the point
    return tuple(_write_lesson(number, random) for number in range(1, count + 1))


def _write_lesson(number: int, random: Random) -> LessonFile:
    shape = _CYCLE[(number - 1) % len(_CYCLE)]
    head = _LESSON.format(
        number=number,
        service="<service>",
        minutes=random.randint(4, 400),
        month=random.randint(1, 9),
        day=random.randint(0, 9),
        severity=random.randint(0, 3),
        failure_class=shape.failure_class,
        failure_mode=shape.failure_mode,
        invariant=shape.invariant,
    )
    return LessonFile(
        name=f"INC-{number:04}.yaml", text=fill(head + dedent(shape.code).lstrip(), random, Topic())
    )
