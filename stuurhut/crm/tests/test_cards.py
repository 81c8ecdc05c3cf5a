"""Cards and forms: a record in full, what happened with it, and how it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from stuurhut.crm import actions
from stuurhut.crm.actions import stages
from stuurhut.crm.fields import amount_in
from stuurhut.crm.models import Account, Activity, Lead, Opportunity, Stage, StageProbability
from stuurhut.crm.tests.little_company import Sales
from stuurhut.crm.tests.test_lists import at_the_desk_of
from stuurhut.kpi.words.money import Amount
from stuurhut.people.models import History, User
from stuurhut.people.tests.company import Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    return company()


def errors(response: Any) -> list[str]:
    return [str(error) for found in response.context["form"].errors.values() for error in found]


# -- cards -------------------------------------------------------------------------------------------------------------


def test_the_card_of_an_account_shows_the_people_the_phase_and_what_to_do_in_it(firm: Company) -> None:
    account = actions.create_account(name="Smit", owner=firm.alice, by=None)
    actions.create_contact(name="Petra", account=account, role="decider", by=None)
    actions.set_buying_phase(account=account, phase=1, at=timezone.now() - timedelta(days=100), by=None)
    actions.add_pain_gain(account=account, kind="pain", statement="Too slow", by=None)
    actions.mark_top_relation(account=account, by=None)
    page = at_the_desk_of(firm.alice).get(f"/accounts/{account.pk}/").content.decode()
    for words in ("Petra", "decider", "Do not push", "is it still so?", "Too slow", "Top relation since"):
        assert words in page


def test_the_timeline_tells_what_changed_from_what_to_what_and_by_whom(firm: Company) -> None:
    account = actions.create_account(name="Smit", owner=firm.alice, city="Breda", by=None)
    by = User.objects.get(person=firm.bob)
    actions.bulk_change(records=[account], by=by, city="Zwolle", owner=firm.bob)
    events = at_the_desk_of(firm.bob).get(f"/accounts/{account.pk}/").context["events"]
    told = {(event.title, event.text, event.by) for event in events}
    assert ("City", "from Breda to Zwolle", "Bob") in told
    assert ("Owner", "from Alice to Bob", "Bob") in told


def test_stages_and_contacts_stand_in_one_timeline_newest_first(firm: Company) -> None:
    sales = Sales()
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    deal = actions.create_opportunity(name="Floor", stage=sales.interest, owner=firm.alice, created_at=start, by=None)
    actions.log_activity(
        kind="visit", opportunity=deal, owner=firm.alice, occurred_at=start + timedelta(days=1), by=None
    )
    actions.move_stage(opportunity=deal, to=sales.offer, at=start + timedelta(days=2), by=None)
    events = at_the_desk_of(firm.alice).get(f"/opportunities/{deal.pk}/").context["events"]
    assert [event.title for event in events][1:] == ["Stage: Offerte", "Visit", "Stage: Interesse"]


def test_the_account_of_a_colleagues_deal_is_a_name_without_a_link(firm: Company) -> None:
    sales = Sales()
    account = actions.create_account(name="Smit", owner=firm.charlie, by=None)
    deal = actions.create_opportunity(stage=sales.offer, account=account, owner=firm.charlie, by=None)
    actions.set_credits(deal=deal, shares={firm.charlie: 60, firm.alice: 40}, by=None)
    page = at_the_desk_of(firm.alice).get(f"/opportunities/{deal.pk}/").content.decode()
    assert "Smit" in page
    assert f"/accounts/{account.pk}/" not in page


def test_what_one_may_see_is_not_always_what_one_may_change(firm: Company) -> None:
    account = actions.create_account(name="Shared", owner=firm.charlie, by=None)
    actions.log_activity(kind="call", account=account, owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    assert desk.get(f"/accounts/{account.pk}/").status_code == 200
    assert desk.get(f"/accounts/{account.pk}/change/").status_code == 404
    assert desk.post(f"/accounts/{account.pk}/delete/").status_code == 404


def test_a_deleted_record_is_gone_and_can_be_put_back(firm: Company) -> None:
    lead = actions.create_lead(company="Smit", owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    response = desk.post(f"/leads/{lead.pk}/delete/")
    assert desk.get(f"/leads/{lead.pk}/").status_code == 404
    assert desk.get(response.headers["Location"]).status_code == 200
    desk.post(response.headers["Location"])
    assert desk.get(f"/leads/{lead.pk}/").status_code == 200


# -- forms -------------------------------------------------------------------------------------------------------------


def test_a_new_lead_belongs_to_whoever_typed_it_in(firm: Company) -> None:
    desk = at_the_desk_of(firm.alice)
    owner = desk.get("/leads/new/").context["form"]["owner"].value()
    desk.post("/leads/new/", {"company": "Smit", "owner": getattr(owner, "pk", owner)})
    lead = Lead.objects.get()
    assert (lead.owner, lead.team) == (firm.alice, firm.noord)
    assert lead.assignments.get().person == firm.alice


def test_a_lead_of_nobody_and_nothing_is_refused_with_one_sentence(firm: Company) -> None:
    response = at_the_desk_of(firm.alice).post("/leads/new/", {"phone": "06"})
    assert errors(response) == ["Fill in a company or the name of a contact; one of the two is enough."]


def test_nobody_gives_records_to_people_he_does_not_see(firm: Company) -> None:
    response = at_the_desk_of(firm.alice).post("/leads/new/", {"company": "Smit", "owner": firm.charlie.pk})
    assert response.status_code == 200
    assert not Lead.objects.exists()


def test_a_change_is_kept_with_what_it_was(firm: Company) -> None:
    sales = Sales()
    euros = Amount(Decimal(1000), "EUR")
    deal = actions.create_opportunity(name="Floor", stage=sales.offer, amount=euros, owner=firm.alice, by=None)
    values = {"name": "Floor", "amount": "2.500,50", "owner": firm.alice.pk}
    at_the_desk_of(firm.alice).post(f"/opportunities/{deal.pk}/change/", values)
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.base_minor) == (250_050, 250_050)
    row = History.objects.get(kind="opportunity", record_id=deal.pk, field="amount_minor")
    assert (row.old, row.new, row.by) == ("100000", "250050", User.objects.get(person=firm.alice))
    assert not History.objects.filter(kind="opportunity", field="name").exists()


def test_a_contact_is_logged_now_for_oneself_with_only_an_account_given(firm: Company) -> None:
    account = actions.create_account(name="Smit", owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    response = desk.post(
        "/activities/new/", {"kind": "visit", "account": "smit", "owner": firm.alice.pk, "direction": "out"}
    )
    assert response.headers["Location"] == f"/accounts/{account.pk}/"
    visit = Activity.objects.get()
    assert (visit.kind, visit.state, visit.owner, visit.account) == ("visit", "held", firm.alice, account)
    assert visit.occurred_at is not None
    assert timezone.now() - visit.occurred_at < timedelta(minutes=1)


def test_the_marks_of_an_appointment_are_kept_and_a_call_has_none(firm: Company) -> None:
    actions.create_account(name="Smit", owner=firm.alice, by=None)
    marks = {"benefit_named": "True", "customer_prepared": "False", "advice_given": ""}
    for kind in ("visit", "call"):
        values = {"kind": kind, "account": "Smit", "direction": "out", **marks}
        at_the_desk_of(firm.alice).post("/activities/new/", values)
    visit, call = Activity.objects.order_by("pk")
    assert (visit.benefit_named, visit.customer_prepared, visit.advice_given) == (True, False, None)
    assert (call.benefit_named, call.customer_prepared) == (None, None)


def test_a_moment_to_come_plans_and_done_makes_it_held(firm: Company) -> None:
    actions.create_account(name="Smit", owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    tomorrow = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    desk.post(
        "/activities/new/",
        {"kind": "visit", "account": "Smit", "occurred_at": tomorrow, "direction": "out", "owner": firm.alice.pk},
    )
    planned = Activity.objects.get()
    assert (planned.state, planned.occurred_at) == ("planned", None)
    desk.post(f"/activities/{planned.pk}/settle/", {"state": "held"})
    planned.refresh_from_db()
    assert planned.state == "held"
    assert planned.occurred_at is not None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Say with whom it was: choose an account."),
        ("Jansen", "There is no account called Jansen; choose one from the list or add it first."),
        ("Double", "More than one account is called Double; choose one from the list."),
        ("Secret", "There is no account called Secret; choose one from the list or add it first."),
    ],
)
def test_an_account_that_is_not_clear_gets_one_sentence(firm: Company, typed: str, sentence: str) -> None:
    for name, owner in (("Double", firm.alice), ("double", firm.alice), ("Secret", firm.charlie)):
        actions.create_account(name=name, owner=owner, by=None)
    response = at_the_desk_of(firm.alice).post(
        "/activities/new/", {"kind": "call", "account": typed, "direction": "out"}
    )
    assert errors(response) == [sentence]


def test_accounts_are_found_while_typing_and_doubles_get_their_number(firm: Company) -> None:
    for name in ("Van Dijk", "Van Dijk", "Van Dam"):
        actions.create_account(name=name, owner=firm.alice, by=None)
    first = Account.objects.order_by("pk")[0]
    desk = at_the_desk_of(firm.alice)
    assert f'value="Van Dijk #{first.pk}"' in desk.get("/accounts/find/?account=dijk").content.decode()
    desk.post("/activities/new/", {"kind": "call", "account": f"Van Dijk #{first.pk}", "direction": "out"})
    assert Activity.objects.get().account == first


def test_a_lost_deal_keeps_its_reason_and_a_wrong_stage_is_refused(firm: Company) -> None:
    sales, other = Sales(), Sales()
    deal = actions.create_opportunity(stage=sales.offer, owner=firm.alice, by=None)
    desk = at_the_desk_of(firm.alice)
    desk.post(f"/opportunities/{deal.pk}/stage/", {"stage": other.lost.pk})
    assert Opportunity.objects.get().outcome == "open"
    desk.post(f"/opportunities/{deal.pk}/stage/", {"stage": sales.lost.pk})
    assert Opportunity.objects.get().outcome == "lost"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("1234", "1234"), ("€ 1.234", "1234"),
        ("1.234.567", "1234567"), ("12,5", "12.50"), ("1 234,50", "1234.50"), ("0", "0"), (",50", "0.50"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_dutch_and_english_people_write_them(typed: str, amount: str) -> None:
    assert amount_in(typed) == Amount(Decimal(amount).quantize(Decimal("0.01")), "EUR")


@given(minor=st.integers(min_value=0, max_value=10**12), language=st.sampled_from(["nl", "en"]))
def test_an_amount_reads_back_as_it_was_written(minor: int, language: str) -> None:
    from stuurhut.ui.numbers import plain

    amount = Amount.of_minor(minor, "EUR")
    with translation.override(language):
        assert amount_in(plain(amount.value, 2)) == amount


@given(st.text(max_size=20))
def test_whatever_is_typed_is_an_amount_or_one_sentence(typed: str) -> None:
    try:
        found = amount_in(typed)
    except forms.ValidationError as error:
        sentences = error.messages
    else:
        sentences = [found.currency]
    assert len(sentences) == 1


# -- stages ------------------------------------------------------------------------------------------------------------


def test_six_usual_stages_begin_a_sales_process_once() -> None:
    stages.start_usual_process(by=None)
    assert [stage.kind for stage in Stage.objects.order_by("order")] == ["open"] * 4 + ["won", "lost"]
    assert not Stage.objects.order_by("order")[0].qualified
    with pytest.raises(stages.ProcessThere):
        stages.start_usual_process(by=None)


def test_another_probability_holds_from_its_day_on() -> None:
    stages.start_usual_process(by=None)
    stage = Stage.objects.order_by("order")[1]
    stages.set_probability(stage=stage, probability=0.4, by=None)
    stages.set_probability(stage=stage, probability=0.45, by=None)
    kept = StageProbability.objects.filter(stage=stage).order_by("starts_on")
    assert [row.probability for row in kept] == [0.25, 0.45]
    with pytest.raises(stages.WrongProbability):
        stages.set_probability(stage=stage, probability=1.2, by=None)


def test_a_stage_that_was_used_keeps_its_meaning(firm: Company) -> None:
    sales = Sales()
    actions.create_opportunity(stage=sales.offer, owner=firm.alice, by=None)
    with pytest.raises(stages.StageInUse):
        stages.change_stage(stage=sales.offer, name="Offer", kind="won", qualified=True, order=2, by=None)
    with pytest.raises(stages.StageInUse):
        stages.remove_stage(stage=sales.offer, by=None)
    stages.change_stage(stage=sales.offer, name="Proposal", kind="open", qualified=True, order=2, by=None)
    assert Stage.objects.get(pk=sales.offer.pk).name == "Proposal"
    assert stages.remove_stage(stage=sales.interest, by=None).deleted_at is not None
