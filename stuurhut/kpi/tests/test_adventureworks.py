"""Attainment on real targets: every seller and quarter of adventureworks against a sum made with pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stuurhut.kpi.examples import ExampleEngine, ExampleRules
from stuurhut.kpi.tests.asking import asked
from stuurhut.kpi.words.period import add_months

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data" / "adventureworks"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/adventureworks")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, sep="|", dtype=str)


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


@pytest.fixture(scope="module")
def sold() -> pd.DataFrame:
    """Orders with their seller, first day and amount."""
    lines, people = read("Sales.csv.gz"), read("Salesperson.csv")
    lines["amount"] = lines["Sales"].str.replace(r"[$,]", "", regex=True).astype(float)
    lines["on"] = pd.to_datetime(lines["OrderDate"], format="%Y/%m/%d")
    orders = lines.groupby("SalesOrderNumber").agg(
        amount=("amount", "sum"), on=("on", "first"), seller=("EmployeeKey", "first")
    )
    orders["seller"] = orders["seller"].map(dict(zip(people["EmployeeKey"], people["Salesperson"], strict=True)))
    return orders.round({"amount": 2})


@pytest.fixture(scope="module")
def aims() -> pd.DataFrame:
    """Monthly targets with their seller."""
    targets, people = read("Targets.csv"), read("Salesperson.csv")
    seller = targets["EmployeeID"].map(dict(zip(people["EmployeeID"], people["Salesperson"], strict=True)))
    month = pd.to_datetime(targets["TargetMonth"], format="%Y/%m/%d")
    return pd.DataFrame({"seller": seller, "month": month, "value": targets["TargetAmount"].astype(float)})


@pytest.fixture(scope="module")
def engine(sold: pd.DataFrame, aims: pd.DataFrame) -> ExampleEngine:
    orders = [
        {
            "ordered_at": f"{row['on']:%Y-%m-%d} 00:00",
            "amount": row["amount"],
            "owner": row["seller"],
            "team": "Resellers",
        }
        for row in rows(sold)
    ]
    targets = [
        {"kpi": "sales_value", "person": row["seller"], "value": str(row["value"]), "version": 1,
         "starts_on": row["month"].date(), "until_on": add_months(row["month"].date(), 1)}
        for row in rows(aims)
    ]  # fmt: skip
    return ExampleEngine({"order": orders, "target": targets}, ExampleRules(sales_are="orders"))


def expected(sold: pd.DataFrame, aims: pd.DataFrame, start: str, months: int) -> dict[str, float | None]:
    """Per seller with a target: sold / target; None when a month has no target."""
    first = pd.Timestamp(start)
    last = first + pd.DateOffset(months=months)
    within = aims[(aims["month"] >= first) & (aims["month"] < last)]
    asked_for = within.groupby("seller")["value"].agg(["sum", "count"])
    made = sold[(sold["on"] >= first) & (sold["on"] < last)].groupby("seller")["amount"].sum()
    return {
        str(seller): float(made.get(seller, 0.0)) / row["sum"] if row["count"] == months else None
        for seller, row in asked_for.iterrows()
    }


def test_the_year_of_two_sellers(engine: ExampleEngine) -> None:
    answer = asked(engine, "target_attainment", by=("person",), period="2018-07-01..2019-07-01", as_of="2026-11-21")
    found = {row.names["person"]: row.value.value for row in answer.rows}
    assert found["Jae Pak"] == pytest.approx(1.8697, abs=5e-5)
    assert found["Linda Mitchell"] == pytest.approx(0.4067, abs=5e-5)


@pytest.mark.parametrize("start", ["2017-07-01", "2018-01-01", "2018-10-01", "2019-04-01", "2020-01-01"])
def test_every_seller_in_a_quarter(start: str, engine: ExampleEngine, sold: pd.DataFrame, aims: pd.DataFrame) -> None:
    quarter = f"{start[:4]}-Q{(int(start[5:7]) + 2) // 3}"
    answer = asked(engine, "target_attainment", by=("person",), period=quarter, as_of="2026-11-21")
    found = {row.names["person"]: row.value.value for row in answer.rows}
    for seller, value in expected(sold, aims, start, 3).items():
        assert found[seller] == (None if value is None else pytest.approx(value, abs=1e-6))


def test_a_seller_without_a_target_for_a_month_of_the_year_has_no_percentage_for_it(
    engine: ExampleEngine, sold: pd.DataFrame, aims: pd.DataFrame
) -> None:
    for year in ("2017", "2018", "2019", "2020"):
        answer = asked(engine, "target_attainment", by=("person",), period=year, as_of="2026-11-21")
        found = {row.names["person"]: row.value.value for row in answer.rows}
        for seller, value in expected(sold, aims, f"{year}-01-01", 12).items():
            assert found[seller] == (None if value is None else pytest.approx(value, abs=1e-6))
