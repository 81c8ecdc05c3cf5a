"""The example mappings bring the public data in as the data's own README counts them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db.models import Count, F, Sum

from stuurhut.connect.importing import Report, run_import, undo
from stuurhut.connect.mapping import load
from stuurhut.crm.models import Account, Industry, Opportunity, OpportunityLine, Order, OrderLine, Product, StageChange
from stuurhut.people.models import History, Membership, Person, Team

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
MAPPINGS = ROOT / "examples" / "mappings"

pytestmark = pytest.mark.django_db
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data (../shared/data) are not beside this clone")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]


def brought(name: str) -> Report:
    files = [path for path in sorted((DATA / name).iterdir()) if path.suffix in (".csv", ".gz")]
    return run_import(files, load(MAPPINGS / f"{name}.toml"))


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_mapping_is_right(path: Path) -> None:
    assert load(path).files


@with_data
def test_maven_crm() -> None:
    report = brought("maven_crm")
    assert (report.rejected, report.notes) == (0, [])
    assert (Opportunity.objects.count(), Account.objects.count(), Team.objects.count()) == (8800, 85, 6)
    sellers = Membership.objects.filter(role="seller")
    assert sellers.count() == sellers.values("person").distinct().count() == 35
    for team in Team.objects.all():
        assert team.memberships.get(role="manager").person.name == team.name
    assert Opportunity.objects.filter(account=None).count() == 1425
    assert not Product.objects.filter(name="GTXPro").exists()
    assert not Industry.objects.filter(name="technolgy").exists()
    undated = Opportunity.objects.filter(created_at=None)
    assert (undated.count(), set(undated.values_list("stage__name", "outcome"))) == (500, {("Prospecting", "open")})
    outcomes = dict(Opportunity.objects.values_list("outcome").annotate(Count("id")).order_by())
    assert outcomes == {"won": 4238, "lost": 2473, "open": 2089}
    assert Opportunity.objects.filter(outcome="won").aggregate(total=Sum("base_minor")) == {"total": 1000553400}
    entries = StageChange.objects.filter(to_stage__name="Engaging", from_stage=None)
    assert entries.count() == 8300
    assert not entries.exclude(occurred_at=F("opportunity__created_at")).exists()
    price = Product.objects.get(name="GTX Pro").list_price_minor
    lost = Opportunity.objects.filter(outcome="lost", lines__product__name="GTX Pro")
    assert set(lost.values_list("base_minor", flat=True)) == {price}
    won = Opportunity.objects.filter(outcome="won", lines__product__name="GTX Pro").values("id")
    before = History.objects.filter(kind="opportunity", field="base_minor", record_id__in=won)
    assert set(before.values_list("old", flat=True)) == {str(price)}
    again = brought("maven_crm")
    assert (again.count("created"), again.count("changed"), again.rejected) == (0, 0, 0)
    assert again.intake_id is not None
    assert report.intake_id is not None
    undo(again.intake_id)
    undo(report.intake_id)
    assert [model.objects.count() for model in (Opportunity, Account, Person, Team, StageChange, History)] == [0] * 6


@with_data
def test_adventureworks() -> None:
    report = brought("adventureworks")
    targets = apps.get_model("targets", "Target").objects
    assert (report.rejected, report.notes) == (0, [])
    assert (Order.objects.count(), targets.count(), Person.objects.count()) == (3616, 809, 18)
    totals = Order.objects.aggregate(amount=Sum("base_minor"), margin=Sum("margin_minor"))
    lines = OrderLine.objects.aggregate(amount=Sum("base_minor"), margin=Sum("margin_minor"))
    assert totals == lines
    teams = {team.name: team.parent and team.parent.name for team in Team.objects.select_related("parent")}
    assert teams == {"Sales": None, "North America": "Sales", "Europe": "Sales", "Pacific": "Sales"}
    sellers = Membership.objects.filter(role="seller").values_list("team__name").annotate(n=Count("id"))
    assert dict(sellers.order_by()) == {"North America": 10, "Europe": 3, "Pacific": 1}
    leads = Membership.objects.exclude(role="seller").values_list("person__name", "role", "team__name")
    assert set(leads) == {
        ("Brian Welcker", "director", "Sales"),
        ("Stephen Jiang", "manager", "North America"),
        ("Amy Alberts", "manager", "Europe"),
        ("Syed Abbas", "manager", "Pacific"),
    }
    assert not targets.filter(person__memberships__role__in=["manager", "director"]).exists()
    assert set(targets.exclude(team=None).values_list("team__name", flat=True)) == set(teams)
    pak = Person.objects.get(name="Jae Pak")
    july = {"starts_on": date(2018, 7, 1), "until": date(2018, 8, 1)}
    assert targets.filter(person=pak, kpi="sales_value", **july).count() == 1
    zone = ZoneInfo("Europe/Amsterdam")
    assert {order.ordered_at.astimezone(zone).hour for order in Order.objects.all() if order.ordered_at} == {0}


@with_data
def test_opportunity_tracking() -> None:
    report = brought("opportunity_tracking")
    assert (report.rejected, report.notes) == (0, [])
    assert (Opportunity.objects.count(), OpportunityLine.objects.count(), Account.objects.count()) == (486, 487, 357)
    twice = Opportunity.objects.get(system_key="302")
    zone = ZoneInfo("Europe/Amsterdam")
    assert twice.created_at is not None
    assert (twice.name, twice.stage.name, twice.lines.count()) == ("Opportunity #302", "Solution", 2)
    assert twice.created_at.astimezone(zone).date() == date(2014, 2, 13)
    entered = [(c.to_stage.name, c.occurred_at.astimezone(zone).date()) for c in twice.stage_changes.order_by("id")]
    assert entered == [("Lead", date(2014, 2, 13)), ("Solution", date(2014, 3, 7))]
    stages = {deal.stage for deal in Opportunity.objects.select_related("stage")}
    chance = {stage.name: stage.probabilities.get().probability for stage in stages}
    assert chance == {"Lead": 0.1, "Qualify": 0.2, "Solution": 0.4, "Proposal": 0.6, "Finalize": 0.8}
    deals = Opportunity.objects.values_list("stage__name", "base_minor")
    weighted = sum((amount or 0) * chance[stage] for stage, amount in deals)
    assert round(weighted / 100, 1) == 461_706_644.9
    assert not Opportunity.objects.filter(stage__qualified=False).exists()
    assert set(Opportunity.objects.values_list("strategy__name", flat=True)) == {"Partner", "Direct"}
