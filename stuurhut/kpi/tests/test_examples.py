"""Every worked example is right: it is what users are shown behind "how is this computed?"."""

import pytest

from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.examples import worked


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_the_worked_example_gives_what_it_says(key: str) -> None:
    kpi = CATALOGUE[key]
    answer = worked(kpi)
    value = answer.total.value
    assert value is None if kpi.example.expect is None else float(value) == pytest.approx(float(kpi.example.expect))  # type: ignore[arg-type]
    for name, expected in kpi.example.rows.items():
        row = next(r for r in answer.rows if name in r.names.values())
        assert row.value.value is None if expected is None else float(row.value.value) == pytest.approx(float(expected))  # type: ignore[arg-type]
