"""What one can do about a figure: for each KPI a sentence per situation, or else that of its phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stuurhut.kpi.kpi import Kpi
from stuurhut.kpi.words.text import gettext_noop as _

Situation = Literal["good", "bad", "high", "low", "unknown"]  # high and low where neither is better
ORDER: tuple[Situation, ...] = ("bad", "low", "high", "good", "unknown")


@dataclass(frozen=True)
class Remedy:
    """What to do in a situation: English, translated at the edge."""

    situation: Situation
    text: str


def remedies(kpi: Kpi) -> tuple[Remedy, ...]:
    """What one can do about a KPI: one remedy per situation it can be in, what falls short first."""
    sides: tuple[Situation, ...] = ("high", "low") if kpi.better == "neither" else ("good", "bad")
    own = {remedy.situation: remedy for remedy in OWN.get(COUSINS.get(kpi.key, kpi.key), ())}
    usual = {remedy.situation: remedy for remedy in BY_PHASE[kpi.phase]}
    known = {**usual, **own}
    return tuple(known[situation] for situation in ORDER if situation in known and situation in (*sides, "unknown"))


def fitting(kpi: Kpi, situation: Situation) -> Remedy | None:
    """The remedy for one situation; None where the KPI cannot be in it."""
    return next((remedy for remedy in remedies(kpi) if remedy.situation == situation), None)


COUSINS = {
    "call_to_appointment_cohort": "call_to_appointment",
    "appointment_to_quote_cohort": "appointment_to_quote",
    "quote_to_order_cohort": "quote_to_order",
    "orders_per_visit_cohort": "orders_per_visit",
    "won_value": "sales_value",
    "sales_count": "sales_value",
    "won_count": "sales_value",
    "turnover": "sales_value",
    "calls_reached": "calls",
    "contacts_per_lead": "follow_ups_to_close",
}
BY_PHASE: dict[str, tuple[Remedy, ...]] = {
    "leads": (
        Remedy("good", _("Keep feeding the sources that work, and answer new leads within the norm.")),
        Remedy("bad", _("See by source and by person where it started, and take up that one source or person first.")),
        Remedy(
            "unknown",
            _("Record every lead with its source and its owner, then this says something within a few weeks."),
        ),
    ),
    "contact": (
        Remedy("good", _("Ask who does best here what they do differently, and share it in the next team meeting.")),
        Remedy("bad", _("Block fixed hours for it in the week, and begin with customers that have an open quote.")),
        Remedy("unknown", _("Log calls and visits on the day itself; a few weeks of that are enough to compare.")),
    ),
    "funnel": (
        Remedy("good", _("The step works: more volume before it pays. Look one step earlier for what holds it back.")),
        Remedy(
            "bad",
            _(
                "See whether it is one person or everybody. One person: join a few conversations. Everybody: change "
                "the way of working."
            ),
        ),
        Remedy("unknown", _("There are too few of them to judge. Look at a longer period or at the whole team.")),
    ),
    "pipeline": (
        Remedy("good", _("Keep it clean: close what is dead, and give every open opportunity a next step with a day.")),
        Remedy(
            "bad",
            _("Start new conversations this week, and go through what is open: what can come forward, what is gone?"),
        ),
        Remedy(
            "unknown",
            _("Give every open opportunity an amount and an expected close; without them this cannot be computed."),
        ),
    ),
    "sales": (
        Remedy("good", _("Look where it came from, and whether the pipeline for the next period is filled as well.")),
        Remedy(
            "bad",
            _("Walk back through the funnel: fewer leads, fewer appointments, fewer quotes, or a lower share won?"),
        ),
        Remedy(
            "unknown",
            _("One deal decides too much here. Compare with the same period last year and look at the pipeline."),
        ),
    ),
    "customers": (
        Remedy("good", _("Hold on to it, and ask satisfied customers who else should know you.")),
        Remedy(
            "bad",
            _("Make a list of the accounts it is about, divide it, and put a contact in the diary for each."),
        ),
        Remedy("unknown", _("Fill in the profile of the top relations first; ten minutes for each is enough.")),
    ),
    "hands": (
        Remedy("high", _("Look whether leads and pipeline are in proportion: more hands need more leads.")),
        Remedy("low", _("Decide what waits, or bring in temporary hands, and lower what the team is asked to reach.")),
        Remedy("good", _("Look whether leads and pipeline are in proportion: more hands need more leads.")),
        Remedy("bad", _("Decide what waits, or bring in temporary hands, and lower what the team is asked to reach.")),
        Remedy(
            "unknown",
            _("Record the formation, memberships and absence under settings; then this is computed by itself."),
        ),
    ),
    "recording": (
        Remedy("good", _("Keep it this way: every figure here rests on it.")),
        Remedy(
            "bad",
            _("Log from the phone straight after the conversation; agree on it with who is furthest behind."),
        ),
        Remedy("unknown", _("Nothing to judge yet. Log the first visits and calls, and look again next week.")),
    ),
}
OWN: dict[str, tuple[Remedy, ...]] = {
    "leads_created": (
        Remedy("good", _("Check that there are hands enough: more leads than can be answered in time are money lost.")),
        Remedy(
            "bad",
            _(
                "Season? Then wait and call old leads. A real fall? Ask marketing which source dried up, and start "
                "outbound."
            ),
        ),
    ),
    "leads_open": (
        Remedy("high", _("Qualify more strictly or divide again: whoever holds too many answers none of them well.")),
        Remedy("low", _("There is room: start a campaign, or call customers who asked for nothing for a year.")),
    ),
    "leads_open_per_fte": (
        Remedy(
            "high",
            _("Too much for these hands: qualify more strictly, bring in temporary hands, or grow the team."),
        ),
        Remedy("low", _("Room for more: intensify marketing, or plan outbound calls.")),
    ),
    "leads_unanswered": (
        Remedy("bad", _("Answer the oldest today. Divide the rest before noon, with a name behind each.")),
    ),
    "qualified_share": (
        Remedy("bad", _("Look per source: stop with a source that mostly brings what nobody can use.")),
    ),
    "lead_response_time": (
        Remedy("good", _("Quick answers win deals. Use the time gained for a second attempt at who did not pick up.")),
        Remedy(
            "bad",
            _(
                "One person slow: look at the number of leads per head and at the day plan. Everybody slow: change "
                "the division and the alert."
            ),
        ),
        Remedy("unknown", _("Link calls and mails to their lead; without that link nobody seems to have answered.")),
    ),
    "lead_conversion": (
        Remedy("good", _("See which source and which approach carries it, and put more time there.")),
        Remedy(
            "bad",
            _("Compare per source first. Same source, lower share: look at response time and number of follow-ups."),
        ),
        Remedy(
            "unknown",
            _("These leads are still too young. Judge the previous period, and keep following these up."),
        ),
    ),
    "follow_ups": (
        Remedy("good", _("Look at the curve of contacts until a deal: stop chasing where nothing more is won.")),
        Remedy("bad", _("Most deals need several contacts. Plan the next one before you hang up, with a day.")),
    ),
    "follow_ups_to_close": (
        Remedy("high", _("Long chases: ask sooner who decides and when, and say goodbye sooner.")),
        Remedy("low", _("Few contacts win here. Check that leads are not dropped after one attempt.")),
    ),
    "calls": (
        Remedy("bad", _("Two fixed hours a day without mail; begin with leads of yesterday and quotes of last week.")),
    ),
    "visits": (Remedy("bad", _("Plan visits per region and per week ahead, top relations and open quotes first.")),),
    "appointments": (
        Remedy(
            "bad",
            _("Fewer calls, or fewer appointments per call? The first is time, the second is the opening sentence."),
        ),
    ),
    "new_customer_share": (
        Remedy("bad", _("Hardly any new customers: reserve one day part a week for accounts that never bought.")),
    ),
    "valuable_appointment_share": (
        Remedy(
            "bad",
            _("Prepare each appointment with one question, one advice and one proposal; evaluate two together."),
        ),
    ),
    "coffee_appointments": (
        Remedy("bad", _("No visit without an aim and a next step. Replace the next coffee by a call.")),
    ),
    "call_to_appointment": (
        Remedy(
            "bad",
            _("Listen to five calls: is the advantage for the customer named before the appointment is asked?"),
        ),
    ),
    "appointment_to_quote": (
        Remedy(
            "bad",
            _(
                "Appointments without a proposal: prepare them better and ask for the need, the decision and the "
                "budget."
            ),
        ),
    ),
    "quote_to_order": (
        Remedy("bad", _("Discuss the quote in person, agree on when it is decided, and call on that day.")),
    ),
    "orders_per_visit": (
        Remedy("bad", _("Many visits, few orders: choose other accounts to visit, or go with a proposal.")),
    ),
    "stage_conversion": (
        Remedy(
            "bad",
            _("See at which stage most drop out, and what the ones that went on had that the others lacked."),
        ),
    ),
    "time_in_stage": (Remedy("bad", _("Go through the oldest in this stage: a next step with a day, or close it.")),),
    "win_rate": (
        Remedy("good", _("See whether the price leaves room, and choose larger opportunities.")),
        Remedy(
            "bad",
            _("Read the loss reasons of this period. Price: sell on value. No decision: bring in the decider sooner."),
        ),
    ),
    "sales_cycle_days": (
        Remedy("bad", _("Ask at the first talk how and when they decide, and plan back from that day.")),
    ),
    "quote_acceptance_days": (
        Remedy("bad", _("Call two days after sending, and put a day until which the quote holds on it.")),
    ),
    "pipeline_open_value": (
        Remedy(
            "bad",
            _(
                "Too little to reach the target with: plan appointments for new opportunities before the end of the "
                "week."
            ),
        ),
    ),
    "pipeline_coverage": (
        Remedy(
            "bad",
            _("Less open than is still needed: bring forward what can close, and start new conversations now."),
        ),
    ),
    "target_attainment": (
        Remedy("good", _("On course. Use the room for next period: pipeline, top relations, new customers.")),
        Remedy(
            "bad",
            _("Open the plan to 100%: it says how many deals, quotes and appointments a week are still needed."),
        ),
        Remedy("unknown", _("Set a target for this period; without one nobody knows whether this is much or little.")),
    ),
    "sales_value": (
        Remedy(
            "bad",
            _(
                "Fewer deals or smaller ones? Fewer: look at pipeline and winning rate. Smaller: look at discount and"
                " choice of customers."
            ),
        ),
    ),
    "average_deal_size": (
        Remedy("bad", _("Look at discounts and at the product mix; offer the larger solution beside the small one.")),
    ),
    "margin": (
        Remedy(
            "bad",
            _(
                "See which products and whose discounts eat it; agree on a lowest price that needs a second pair of "
                "eyes."
            ),
        ),
    ),
    "repeat_order_share": (
        Remedy("bad", _("Call customers three months after delivery: what could be better, and what comes next?")),
    ),
    "lost_relations": (
        Remedy("bad", _("Call the largest of them yourself this week, and ask what made them stay away.")),
    ),
    "top_relations_contacted": (
        Remedy(
            "bad",
            _("Divide the ones without contact today; every top relation hears from its own seller this month."),
        ),
    ),
    "top_relation_time_share": (
        Remedy("bad", _("Time goes elsewhere: move two appointments a week from small accounts to top relations.")),
    ),
    "accounts_owned": (
        Remedy("high", _("Too many to know well: hand over the small ones, and keep those with potential.")),
        Remedy(
            "low",
            _("There is room: take over accounts without an owner, or look for new ones in the same industry."),
        ),
    ),
    "understaffing": (
        Remedy(
            "bad",
            _("Fill the vacancy, bring in temporary hands, or lower the target: who stays cannot carry it all."),
        ),
        Remedy("good", _("Enough hands. What falls short now has another cause.")),
        Remedy(
            "unknown",
            _("Record the formation, memberships and absence under settings; then this is computed by itself."),
        ),
    ),
    "data_quality": (
        Remedy("bad", _("Take the rule with most offenders, and repair its oldest ten together in fifteen minutes.")),
    ),
}
