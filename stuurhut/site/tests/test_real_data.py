"""Real files, imported by their example mappings, give what pandas computes from the files without us."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.test import TestCase

from stuurhut.connect.importing import Report, run_import, undo
from stuurhut.connect.mapping import load
from stuurhut.crm.models import Account, Opportunity, OpportunityLine, Order
from stuurhut.kpi.words.answer import Answer
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.models import Membership, Team
from stuurhut.replica import ask
from stuurhut.replica.asked import question_from
from stuurhut.targets.models import Target

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
MAPPINGS = ROOT / "examples" / "mappings"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data (../shared/data) are not beside this checkout")


def asked(kpi: str, **asking: Any) -> Answer:
    return ask(question_from(kpi, **asking), EVERYTHING)


def imported(folder: str) -> Report:
    files = sorted(p for p in (DATA / folder).iterdir() if p.suffix in (".csv", ".gz"))
    return run_import(files, load(MAPPINGS / f"{folder}.toml"))


def values(answer: Answer, *by: str) -> dict[Any, Any]:
    return {tuple(row.names[name] for name in by): row.value.value for row in answer.rows}


class TestMavenCrm(TestCase):
    """A B2B pipeline as of its last day, 2017-12-31."""

    report: Report

    @classmethod
    def setUpTestData(cls) -> None:
        cls.report = imported("maven_crm")

    @staticmethod
    def deals() -> pd.DataFrame:
        deals = pd.read_csv(DATA / "maven_crm/sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
        deals["quarter"] = (
            deals.close_date.dt.year.astype("Int64").astype(str)
            + "-Q"
            + deals.close_date.dt.quarter.astype("Int64").astype(str)
        )
        return deals

    def test_every_row_is_in(self) -> None:
        assert Opportunity.objects.count() == 8800
        assert Account.objects.count() == 85
        assert Membership.objects.filter(role="seller").values("person").distinct().count() == 35
        assert Team.objects.filter(memberships__role="manager").distinct().count() == 6
        assert Opportunity.objects.filter(account=None).count() == 1425
        assert Opportunity.objects.filter(created_at=None).count() == 500
        assert not Opportunity.objects.filter(lines__product__name="GTXPro").exists()
        assert not Account.objects.filter(industry__name="technolgy").exists()

    def test_the_year_is_right(self) -> None:
        year = {"period": "2016-10-01..2018-01-01", "as_of": "2017-12-31"}
        assert asked("won_count", **year).total.value == 4238
        assert asked("won_value", **year).total.value == Decimal("10005534.00")
        rate = asked("win_rate", **year).total
        assert rate.n == 4238 + 2473
        assert float(rate.value or 0) == pytest.approx(4238 / 6711)

    def test_every_seller_in_every_quarter(self) -> None:
        asking = {"period": "2016-10-01..2018-01-01", "as_of": "2017-12-31", "by": ["person", "quarter"]}
        deals = self.deals()
        won = deals[deals.deal_stage == "Won"].groupby(["sales_agent", "quarter"]).close_value.agg(["count", "sum"])
        lost = deals[deals.deal_stage == "Lost"].groupby(["sales_agent", "quarter"]).size()
        counts, sums = (
            values(asked("won_count", **asking), "person", "quarter"),
            values(asked("won_value", **asking), "person", "quarter"),
        )
        rates = values(asked("win_rate", **asking), "person", "quarter")
        assert len(counts) >= 35 * 5
        for key, value in counts.items():
            expected = won.loc[key] if key in won.index else {"count": 0, "sum": 0}
            assert value == expected["count"], key
            assert sums[key] == expected["sum"], key
            decided = expected["count"] + lost.get(key, 0)
            assert rates[key] is None if decided == 0 else rates[key] == pytest.approx(expected["count"] / decided), key
        assert sum(counts.values()) == 4238

    def test_a_lost_deal_was_worth_its_list_price_before_it_was_lost(self) -> None:
        deals = self.deals()
        prices = pd.read_csv(DATA / "maven_crm/products.csv").set_index("product").sales_price
        day = pd.Timestamp("2017-06-30")
        was_open = deals[(deals.engage_date <= day) & ~(deals.close_date <= day)]
        expected = was_open["product"].replace({"GTXPro": "GTX Pro"}).map(prices).sum()
        answer = asked("pipeline_open_value", period="2017-Q2", as_of="2017-06-30")
        assert answer.total.value == int(expected)
        assert asked("pipeline_open_count", period="2017-Q2", as_of="2017-06-30").total.value == len(was_open)

    def test_a_second_run_changes_nothing_and_undo_leaves_nothing(self) -> None:
        before = asked("won_value", period="2017", as_of="2017-12-31").total
        again = imported("maven_crm")
        assert Opportunity.objects.count() == 8800
        assert asked("won_value", period="2017", as_of="2017-12-31").total == before
        for report in (again, self.report):
            assert report.intake_id is not None
            undo(report.intake_id)
        assert (Opportunity.objects.count(), Account.objects.count(), Team.objects.count()) == (0, 0, 0)


class TestAdventureWorks(TestCase):
    """Orders and monthly targets of resellers' sellers."""

    @classmethod
    def setUpTestData(cls) -> None:
        imported("adventureworks")

    @staticmethod
    def people() -> pd.DataFrame:
        return pd.read_csv(DATA / "adventureworks/Salesperson.csv", sep="|")

    @classmethod
    def lines(cls) -> pd.DataFrame:
        people = cls.people()
        with gzip.open(DATA / "adventureworks/Sales.csv.gz", "rt") as file:
            lines = pd.read_csv(file, sep="|", parse_dates=["OrderDate"])
        lines["cents"] = (lines.Sales * 100).round().astype("int64")
        lines["person"] = lines.EmployeeKey.map(people.set_index("EmployeeKey").Salesperson)
        lines["quarter"] = lines.OrderDate.dt.year.astype(str) + "-Q" + lines.OrderDate.dt.quarter.astype(str)
        return lines

    def test_lines_fold_into_orders(self) -> None:
        assert Order.objects.count() == 3616
        assert Target.objects.count() == 809

    def test_every_seller_in_every_quarter(self) -> None:
        asking = {"period": "2017-07-01..2020-07-01", "as_of": "2020-06-30", "by": ["person", "quarter"]}
        lines = self.lines()
        sums = lines.groupby(["person", "quarter"]).cents.sum()
        counts = lines.groupby(["person", "quarter"]).SalesOrderNumber.nunique()
        turnover, orders = (
            values(asked("turnover", **asking), "person", "quarter"),
            values(asked("order_count", **asking), "person", "quarter"),
        )
        for key, value in turnover.items():
            assert value == Decimal(int(sums.get(key, 0))).scaleb(-2), key
            assert orders[key] == counts.get(key, 0), key
        assert sum(orders.values()) == 3616

    def test_attainment_of_a_year_from_july(self) -> None:
        lines, people = self.lines(), self.people()
        targets = pd.read_csv(DATA / "adventureworks/Targets.csv", sep="|", parse_dates=["TargetMonth"])
        targets["person"] = targets.EmployeeID.map(people.set_index("EmployeeID").Salesperson)
        inside = targets[(targets.TargetMonth >= "2018-07-01") & (targets.TargetMonth < "2019-07-01")]
        goal = inside.groupby("person").TargetAmount.agg(["sum", "count"])
        sold = (
            lines[(lines.OrderDate >= "2018-07-01") & (lines.OrderDate < "2019-07-01")].groupby("person").cents.sum()
            / 100
        )
        answer = asked("target_attainment", period="2018-07-01..2019-07-01", as_of="2019-06-30", by=["person"])
        found: dict[str, Any] = {name: value for (name,), value in values(answer, "person").items()}
        assert found["Jae Pak"] == pytest.approx(1.8697, abs=5e-5)
        assert found["Linda Mitchell"] == pytest.approx(0.4067, abs=5e-5)
        managers = set(people[people.Title != "Sales Representative"].Salesperson)
        for name, value in found.items():
            if name in managers:
                continue
            whole = name in goal.index and goal.loc[name, "count"] == 12
            expected = sold.get(name, 0) / goal.loc[name, "sum"] if whole else None
            assert value == (None if expected is None else pytest.approx(expected)), name

    def test_a_managers_target_is_that_of_the_team(self) -> None:
        people = self.people()
        managers = people[people.Title != "Sales Representative"].Salesperson
        assert not Target.objects.filter(person__name__in=list(managers)).exists()
        assert Target.objects.filter(team__isnull=False).exists()


