"""Accept comments: what is one in each language, and which line it is about."""

from __future__ import annotations

import time
from datetime import date

import pytest

from lessonguard.scan.comments import find_accept_comments
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import AcceptComment
from lessonguard.semgrep.interface import Deadline, TimeIsUpError

UNREAD = "it is not read as a comment in this file. Write it as one, on a line of its own"
OK = 'lessonguard: accept INC-1 reason="read-only"'


def find(text: str, file_name: str = "app.py", *analyzers: str) -> list[AcceptComment]:
    source = Source(text.encode("utf-8", "surrogateescape"))
    return find_accept_comments(source, file_name=file_name, analyzers=analyzers)


def test_a_comment_carries_incident_reason_and_end_date() -> None:
    (comment,) = find('x = 1  # lessonguard: accept INC-245 until=2027-01-01 reason="read-only replica"\n')

    assert comment == AcceptComment(
        incident="INC-245", line=1, applies_to=1, reason="read-only replica", until=date(2027, 1, 1)
    )


@pytest.mark.parametrize(
    ("file_name", "text"),
    [
        ("a.py", f"# {OK}\nx"),
        ("a.js", f"// {OK}\nx"),
        ("a.js", f"/* {OK} */\nx"),
        ("a.ts", f"// {OK}\nx"),
        ("a.go", f"// {OK}\nx"),
        ("A.java", f"// {OK}\nx"),
        ("a.rb", f"# {OK}\nx"),
        ("a.rs", f"// {OK}\nx"),
        ("a.c", f"/* {OK} */\nx"),
        ("a.sh", f"# {OK}\nx"),
        ("a.sql", f"-- {OK}\nx"),
        ("a.yaml", f"# {OK}\nx: 1"),
        ("a.tf", f"# {OK}\nx = 1"),
        ("Dockerfile", f"# {OK}\nRUN x"),
        ("a.lua", f"-- {OK}\nx()"),
        ("a.html", f"<!-- {OK} -->\n<p>"),
        ("a.kt", f"// {OK}\nx"),
        ("a.php", f"<?php\n// {OK}\nx();"),
        ("a.scm", f"; {OK}\n(x)"),
        ("a.cairo", f"// {OK}\nx"),
        ("clean", f"#!/usr/bin/env bash\n# {OK}\nx"),
    ],
)
def test_comments_count_in_the_syntax_of_each_language(file_name: str, text: str) -> None:
    (comment,) = find(text, file_name)

    assert (comment.incident, comment.reason) == ("INC-1", "read-only")
    assert comment.applies_to == text.count("\n") + 1


@pytest.mark.parametrize(
    ("file_name", "text"),
    [
        ("a.py", f"x = '# {OK}'\n"),
        ("a.py", f'"""\n# {OK}\n"""\n'),
        ("a.js", f"x = '// {OK}'\n"),
        ("a.js", f"x = `\n// {OK}\n`\n"),
        ("a.go", f"x := `\n// {OK}\n`\n"),
        ("a.sh", f"echo '\n# {OK}\n'\n"),
        ("a.yaml", f"x: '# {OK}'\n"),
        ("a.cairo", f"x = '# {OK}'\n"),
    ],
)
def test_what_stands_in_a_string_accepts_nothing_and_is_named(file_name: str, text: str) -> None:
    (comment,) = find(text, file_name)

    assert comment.fault == UNREAD
    assert comment.line == text.partition(OK)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("file_name", "text", "analyzers"),
    [
        ("requirements.txt", f"requests==2.0  # {OK}\n", ["regex"]),
        ("requirements.txt", f"# {OK}\nrequests==2.0\n", ["regex"]),
        ("go.mod", f"// {OK}\nrequire x v1\n", ["generic"]),
        ("go.mod", f"require x v1 // {OK}\n", ["generic"]),
        ("a.m", f"// {OK}\n[x call];\n", ["objc"]),
        ("a.cl", f"; {OK}\n(x)\n", ["lisp"]),
        ("a.pl", f"# {OK}\nx();\n", ["regex"]),
        ("a.fs", f"x // {OK}\n", ["regex"]),
        ("a.r", f"# {OK}\nx()\n", ["r"]),
        ("a.cls", f"// {OK}\nx();\n", ["apex"]),
        ("a.cairo", f"x(); // {OK}\n", ["cairo"]),
        ("a.move", f"*x = 1; // {OK}\n", ["move_on_sui"]),
        ("README.md", f"<!-- {OK} -->\ncall\n", ["generic"]),
        (".env", f"KEY=1 # {OK}\n", ["regex"]),
        ("Jenkinsfile", f"call() // {OK}\n", ["generic"]),
        ("a.jsonc", f'"x": 1, // {OK}\n', ["regex"]),
        (".gitignore", f"# {OK}\nx\n", ["regex"]),
        ("a.tf", f'x = "a${{f("b")}}" # {OK}\n', ["terraform"]),
        ("a.tfvars", f"x = 1 # {OK}\n", ["terraform"]),
        ("a.tofu", f"/* {OK} */\nx = 1\n", ["terraform"]),
        ("Dockerfile", f"RUN a \\\n  # {OK}\n  && b\n", ["dockerfile"]),
        ("chart.yaml", f"{{{{/* {OK} */}}}}\nx: 1\n", ["generic"]),
        ("chart.yaml", f"{{{{- /* {OK} */}}}}\nx: 1\n", ["yaml", "generic"]),
        ("a.new", f"# {OK}\nx\n", ["a-language-of-tomorrow"]),
        ("a.jsx", f"<a>\n  {{/* {OK} */}}\n  <b/>\n</a>\n", ["js"]),
        ("a.tsx", f"x = <a>\n  {{/* {OK} */}}\n  <b/>\n</a>\n", ["ts"]),
        ("page.j2", f"{{# {OK} #}}\nx\n", ["generic"]),
        ("page.erb", f"<%# {OK} %>\nx\n", ["regex"]),
    ],
)
def test_comments_count_in_the_syntax_that_the_rule_reads(
    file_name: str, text: str, analyzers: list[str]
) -> None:
    (comment,) = find(text, file_name, *analyzers)

    before = text.partition(OK)[0]
    is_alone = not before.rpartition("\n")[2].strip(" #/*;<!-{%")
    assert (comment.reason, comment.fault) == ("read-only", "")
    assert comment.line == before.count("\n") + 1
    assert comment.applies_to == comment.line + is_alone


