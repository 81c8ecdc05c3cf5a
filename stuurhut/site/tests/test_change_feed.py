"""Whatever is written, by whom and how, the copy is the database: rows and facts, after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stuurhut import replica
from stuurhut.crm.models import (
    Account,
    Activity,
    BuyingPhase,
    Contact,
    Credit,
    Lead,
    LeadAssignment,
    OpportunityLine,
    Order,
    PainGain,
    Quote,
    Spend,
    TopRelation,
)
from stuurhut.crm.tests.little_company import Sales, at, person, question
from stuurhut.kpi.words.scope import EVERYTHING
from stuurhut.people.history import change
from stuurhut.people.models import Absence, Intake, Membership, Organisation, Person, Seat, Team
from stuurhut.replica import asking, feed, mirror
from stuurhut.replica.copies import Copy

BEGAN = at("2026-03-02T10:00")
UNHURRIED = settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def same_as_the_database(copy: Copy) -> None:
    """The mirror holds the rows of the database, and the facts are those that would be folded from nothing."""
    source = mirror.read_here(asking.plan().tables)
    assert isinstance(source.tables, dict)
    assert copy.state.name == source.state.name
    fresh = Copy.of(asking.plan(), source, asking.setting())
    for table in asking.plan().tables:
        assert content(copy, f"mirror.{table}") == content(fresh, f"mirror.{table}"), table
    assert copy.rules == fresh.rules
    for fact, step in asking.plan().facts.items():
        for one in (copy, fresh):
            one.make(fact, None)
        assert content(copy, f"facts.{step}") == content(fresh, f"facts.{step}"), step
    fresh.close()


def content(copy: Copy, table: str) -> list[Any]:
    return copy.execute(f"SELECT * FROM {table} ORDER BY ALL")


@contextmanager
def someone_else() -> Iterator[Callable[..., Any]]:
    """Calls functions over another connection to the same database."""
    with ThreadPoolExecutor(1) as thread:
        try:
            yield lambda function, *arguments: thread.submit(function, *arguments).result()
        finally:
            thread.submit(lambda: connection.close()).result()  # its own: a connection belongs to its thread


class Company:
    """Records that hang together, and the ways in which people and programs write them. `n` chooses the record."""

    def __init__(self) -> None:
        Organisation.objects.create(name="Jansen & Zn")
        self.sales = Sales()
        self.teams = [Team.objects.create(name=name) for name in ("Noord", "Zuid")]
        self.people = [person("Alice", self.teams[0]), person("Bob", self.teams[1])]
        self.customers = [Account.objects.create(name=f"Klant {n}", created_at=BEGAN) for n in range(3)]
        self.leads = [
            self.sales.lead(f"2026-03-0{n + 2}T09:00", owner=self.people[n % 2], account=self.customers[n])
            for n in range(2)
        ]
        self.deals = [
            self.sales.deal(
                "2026-03-03T09:00", lead=lead, account=lead.account, owner=self.people[0], base_minor=90_000,
                amount_minor=90_000,
            )
            for lead in self.leads
        ]  # fmt: skip

    def log(self, n: int) -> None:
        about: list[dict[str, Any]] = [
            {"lead": self.leads[n % 2]},
            {"opportunity": self.deals[n % 2]},
            {"account": self.customers[n % 3]},
        ]
        self.sales.done(
            "visit", f"2026-03-{n % 20 + 4:02}T10:00", owner=self.people[n % 2], direction="out", **about[n % 3]
        )

    def log_many(self, n: int) -> None:
        rows = [
            Activity(kind="call", direction="out", outcome="reached", lead=self.leads[k % 2], owner=self.people[0],
                     occurred_at=BEGAN + timedelta(hours=n + k))
            for k in range(5)
        ]  # fmt: skip
        Activity.objects.bulk_create(rows)

    def order(self, n: int) -> None:
        deal = self.deals[n % 2]
        order = Order.objects.create(
            account=deal.account, opportunity=deal, owner=deal.owner, ordered_at=BEGAN + timedelta(days=n % 9),
            base_minor=5_000, amount_minor=5_000,
        )  # fmt: skip
        Credit.objects.create(order=order, person=self.people[1], share=2500)
        Credit.objects.create(order=order, person=self.people[0], share=7500)

    def line(self, n: int) -> None:
        OpportunityLine.objects.create(opportunity=self.deals[n % 2], base_minor=100 * n, amount_minor=100 * n)

    def quote(self, n: int) -> None:
        deal = self.deals[n % 2]
        sent = BEGAN + timedelta(days=n % 9)
        Quote.objects.create(account=deal.account, opportunity=deal, owner=deal.owner, sent_at=sent, state="sent")

    def win(self, n: int) -> None:
        self.sales.entered(
            self.deals[n % 2], (self.sales.won, self.sales.offer)[n % 2], f"2026-03-{n % 20 + 4:02}T15:00"
        )

    def hand_over(self, n: int) -> None:
        record = (*self.deals, *self.leads, *self.customers)[n % 7]
        record.refresh_from_db()
        change(record, by=None, at=BEGAN + timedelta(days=n % 9), owner=self.people[n % 2])

    def move_account(self, n: int) -> None:
        Lead.objects.filter(pk=self.leads[n % 2].pk).update(account=self.customers[(n + 1) % 3])

    def join(self, n: int) -> None:
        Membership.objects.create(
            person=self.people[n % 2], team=self.teams[n % 2], starts_on=date(2026, 3, n % 20 + 1), fte=0.5
        )

    def rename(self, n: int) -> None:
        Person.objects.filter(pk=self.people[n % 2].pk).update(name=f"Person {n}")

    def know(self, n: int) -> None:
        account = self.customers[n % 3]
        Contact.objects.create(account=account, name="Anna", is_right_contact=bool(n % 2), created_at=BEGAN)
        BuyingPhase.objects.create(account=account, phase=n % 5 + 1, since=BEGAN + timedelta(days=n % 9))
        PainGain.objects.create(account=account, kind="pain", statement="duur", weight=n % 3 + 1, found_at=BEGAN)
        Spend.objects.create(account=account, year=1900 + n, order_volume=n)
        TopRelation.objects.filter(account=account).delete()
        TopRelation.objects.create(account=account, since=date(2026, 3, n % 20 + 1))

    def assign(self, n: int) -> None:
        LeadAssignment.objects.create(
            lead=self.leads[n % 2], person=self.people[(n + 1) % 2], assigned_at=BEGAN + timedelta(days=n % 9)
        )

    def share(self, n: int) -> None:
        Credit.objects.create(opportunity=self.deals[n % 2], person=self.people[n % 2], share=n * 100)

    def be_away(self, n: int) -> None:
        Absence.objects.create(person=self.people[n % 2], starts_on=date(2026, 3, n % 20 + 1))
        Seat.objects.create(team=self.teams[n % 2], starts_on=date(2026, 1, 1), vacant_since=date(2026, 3, n % 20 + 1))

    def merge(self, n: int) -> None:
        change(self.leads[1], by=None, at=BEGAN + timedelta(days=n % 9), merged_into=(self.leads[0], None)[n % 2])

    def raw(self, n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE crm_opportunity SET base_minor = base_minor + %s", [n])

    def remove(self, n: int) -> None:
        model = (Activity, Quote)[n % 2]
        model.objects.order_by("pk").filter(pk__in=[r.pk for r in model.objects.order_by("pk")[: n % 4]]).delete()

    def replace(self, n: int) -> None:
        """A row takes the unique key of another, which is gone without a delete on SQLite."""
        with transaction.atomic(), connection.cursor() as cursor:
            for pk in (1_000 + n, 2_000 + n):
                take = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
                if connection.vendor == "postgresql":
                    cursor.execute("DELETE FROM crm_industry WHERE system = 'x' AND system_key = 'k'")
                cursor.execute(
                    f"{take} INTO crm_industry (id, name, system, system_key, recorded_at) "
                    "VALUES (%s, 'Bouw', 'x', 'k', %s)",
                    [pk, BEGAN],
                )

    def new_key(self, n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE crm_industry SET id = id + 1")

    def office_hours(self, n: int) -> None:
        Organisation.objects.update(weekdays="12345" if n % 2 else "1234")

    def migrate(self, n: int) -> None:
        """The table is made anew, as a migration does; on SQLite its triggers are then gone."""
        old = Lead._meta.get_field("rating")
        new = models.PositiveSmallIntegerField("rating", null=True, blank=True, db_index=True)
        new.set_attributes_from_name("rating")
        new.model = Lead
        with connection.schema_editor() as editor:
            editor.alter_field(Lead, old, new)
        with connection.schema_editor() as editor:
            editor.alter_field(Lead, new, old)
        call_command("migrate", verbosity=0)
        Lead.objects.update(rating=n % 5 + 1)

    def empty(self, n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE crm_quote CASCADE" if connection.vendor == "postgresql" else "DELETE FROM crm_quote"
            )

    def take_in(self, n: int) -> None:
        """An import that is not complete is not there; once it is, all of it is; taken back, none."""
        intake = Intake.objects.create(label="x")
        self.sales.lead("2026-03-05T09:00", intake=intake, owner=self.people[0])
        if n % 3:
            Intake.objects.filter(pk=intake.pk).update(completed_at=datetime.now(UTC))
        if n % 3 == 2:
            asking.newest()
            Intake.objects.filter(pk=intake.pk).update(undone_at=datetime.now(UTC))

    def roll_back(self, n: int) -> None:
        with transaction.atomic():
            self.log(n)
            self.raw(n)
            transaction.set_rollback(True)


WAYS = sorted(name for name, what in vars(Company).items() if callable(what) and not name.startswith("_"))
steps = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 60), st.booleans()), min_size=6, max_size=9)


@pytest.mark.django_db(transaction=True)
@given(steps=steps)
@UNHURRIED
def test_the_copy_is_the_database_after_every_step(steps: list[tuple[str, int, bool]]) -> None:
    call_command("flush", interactive=False, verbosity=0)
    company = Company()
    for fact in asking.plan().facts:
        asking.newest().make(fact, None)
    copy = asking.newest()
    with someone_else() as another:
        for way, n, by_another in steps:
            step = getattr(company, way)
            another(step, n) if by_another else step(n)
            same_as_the_database(asking.newest())
    assert asking.newest() is copy, "it caught up, and was not made anew"


@pytest.mark.django_db(transaction=True)
def test_every_way_of_writing_is_followed() -> None:
    company = Company()
    same_as_the_database(asking.newest())
    for way in WAYS:
        getattr(company, way)(7)
        same_as_the_database(asking.newest())


@pytest.mark.django_db(transaction=True)
def test_who_takes_long_to_commit_is_neither_missed_nor_waited_for() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    sales = Sales()
    began, written, may_commit = Event(), Event(), Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                began.set()
                sales.lead("2026-03-05T09:00")
                written.set()
                assert may_commit.wait(60)
        finally:
            connection.close()

    def leads() -> Any:
        return replica.ask(question("leads_created"), EVERYTHING).total.value

    assert leads() == 0
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(slowly)
        assert written.wait(60)
        for n in range(3):
            sales.lead("2026-03-06T09:00")
            assert leads() == n + 1, "nobody waits for a transaction that still runs"
            same_as_the_database(asking.newest())
        before = asking.newest().state
        may_commit.set()
        slow.result()
        assert leads() == 4, "what was written early and committed late is seen"
        same_as_the_database(asking.newest())
        changes = feed.changes(before)
    assert changes is not None
    assert changes.rows == 1, "and nothing else is read again"
