"""Money in the database: whole minor units, since SQLite would keep a decimal as a float."""

from __future__ import annotations

from typing import Any

from django.db import models


class MinorUnitsField(models.BigIntegerField[int | None, int | None]):
    """An amount in whole minor units (cents) of the currency that stands beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
