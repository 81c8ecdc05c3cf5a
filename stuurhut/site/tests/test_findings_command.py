"""`stuurhut findings`: what matters most, for people and for programs, to whoever may see it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.test import override_settings

from stuurhut.crm.actions import log_activity
from stuurhut.people.actions import create_seat
from stuurhut.people.tests.company import Company, company
from stuurhut.site.cli import main

AS_OF = ("--as-of", "2026-06-15")


@pytest.fixture
def firm(db: None) -> Company:
    """Half of the seats of team Zuid is empty."""
    made = company()
    create_seat(team=made.zuid, person=made.charlie, starts_on=date(2024, 1, 1), by=None)
    create_seat(team=made.zuid, starts_on=date(2024, 1, 1), by=None)
    log_activity(kind="call", owner=made.charlie, occurred_at=datetime(2026, 5, 12, 10, tzinfo=UTC), by=None)
    return made


@override_settings(LANGUAGE_CODE="en")
def test_people_read_what_is_so_how_sure_and_what_to_do(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", *AS_OF]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1. Zuid – ")
    assert "counted" in out
    assert "What you can do:" in out
    assert "looked at." in out


def test_programs_read_the_same_as_data_and_others_what_they_may_see(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> list[str]:
        assert main(["findings", *AS_OF, "--json", *words]) == 0
        return [f"{one['kind']} {one['about']['name']}" for one in json.loads(capsys.readouterr().out)["top"]]

    assert told() == ["understaffed Zuid"]
    assert told("--team", "zuid") == ["understaffed Zuid"]
    assert told("--team", "Noord") == []
    assert told("--as", "bob@example.com") == [], "he leads Noord"


def test_a_team_that_is_not_there_or_not_ones_own_is_wrong_use(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["findings", "--team", "Zuit"]) == 2
    assert "Zuid" in capsys.readouterr().err
    assert main(["findings", "--team", "Zuid", "--as", "alice@example.com"]) == 2
    assert "Zuid'?" not in capsys.readouterr().err, "it does not tell her which teams there are"
