"""Source files as people write them, made of pieces that can be edited."""

from __future__ import annotations

from random import Random
from textwrap import indent

from bench.languages import Language
from bench.words import Topic, choose_topic, fill

_GROUPED = 0.2
"""How many of the functions a class stands before."""

_EDITS = ("add", "add", "drop", "harm", "harm", "harm")

Pieces = tuple[str, ...]


def write_pieces(language: Language, random: Random) -> Pieces:
    """Write a file of 50 to 400 lines as pieces: a header, then functions and classes."""
    wanted, topic = int(50 * 8 ** random.random()), choose_topic(random)
    pieces = [fill(language.header, random, topic)]
    while sum(piece.count("\n") + 2 for piece in pieces) < wanted:
        if language.group and random.random() < _GROUPED:
            pieces.append(fill(language.group, random, topic))
        pieces.append(write_function(language, random, topic))
    return tuple(pieces)


def write_function(language: Language, random: Random, topic: Topic | None = None) -> str:
    """Write one function of a few blocks, about a topic of its own if none is given."""
    topic = topic or choose_topic(random)
    margin = language.margin
    blocks = [fill(block, random, topic) for block in random.choices(language.blocks, k=random.randint(2, 8))]
    parts = (fill(language.opening, random, topic), indent("\n".join(blocks), margin), language.closing)
    return "\n".join(part for part in parts if part) + "\n"


def edit_pieces(pieces: Pieces, language: Language, random: Random) -> Pieces:
    """Edit a file as a commit does: one to three functions are added, dropped or made unsafe."""
    edited = list(pieces)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(1, len(edited))
        match random.choice(_EDITS):
            case "add":
                edited.insert(place, write_function(language, random))
            case "drop":
                edited[place : place + 1] = []
                edited.append(write_function(language, random))
            case _:
                safe, unsafe = random.choice(language.unsafe)
                edited[place] = edited[place].replace(safe, unsafe, 1)
    if tuple(edited) == pieces:
        edited.append(write_function(language, random))
    return tuple(edited)


def join_pieces(pieces: Pieces) -> bytes:
    """Return the text of the file, made of its pieces."""
    return "\n".join(pieces).encode()
