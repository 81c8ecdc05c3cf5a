"""Rows on their way to the database: thousands at a time, in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from django.db import connection, models

from stuurhut.crm import models as crm
from stuurhut.people import models as people
from stuurhut.targets import models as targets

Row = list[Any]
Store = Callable[[type[models.Model], list[str], list[Row]], None]

MODELS: tuple[type[models.Model], ...] = (
    people.Organisation, people.User, people.Team, people.Person, people.Membership, people.Seat, people.Absence,
    crm.Source, crm.Strategy, crm.Industry, crm.Segment, crm.Region, crm.LossReason, crm.ProductGroup, crm.Product,
    crm.Process, crm.Stage, crm.StageProbability, crm.Account, crm.TopRelation, crm.SupplierShare, crm.Spend,
    crm.Contact, crm.BuyingPhase, crm.Lead, crm.LeadAssignment, crm.Opportunity, crm.OpportunityLine, crm.StageChange,
    crm.PainGain, crm.PainGain.opportunities.through, crm.Quote, crm.QuoteLine, crm.Order, crm.OrderLine, crm.Credit,
    crm.Activity, targets.Target, people.History,
)  # fmt: skip

FIRST_DAY = date(1970, 1, 1)
CLOCK = [f" {minute // 60:02}:{minute % 60:02}:00" for minute in range(1440)]


class Missing(ValueError):
    """A column without a default that can be repeated was left out."""


class Texts(dict[int, str]):
    """Days since 1970 as text, made once."""

    def __missing__(self, day: int) -> str:
        text = self[day] = str(FIRST_DAY + timedelta(days=day))
        return text


DAYS = Texts()


def moment_text(moment: int) -> str:
    """A moment as both databases read it: UTC, to the minute."""
    day, second = divmod(moment, 86400)
    return DAYS[day] + CLOCK[second // 60]


def moment_iso(moment: int) -> str:
    """A moment as history keeps it."""
    return moment_text(moment).replace(" ", "T") + "+00:00"


class Table:
    """The waiting rows of one model; every row gets the next number."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.last = 0
        self.count = 0
        self.rows: list[Row] = []
        fields = model._meta.concrete_fields
        self.columns = [str(field.column) for field in fields]
        self.begin: dict[str, Any] = {field.attname: _default(field) for field in fields}
        self.moments = [n for n, field in enumerate(fields) if isinstance(field, models.DateTimeField)]
        self.days = [n for n, field in enumerate(fields) if type(field) is models.DateField]
        self.required = [n for n, value in enumerate(self.begin.values()) if value is Missing]

    def reserve(self) -> int:
        """The number of a row that will be added with `id`."""
        self.last += 1
        return self.last

    def add(self, **values: Any) -> int:
        """Adds a row: moments as seconds, days as dates. Returns its number. Raises TypeError for an unknown column."""
        row = self.begin | values
        if len(row) != len(self.columns):
            raise TypeError(f"{self.model.__name__} has no {sorted(set(values) - set(self.begin))}")
        if "id" not in values:
            row["id"] = self.reserve()
        self.count += 1
        self.rows.append(list(row.values()))
        return int(row["id"])

    def take(self) -> list[Row]:
        """The waiting rows as the database takes them. Raises Missing for a row without its recording moment."""
        rows, self.rows = self.rows, []
        for row in rows:
            for n in self.required:
                if row[n] is Missing:
                    raise Missing(f"{self.model.__name__}.{self.columns[n]} is not given")
            for n in self.moments:
                if row[n] is not None:
                    row[n] = moment_text(row[n])
            for n in self.days:
                if row[n] is not None:
                    row[n] = row[n].isoformat()
        return rows


def _default(field: models.Field[Any, Any]) -> Any:
    """The field's own default; one that asks the clock has to be given with every row."""
    if isinstance(field, models.DateTimeField) and field.has_default():
        return Missing
    if isinstance(field, models.JSONField):
        return "{}"
    default = field.get_default() if field.has_default() else None
    return str(default) if isinstance(default, str | time) else default


class Books:
    """All tables, written away whenever enough rows wait."""

    def __init__(self, store: Store, at_once: int = 50_000) -> None:
        self.tables = {model.__name__: Table(model) for model in MODELS}
        self.store = store
        self.at_once = at_once

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def flush(self, *, whole: bool = False) -> None:
        """Writes the waiting rows away, when there are many or `whole`."""
        if not whole and sum(len(table.rows) for table in self.tables.values()) < self.at_once:
            return
        for table in self.tables.values():
            if rows := table.take():
                self.store(table.model, table.columns, rows)

    def counts(self) -> dict[str, int]:
        """Rows by model."""
        return {name: table.count for name, table in self.tables.items() if table.count}


def in_database(model: type[models.Model], columns: list[str], rows: list[Row]) -> None:
    """Writes rows with the quickest statement of this database, and has PostgreSQL check them while they are few."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.check_constraints()
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
