"""When an incident began, was detected and was stabilized, as a postmortem says."""

from __future__ import annotations

from tests.support.postmortems import read, texts

_TIMELINE = """
Date: 2026-05-14

## Timeline (UTC)

- 09:00 Deploy
- 09:12 The outage begins
- {detected}
- 09:41 – incident is mitigated
- 10:30 Incident resolved
"""


def test_a_timeline_has_the_moments_that_are_named_as_what_they_are() -> None:
    assert texts(read(_TIMELINE.format(detected="09:20 Detected by an alert"))) == {
        "date": "2026-05-14",
        "began": "2026-05-14T09:12:00Z",
        "detected": "2026-05-14T09:20:00Z",
        "stabilized": "2026-05-14T09:41:00Z",
    }


def test_moments_out_of_order_are_offered_and_not_taken() -> None:
    draft = read(_TIMELINE.format(detected="**Detected:** 2026-05-14 08:00 UTC"))

    assert texts(draft) == {"date": "2026-05-14"}
    assert {offer.key for offer in draft.offers} == {"began", "detected", "stabilized"}


def test_a_timeline_that_passes_midnight_without_saying_so_ends_there() -> None:
    draft = read(
        "Date: 2026-05-14\n## Timeline (UTC)\n- 23:50 Outage begins\n- 00:10 Detected\n- 00:20 Mitigated\n"
    )

    assert texts(draft) == {"date": "2026-05-14", "began": "2026-05-14T23:50:00Z"}


def test_a_timeline_may_name_its_days_in_between() -> None:
    draft = read(
        "## Timeline\n\nTimes in UTC\n\n### 14 May 2026\n- 23:50 Outage begins\n\n"
        "**15 May 2026**\n\n- 00:10 Detected\n"
    )

    assert texts(draft) == {"began": "2026-05-14T23:50:00Z", "detected": "2026-05-15T00:10:00Z"}


def test_times_in_no_zone_are_no_moments() -> None:
    assert texts(read("Date: 2026-05-14\n## Timeline\n- 09:12 Outage begins\n- 09:20 PST Detected\n")) == {
        "date": "2026-05-14"
    }