@pytest.mark.parametrize(
    ("file_name", "text", "analyzers"),
    [
        ("a.json", f'"x": "{OK}"\n', ["json"]),
        ("a.tf", f'x = "# {OK.replace(chr(34), "")}"\n', ["terraform"]),
        ("Dockerfile", f"RUN x # {OK}\n", ["dockerfile"]),
        ("a.txt", f"call({OK})\n", ["regex"]),
        ("a.py", f"x = '''# {OK}'''\n", ["python", "regex"]),
    ],
)
def test_a_line_that_is_not_read_as_a_comment_is_never_passed_over(
    file_name: str, text: str, analyzers: list[str]
) -> None:
    (comment,) = find(text, file_name, *analyzers)

    assert (comment.line, comment.fault) == (1, UNREAD)


@pytest.mark.parametrize("unit", ["/*", '"', '"${', "# ", " *", "{{/* ", "'", "\\"])
@pytest.mark.parametrize("analyzer", ["terraform", "dockerfile", "regex"])
def test_comments_are_looked_for_in_linear_time(unit: str, analyzer: str) -> None:
    began = time.process_time()

    find(f"# lessonguard\n{unit * 200_000}", "a.txt", analyzer)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "applies_to"),
    [
        (f"# {OK}\nx\n", 2),
        (f"x  # {OK}\ny\n", 1),
        (f"# {OK}\n# and here is why\nx\n", 3),
        (f"    # {OK}\n    # lessonguard: accept INC-2 reason='y'\n    x\n", 3),
        (f"\n\n# {OK}\r\nx\r\n", 4),
    ],
)
def test_a_comment_is_about_its_own_line_or_the_next_line_of_code(text: str, applies_to: int) -> None:
    assert find(text)[0].applies_to == applies_to


def test_reading_ends_at_the_deadline() -> None:
    with pytest.raises(TimeIsUpError):
        find_accept_comments(
            Source(f"// {OK}\nx();\n".encode()), file_name="A.java", deadline=Deadline.after(0)
        )


def test_bytes_that_are_not_text_do_not_shift_lines() -> None:
    (comment,) = find(f"\udcff\udcfe\n# {OK}\nx\n")

    assert (comment.line, comment.applies_to) == (2, 3)


def test_comments_below_each_other_are_about_the_same_line_however_many_they_are() -> None:
    number = 40_000
    found = find(f"# {OK}\n" * number + "x = 1\n")

    assert {comment.applies_to for comment in found} == {number + 1}


def test_a_long_line_of_terraform_takes_no_longer_than_its_length() -> None:
    began = time.process_time()

    found = find_accept_comments(
        Source(f'# {OK}\nx = "'.encode() + b'\\"' * 100_000),
        file_name="a.tf",
        analyzers={"terraform"},
    )

    assert [comment.line for comment in found] == [1]
    assert time.process_time() - began < 5


@pytest.mark.parametrize("rest", ["a", "=", '="', "='", "a=", '"', "reason=", " ", "\t=", "until=x ", "é"])
def test_a_long_accept_comment_takes_no_longer_than_its_length(rest: str) -> None:
    began = time.process_time()

    (comment,) = find(f"x = 1\n# lessonguard: accept INC-2 {rest * 300_000}\n")

    assert comment.incident == "INC-2"
    # A pattern that begins anew at each character takes minutes.
    assert time.process_time() - began < 5
