"""What an organisation calls weak, slow or understaffed is its own; nonsense is refused with a sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.test import Client

from stuurhut.kpi.verdicts.thresholds import Thresholds
from stuurhut.people.actions import add_user
from stuurhut.people.limits import LIMITS, LimitsForm, thresholds_from
from stuurhut.people.models import History, Organisation, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    """Where an administrator is signed in."""
    add_user(email="admin@example.com", role="admin", name="Admin", by=None)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(email="admin@example.com"))
    return client


def as_sent(**other: Any) -> dict[str, Any]:
    form = LimitsForm(kept={})
    return {**{name: field.initial for name, field in form.fields.items()}, **other}


def kept() -> dict[str, Any]:
    found: dict[str, Any] = Organisation.objects.get(pk=1).thresholds
    return found


def test_every_limit_can_be_set() -> None:
    assert [limit.name for limit in LIMITS] == list(asdict(Thresholds()))


def test_the_page_shows_each_limit_with_its_default(office: Client) -> None:
    page = office.get("/settings/limits/").content.decode()
    assert page.count("Usual:") == len(LIMITS)
    assert "Usual: 15." in page, "percent of the formation"


def test_what_was_changed_is_kept_and_the_rest_follows_the_defaults(office: Client) -> None:
    assert office.post("/settings/limits/", as_sent(understaffed=20, load_high=30)).status_code == 302
    assert kept() == {"understaffed": 0.2, "load_high": 30}
    assert thresholds_from(kept()) == Thresholds(understaffed=0.2, load_high=30)
    assert History.objects.filter(kind="organisation", field="thresholds").count() == 1
    office.post("/settings/limits/", as_sent())
    assert kept() == {}


@pytest.mark.parametrize(
    ("nonsense", "sentence"),
    [
        ({"understaffed": 150}, "90"),
        ({"periods_at_least": 1}, "6"),
        ({"false_discoveries": ""}, "required"),
        ({"load_low": 50, "load_high": 10}, "Give more than the least of 50"),
        ({"trend_weeks": "lang"}, "whole number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(office: Client, nonsense: dict[str, Any], sentence: str) -> None:
    response = office.post("/settings/limits/", as_sent(**nonsense))
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert kept() == {}


def test_a_limit_that_is_no_more_is_forgotten() -> None:
    assert thresholds_from({"gone": 3, "order_rate": 0.4}) == Thresholds(order_rate=0.4)
