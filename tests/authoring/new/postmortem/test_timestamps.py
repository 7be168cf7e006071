"""Days and times as people write them, if they can be read in one way."""

from __future__ import annotations

from datetime import date

import pytest

from lessonguard.authoring.new.postmortem.timestamps import find_moment, first_day, split_moment, write_moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-14", "2026-05-14"),
        ("14 May 2026", "2026-05-14"),
        ("Thursday, May 14th, 2026, about noon", "2026-05-14"),
        ("14/05/2026", "2026-05-14"),
        ("2026/05/14", "2026-05-14"),
        ("2026-05-14T09:12:00Z", "2026-05-14"),
        ("2026-05-14 – 2026-05-15", "2026-05-14"),
        ("from 14 May 2026 to 15 May 2026", "2026-05-14"),
        ("05/06/2026", ""),
        ("2026-05-14 and 2026-05-20", ""),
        ("2026-05-15 to 2026-05-14", ""),
        ("2026-02-30", ""),
        ("14 May", ""),
        ("in May 2026", ""),
        ("version 1.2.2026", ""),
    ],
)
def test_a_day_is_taken_only_if_it_can_be_read_in_one_way(text: str, day: str) -> None:
    found = first_day(text)

    assert (found.isoformat() if found else "") == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-14T09:12Z", "2026-05-14T09:12:00Z"),
        ("2026-05-14 09:12:33 UTC", "2026-05-14T09:12:33Z"),
        ("14 May 2026 at 9:12 pm (UTC)", "2026-05-14T21:12:00Z"),
        ("09:12 GMT", "2026-05-20T09:12:00Z"),
        ("2026-05-14 09:12 +02:00", "2026-05-14T09:12:00+02:00"),
        ("2026-05-14 09:12 UTC-7", "2026-05-14T09:12:00-07:00"),
        ("2026-05-14 09:12", ""),
        ("2026-05-14 09:12 PST", ""),
        ("2026-05-14 09:12–09:40 UTC", ""),
        ("2026-05-14 25:00 UTC", ""),
        ("2026-05-14 13:12 pm UTC", ""),
        ("2026-05-14", ""),
        ("9 UTC", ""),
    ],
)
def test_a_moment_needs_its_offset_from_utc(text: str, moment: str) -> None:
    found = find_moment(text, day=date(2026, 5, 20))

    assert (write_moment(found) if found else "") == moment


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("09:12 UTC The outage begins", ("09:12 UTC", "The outage begins")),
        ("Thursday 14 May, 09:12 – detected", ("Thursday 14 May, 09:12", "detected")),
        ("The outage begins at 09:12", ("", "The outage begins at 09:12")),
    ],
)
def test_an_entry_is_split_after_its_time(text: str, parts: tuple[str, str]) -> None:
    assert split_moment(text) == parts
