"""The blocks of code around a line, in languages with and without braces."""

from __future__ import annotations

import textwrap

import pytest

from lessonguard.authoring.new.fix.blocks import find_blocks

_CODE = {
    "python": """\
        class A:
            x = 1

            @cached
            def f(
                self,
                order,
            ):
                if order:
                    return MARK
                else:
                    return 2

            def g(self):
                return 3
        """,
    "java": """\
        class A
        {
            int x;

            @Override
            public int f(Order order) throws E
            {
                if (order) {
                    return MARK;
                } else {
                    return 2;
                }
            }

            int g() { return 3; }
        }
        """,
    "ruby": """\
        module A
          X = 1

          def f(order)
            begin
              MARK
            rescue E
              2
            end
          end

          def g; 3; end
        end
        """,
}


@pytest.mark.parametrize("code", _CODE.values(), ids=_CODE)
def test_the_best_block_is_the_function_and_the_next_what_it_is_in(code: str) -> None:
    lines = textwrap.dedent(code).split("\n")
    number = next(index for index, line in enumerate(lines, start=1) if "MARK" in line)

    best, *others = find_blocks(lines, range(number, number + 1), most=30)

    text = "\n".join(lines[best.start - 1 : best.stop - 1])
    assert text.lstrip().startswith(("@cached", "@Override", "def f"))
    assert "2" in text
    assert "3" not in text
    assert range(1, len(lines)) in others
    assert find_blocks(lines, range(number, number + 1), most=len(best))[0] == best


def test_an_argument_of_a_call_comes_with_the_call() -> None:
    lines = ["client = Client(", "    host,", "    5,", ")", "start(client)"]

    assert find_blocks(lines, range(3, 4), most=30)[0] == range(1, 5)


def test_blank_lines_are_in_no_block() -> None:
    assert find_blocks(["", "", ""], range(2, 3), most=30) == []
