"""A small rule in each of the languages that lessons are most often about: what patterns look like."""

from __future__ import annotations

from lessonguard.record import record


@record
class Sample:
    """A rule that finds `bad` code and not `good` code: what to find, and what not to."""

    pattern: str
    pattern_not: str
    bad: str
    good: str


_JAVASCRIPT = Sample(
    pattern="fetch(...)",
    pattern_not="fetch($URL, {..., signal: $SIGNAL, ...})",
    bad="fetch(url)",
    good="fetch(url, {signal: stop})",
)
_C = Sample(
    pattern="recv($SOCKET, $BUFFER, $SIZE, ...)",
    pattern_not="recv($SOCKET, $BUFFER, sizeof($BUFFER), ...)",
    bad="int f() { return recv(s, buffer, 4096, 0); }",
    good="int f() { return recv(s, buffer, sizeof(buffer), 0); }",
)

SAMPLES = {
    "python": Sample(
        pattern="requests.$METHOD(...)",
        pattern_not="requests.$METHOD(..., timeout=$TIMEOUT, ...)",
        bad="requests.get(url)",
        good="requests.get(url, timeout=5)",
    ),
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "go": Sample(
        pattern="http.Client{...}",
        pattern_not="http.Client{..., Timeout: $TIMEOUT, ...}",
        bad="package p\nfunc f() { c := http.Client{Jar: jar}; g(c) }",
        good="package p\nfunc f() { c := http.Client{Jar: jar, Timeout: time.Second}; g(c) }",
    ),
    "java": Sample(
        pattern="$QUEUE.poll(...)",
        pattern_not="$QUEUE.poll($TIME, $UNIT)",
        bad="class A { Object f() { return queue.poll(); } }",
        good="class A { Object f() { return queue.poll(5, TimeUnit.SECONDS); } }",
    ),
    "kotlin": Sample(
        pattern="$SCOPE.async(...)",
        pattern_not="$SCOPE.async(..., start = $START, ...)",
        bad="fun f() { scope.async(context) }",
        good="fun f() { scope.async(context, start = LAZY) }",
    ),
    "csharp": Sample(
        pattern="$CLIENT.GetAsync(...)",
        pattern_not="$CLIENT.GetAsync($URL, $TOKEN)",
        bad="class A { void F() { client.GetAsync(url); } }",
        good="class A { void F() { client.GetAsync(url, token); } }",
    ),
    "ruby": Sample(
        pattern="Net::HTTP.start(...)",
        pattern_not="Net::HTTP.start(..., read_timeout: $SECONDS, ...)",
        bad="Net::HTTP.start(host, 443)",
        good="Net::HTTP.start(host, 443, read_timeout: 5)",
    ),
    "php": Sample(
        pattern="json_decode(...)",
        pattern_not="json_decode($TEXT, $AS_ARRAY, $DEPTH, JSON_THROW_ON_ERROR)",
        bad="<?php json_decode($text);",
        good="<?php json_decode($text, true, 512, JSON_THROW_ON_ERROR);",
    ),
    "rust": Sample(
        pattern="$LOCK.lock().unwrap()",
        pattern_not="$STATE.cache.lock().unwrap()",
        bad="fn f() { ledger.lock().unwrap(); }",
        good="fn f() { state.cache.lock().unwrap(); }",
    ),
    "c": _C,
    "cpp": _C,
    "bash": Sample(
        pattern="curl ...",
        pattern_not="curl ... --max-time ...",
        bad="curl https://example.com",
        good="curl --max-time 5 https://example.com",
    ),
    "terraform": Sample(
        pattern='resource "aws_db_instance" $NAME {...}',
        pattern_not='resource "aws_db_instance" $NAME {... deletion_protection = true ...}',
        bad='resource "aws_db_instance" "ledger" {\n  engine = "postgres"\n}',
        good='resource "aws_db_instance" "ledger" {\n  engine = "postgres"\n  deletion_protection = true\n}',
    ),
    "dockerfile": Sample(
        pattern="FROM $IMAGE",
        pattern_not="FROM $IMAGE@$DIGEST",
        bad="FROM debian",
        good="FROM debian@sha256:abc",
    ),
    "yaml": Sample(
        pattern="privileged: $ANYTHING",
        pattern_not="privileged: false",
        bad="privileged: true\n",
        good="privileged: false\n",
    ),
}
"""By the name of the language in rules. A test has Semgrep try every one."""
