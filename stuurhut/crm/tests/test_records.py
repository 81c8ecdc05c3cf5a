"""Leads, work and accounts: judged, handed over, merged, deleted, and put back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from stuurhut.crm.actions import (
    CannotMerge,
    add_pain_gain,
    address_pain_gain,
    assign_lead,
    bulk_change,
    cancel_activity,
    confirm_buying_phase,
    create_account,
    create_contact,
    create_lead,
    create_opportunity,
    current_phase,
    delete,
    disqualify_lead,
    end_top_relation,
    hand_over,
    hold_activity,
    log_activity,
    mark_top_relation,
    merge,
    plan_activity,
    qualify_lead,
    rate_lead,
    set_buying_phase,
    undelete,
    undo_merge,
)
from stuurhut.crm.actions.activities import NotPlanned
from stuurhut.crm.actions.leads import NoSuchReason, WrongRating
from stuurhut.crm.actions.merging import NotMerged
from stuurhut.crm.actions.records import NoSuchField, NotInBulk
from stuurhut.crm.actions.relations import NoSuchPhase, NotATopRelation, PhaseUnknown
from stuurhut.crm.models import Account, Activity, BuyingPhase, Lead, LeadAssignment, Region, TopRelation
from stuurhut.crm.tests.stages import stages
from stuurhut.people.actions import move_team
from stuurhut.people.history import text_at
from stuurhut.people.models import History
from stuurhut.people.tests.company import Company, company

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def firm() -> Company:
    return company()


# -- leads -------------------------------------------------------------------------------------------------------------


def test_every_assignment_of_a_lead_is_kept(firm: Company) -> None:
    lead = create_lead(company="Acme", owner=firm.alice, created_at=MARCH, by=None)
    assign_lead(lead=lead, to=firm.charlie, at=MARCH + DAY, by=firm.user(firm.bob))
    kept = LeadAssignment.objects.filter(lead=lead).order_by("id").values_list("person", "team", "assigned_at")
    assert list(kept) == [
        (firm.alice.pk, firm.noord.pk, MARCH),
        (firm.charlie.pk, firm.zuid.pk, MARCH + DAY),
    ]
    assert text_at(lead, "owner", MARCH) == str(firm.alice.pk)
    assert Lead.objects.get().owner == firm.charlie


def test_a_lead_is_judged_and_the_judgement_can_change(firm: Company) -> None:
    lead = create_lead(company="Acme", owner=firm.alice, created_at=MARCH, by=None)
    disqualify_lead(lead=lead, reason="no_budget", at=MARCH + DAY, by=None)
    qualify_lead(lead=lead, at=MARCH + 2 * DAY, by=None)
    lead.refresh_from_db()
    assert (lead.qualified_at, lead.disqualified_at, lead.disqualified_reason) == (MARCH + 2 * DAY, None, "")
    assert text_at(lead, "disqualified_reason", MARCH + DAY) == "no_budget"
    with pytest.raises(NoSuchReason, match="spam"):
        disqualify_lead(lead=lead, reason="too far", by=None)


def test_a_seller_rates_a_lead_from_one_to_five() -> None:
    lead = create_lead(company="Acme", by=None)
    assert rate_lead(lead=lead, rating=5, by=None).rating == 5
    for rating in (0, 6):
        with pytest.raises(WrongRating):
            rate_lead(lead=lead, rating=rating, by=None)


# -- work --------------------------------------------------------------------------------------------------------------


def test_a_visit_logged_late_happened_then_and_is_recorded_now(firm: Company) -> None:
    before = timezone.now()
    visit = log_activity(kind="visit", owner=firm.alice, occurred_at=MARCH, by=firm.user(firm.alice))
    assert visit.occurred_at == MARCH
    assert before <= visit.recorded_at <= timezone.now()
    assert (visit.state, visit.team) == ("held", firm.noord)


def test_work_of_before_a_move_stays_with_the_team_of_then(firm: Company) -> None:
    move_team(person=firm.alice, old=firm.noord, new=firm.zuid, starts_on=date(2026, 4, 1), by=None)
    before = log_activity(kind="call", owner=firm.alice, occurred_at=MARCH, by=None)
    after = log_activity(kind="call", owner=firm.alice, occurred_at=MARCH + 60 * DAY, by=None)
    assert (before.team, after.team) == (firm.noord, firm.zuid)


def test_what_was_planned_is_held_or_called_off_once(firm: Company) -> None:
    visit = plan_activity(kind="visit", owner=firm.alice, planned_for=timezone.now() + DAY, by=None)
    hold_activity(activity=visit, minutes=45, advice_given=True, by=None)
    assert (visit.state, visit.minutes, visit.advice_given) == ("held", 45, True)
    with pytest.raises(NotPlanned):
        cancel_activity(activity=visit, by=None)


def test_one_activity_can_be_about_more_customers(firm: Company) -> None:
    acme, other = create_account(name="Acme", by=None), create_account(name="Other", by=None)
    fair = log_activity(kind="event", owner=firm.alice, account=acme, also_about=({"account": other},), by=None)
    assert [link.account for link in fair.links.all()] == [other]


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_a_buying_phase_has_history_and_is_confirmed_without_a_new_row() -> None:
    acme = create_account(name="Acme", by=None)
    set_buying_phase(account=acme, phase=2, at=MARCH, by=None)
    set_buying_phase(account=acme, phase=4, at=MARCH + DAY, by=None)
    confirm_buying_phase(account=acme, at=MARCH + 9 * DAY, by=None)
    set_buying_phase(account=acme, phase=4, at=MARCH + 20 * DAY, by=None)
    assert list(BuyingPhase.objects.order_by("since").values_list("phase", flat=True)) == [2, 4]
    now = current_phase(acme, timezone.now())
    assert now is not None
    assert (now.phase, now.confirmed_at) == (4, MARCH + 20 * DAY)
    then = current_phase(acme, MARCH)
    assert then is not None
    assert then.phase == 2


def test_a_buying_phase_that_is_not_one_or_not_known_is_refused() -> None:
    acme = create_account(name="Acme", by=None)
    with pytest.raises(NoSuchPhase, match=r"1 .* 5"):
        set_buying_phase(account=acme, phase=6, by=None)
    with pytest.raises(PhaseUnknown):
        confirm_buying_phase(account=acme, by=None)


def test_a_top_relation_has_a_beginning_and_an_end() -> None:
    acme = create_account(name="Acme", by=None)
    first = mark_top_relation(account=acme, since=date(2026, 1, 1), by=None)
    assert mark_top_relation(account=acme, since=date(2026, 2, 1), by=None) == first
    end_top_relation(account=acme, until=date(2026, 3, 1), by=None)
    mark_top_relation(account=acme, since=date(2026, 6, 1), by=None)
    spans = TopRelation.objects.order_by("since").values_list("since", "until")
    assert list(spans) == [(date(2026, 1, 1), date(2026, 3, 1)), (date(2026, 6, 1), None)]
    with pytest.raises(NotATopRelation):
        end_top_relation(account=create_account(name="Other", by=None), by=None)


def test_a_pain_is_found_and_addressed() -> None:
    pain = add_pain_gain(account=create_account(name="A", by=None), kind="pain", statement="Waits for parts", by=None)
    assert pain.addressed_at is None
    assert address_pain_gain(pain_gain=pain, by=None).addressed_at is not None


# -- many at once ------------------------------------------------------------------------------------------------------


def test_many_accounts_get_another_region_at_once_with_history() -> None:
    region = Region.objects.create(name="Randstad")
    accounts = [create_account(name=f"Account {n}", by=None) for n in range(30)]
    bulk_change(records=accounts, region=region, by=None)
    assert Account.objects.filter(region=region).count() == 30
    assert History.objects.filter(kind="account", field="region", new=str(region.pk)).count() == 30


def test_handing_over_leads_brings_the_team_and_starts_the_new_clock(firm: Company) -> None:
    leads = [create_lead(company=str(n), owner=firm.alice, created_at=MARCH, by=None) for n in range(3)]
    already = create_lead(company="own", owner=firm.charlie, created_at=MARCH, by=None)
    hand_over(records=[*leads, already], to=firm.charlie, by=None)
    assert Lead.objects.filter(owner=firm.charlie, team=firm.zuid).count() == 4
    assert LeadAssignment.objects.filter(person=firm.charlie).count() == 4


@pytest.mark.parametrize("fields", [{"stage": 1}, {"base_minor": 1}, {"merged_into": None}, {"deleted_at": None}])
def test_what_has_its_own_verb_is_not_set_in_bulk(fields: dict[str, Any]) -> None:
    deal = create_opportunity(stage=stages()["Lead"], by=None)
    with pytest.raises(NotInBulk):
        bulk_change(records=[deal], by=None, **fields)


def test_a_field_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(NoSuchField, match="'region'"):
        bulk_change(records=[create_account(name="A", by=None)], by=None, regoin="West")


# -- deleting ----------------------------------------------------------------------------------------------------------


def test_deleting_can_be_undone_and_both_are_kept(firm: Company) -> None:
    acme = create_account(name="Acme", by=None)
    delete(records=[acme], by=firm.user(firm.bob))
    assert Account.objects.get().deleted_at is not None
    undelete(records=[acme], by=firm.user(firm.bob))
    assert Account.objects.get().deleted_at is None
    rows = History.objects.filter(kind="account", field="deleted_at")
    assert {row.by for row in rows} == {firm.user(firm.bob)}
    assert rows.count() == 2


# -- merging -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def twice(firm: Company) -> tuple[Account, Account]:
    """Acme, and Acme once more, with a contact, a lead, a deal and a call on the second."""
    keep, double = create_account(name="Acme", by=None), create_account(name="Acme B.V.", by=None)
    create_contact(name="Jan", account=double, by=None)
    create_lead(company="Acme", account=double, owner=firm.alice, by=None)
    create_opportunity(stage=stages()["Quote"], account=double, owner=firm.alice, by=None)
    log_activity(kind="call", owner=firm.alice, account=double, by=None)
    set_buying_phase(account=double, phase=3, by=None)
    return keep, double


def hanging_on(account: Account) -> tuple[int, ...]:
    return (
        account.contacts.count(), account.leads.count(), account.opportunities.count(), account.activities.count(),
        account.buying_phases.count(),
    )  # fmt: skip


def test_merging_moves_everything_to_one_account(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    merge(records=[double], into=keep, by=None)
    assert hanging_on(keep) == (1, 1, 1, 1, 1)
    assert hanging_on(double) == (0, 0, 0, 0, 0)
    assert Account.objects.get(pk=double.pk).merged_into == keep


def test_two_phases_of_one_customer_do_not_contradict_each_other(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    set_buying_phase(account=keep, phase=5, by=None)
    merge(records=[double], into=keep, by=None)
    assert hanging_on(keep)[-1] == 1
    assert hanging_on(double)[-1] == 1


def test_a_merge_is_undone_to_exactly_what_was(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    create_contact(name="Piet", account=keep, by=None)
    merge(records=[double], into=keep, by=None)
    undo_merge(record=double, by=None)
    assert hanging_on(double) == (1, 1, 1, 1, 1)
    assert hanging_on(keep) == (1, 0, 0, 0, 0)
    assert Account.objects.get(pk=double.pk).merged_into is None


def test_what_was_moved_on_since_the_merge_stays_there(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    third = create_account(name="Third", by=None)
    merge(records=[double], into=keep, by=None)
    bulk_change(records=Activity.objects.all(), account=third, by=None)
    undo_merge(record=double, by=None)
    assert third.activities.count() == 1
    assert hanging_on(double) == (1, 1, 1, 0, 1)


def test_merging_again_after_an_undo_works(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    merge(records=[double], into=keep, by=None)
    undo_merge(record=double, by=None)
    merge(records=[double], into=keep, by=None)
    undo_merge(record=double, by=None)
    assert hanging_on(double) == (1, 1, 1, 1, 1)


def test_what_cannot_be_one_is_refused(twice: tuple[Account, Account]) -> None:
    keep, double = twice
    with pytest.raises(CannotMerge):
        merge(records=[keep], into=keep, by=None)
    merge(records=[double], into=keep, by=None)
    other = create_account(name="Other", by=None)
    with pytest.raises(CannotMerge, match="Acme"):
        merge(records=[other], into=double, by=None)
    delete(records=[other], by=None)
    with pytest.raises(CannotMerge, match="Other"):
        merge(records=[other], into=keep, by=None)
    with pytest.raises(NotMerged):
        undo_merge(record=keep, by=None)


def test_a_lead_that_came_twice_becomes_one(firm: Company) -> None:
    keep, double = (create_lead(company="Acme", owner=firm.alice, by=None) for _ in range(2))
    log_activity(kind="call", owner=firm.alice, lead=double, by=None)
    merge(records=[double], into=keep, by=None)
    assert keep.activities.count() == 1
    undo_merge(record=double, by=None)
    assert double.activities.count() == 1
