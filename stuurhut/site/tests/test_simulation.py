"""Who is steady is left in peace: the simulation that says how often a verdict is wrong, in small."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from stuurhut.site.cli import main
from stuurhut.site.commands import simulating
from stuurhut.site.simulation import published
from stuurhut.site.simulation.false_calls import FalseCalls, false_calls
from stuurhut.site.simulation.power import Detection, Found, Rise, detection, rise, weak_step
from stuurhut.site.simulation.sellers import MONTHS, team

PAGE = Path(simulating.__file__).resolve().parents[3] / "docs" / "statistics.md"


def test_of_steady_sellers_next_to_nothing_is_said() -> None:
    found = false_calls((11, 12))
    assert found.sellers >= 12
    assert found.structural_or_weak <= 1
    assert found.process == 0
    assert found.trend_looks <= 2
    assert 0 <= found.outside / found.months < 0.01


def test_the_same_seed_makes_the_same_team() -> None:
    one, again, other = team(5), team(5), team(6)
    assert np.array_equal(one.weekly, again.weekly)
    assert np.array_equal(one.courses["calls"].values, again.courses["calls"].values)
    assert not np.array_equal(one.weekly, other.weekly)


def test_in_a_made_team_every_step_is_a_part_of_the_one_before() -> None:
    made = team(5)
    for hits, n in made.steps.values():
        assert (hits <= n).all()
        assert hits.shape[1] == MONTHS
    orders, value = made.courses["order_count"].values, made.courses["sales_value"].values
    assert ((orders > 0) == (value > 0)).all()


def test_a_halving_is_found_the_sooner_the_more_there_is_to_count() -> None:
    few, many = detection(10, 0.5, 25, 1), detection(40, 0.5, 25, 1)
    assert many.median_weeks is not None
    assert many.median_weeks <= 13
    assert few.median_weeks is None or few.median_weeks > many.median_weeks
    assert few.shares[2] < many.shares[2]
    assert list(many.shares) == sorted(many.shares)


def test_a_weak_step_is_found_the_sooner_the_weaker_it_is() -> None:
    assert weak_step(8, 40, 0.3, 5, 1).share > weak_step(8, 40, 0.95, 5, 1).share


def test_a_doubling_of_leads_is_no_season() -> None:
    assert rise(20, 2.0, 50, 1).share > 0.9
    assert rise(20, 1.0, 50, 1).share < 0.1


def few_figures() -> published.Simulated:
    false = FalseCalls(sellers=100, structural=3, weak=1, structural_or_weak=4, months=1000, outside=3)
    false.by_kpi.update({"calls": 2, "win_rate": 1})
    detections = tuple(
        Detection(volume, rate, None if volume == 5 else 40.4, (0.1, 0.2, 0.3))
        for volume in (5, 10, 20, 40) for rate in (0.2, 0.3, 0.5)
    )  # fmt: skip
    steps = tuple(Found(s, v, f, 0.25) for s in (8, 24) for v in (5, 10, 20, 40) for f in (0.5, 0.7))
    rises = tuple(Rise(v, f, 0.6) for v in (5, 10, 20, 40) for f in (1.25, 1.5))
    return published.Simulated(false, detections, steps, rises)


def test_the_tables_stand_between_their_markers_and_the_rest_stays() -> None:
    page = f"# Statistics\n\n{published.BEGIN}\nthe figures of last year\n{published.END}\n\nThe rest.\n"
    part = published.as_page(few_figures(), "Simulated today.")
    written = published.replaced(page, part)
    assert written.startswith("# Statistics\n")
    assert written.endswith("The rest.\n")
    assert "last year" not in written
    assert "| seller-years with a false *structural* or *weak step* | 4.00% | 1.57% to 9.84% | 100 |" in written
    assert "| 5 | over 104 (10%, 20%, 30%) |" in written
    assert "| 10 | 40 (10%, 20%, 30%) |" in written
    assert published.replaced(written, part) == written


def test_a_page_without_a_place_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "other.md"
    page.write_text("# Other\n", encoding="utf-8")
    assert main(["simulate", "--seeds", "2", "--report", str(page)]) == 3
    assert str(page) in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "# Other\n"


def test_the_figures_go_as_data() -> None:
    data = json.loads(json.dumps(published.as_data(few_figures())))
    assert data["false"]["shares"]["seller-years with a false *weak step*"] == 0.01
    assert data["detections"][0]["median_weeks"] is None


def test_what_is_published_keeps_the_promise() -> None:
    """Under five percent of seller-years, simulated over two hundred teams or more."""
    text = PAGE.read_text(encoding="utf-8")
    line = next(row for row in text.splitlines() if row.startswith("| seller-years with a false *structural* or"))
    share, _band, n = (cell.strip() for cell in line.strip("|").split("|")[1:])
    assert float(share.rstrip("%")) < 5
    assert int(n.replace(",", "")) >= 1200
    seeds = re.search(r"stuurhut simulate --seeds (\d+)", text)
    assert seeds is not None
    assert int(seeds[1]) >= 200