class TestOpportunityTracking(TestCase):
    """A snapshot of an open pipeline."""

    @classmethod
    def setUpTestData(cls) -> None:
        imported("opportunity_tracking")

    def test_one_opportunity_stands_in_two_rows(self) -> None:
        assert (Opportunity.objects.count(), OpportunityLine.objects.count()) == (486, 487)
        twice = Opportunity.objects.get(system_key="302")
        assert twice.created_at is not None
        assert (twice.stage.name, twice.created_at.date()) == (
            "Solution",
            date(2014, 2, 12),
        )  # 13 February in Amsterdam
        assert twice.lines.count() == 2

    def test_the_weighted_value_takes_the_stage_of_the_whole_opportunity(self) -> None:
        answer = asked("pipeline_weighted_value", period="2015", as_of="2015-01-01")
        assert answer.total.value == Decimal("461120880.80") + Decimal("585764.10")

    def test_every_stage_region_and_month_of_expected_close(self) -> None:
        rows = pd.read_csv(DATA / "opportunity_tracking/Fact.csv", parse_dates=["EstimatedCloseDate"])
        stages = pd.read_csv(DATA / "opportunity_tracking/SalesStage.csv").set_index("Sales Stage ID")["Sales Stage"]
        regions = pd.read_csv(DATA / "opportunity_tracking/Account.csv").set_index("Account ID").Region
        rows.loc[rows["Opportunity ID"] == 302, "Sales Stage ID"] = 3
        rows["stage"], rows["region"] = rows["Sales Stage ID"].map(stages), rows["Account ID"].map(regions)
        rows["month"] = rows.EstimatedCloseDate.dt.strftime("%Y-%m")
        groups = rows.groupby(["stage", "region", "month"])
        sums, counts = groups.ProductRevenue.sum(), groups["Opportunity ID"].nunique()
        asking = {"period": "2015", "as_of": "2015-01-01", "by": ["stage", "region", "month"]}
        value = values(asked("pipeline_open_value", **asking), "stage", "region", "month")
        count = values(asked("pipeline_open_count", **asking), "stage", "region", "month")
        assert {k for k, v in count.items() if v} == set(counts.index)
        for key in counts.index:
            assert (count[key], value[key]) == (counts[key], Decimal(str(sums[key])))
