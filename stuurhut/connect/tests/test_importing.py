"""Files become records: what came in, what was refused and why, and that nothing happens twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.utils import translation

from stuurhut.connect.fields import FACTS
from stuurhut.connect.importing import Progress, plan_undo, run_import, undo
from stuurhut.connect.mapping import load, parse
from stuurhut.connect.models import ImportRun, RejectedRow
from stuurhut.connect.problems import ImportBusy, UndoRefused
from stuurhut.connect.tests.bringing import ALICE, BOB, DEALS, HEADER, bring, deals
from stuurhut.crm.models import (
    Account,
    Activity,
    ExchangeRate,
    Lead,
    LeadAssignment,
    Opportunity,
    Order,
    OrderLine,
    StageChange,
)
from stuurhut.people.models import History, Intake, Membership, Person, SourceAlias, Team, User

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    translation.activate("en")


def rows_of(*models: type[Model]) -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in models}


def every_record() -> dict[str, list[dict[str, object]]]:
    """All rows of all facts and of what hangs from them."""
    models = [fact.model for fact in FACTS] + [fact.line_model for fact in FACTS if fact.lines]
    models += [StageChange, LeadAssignment, History, SourceAlias]
    return {model.__name__: list(model._default_manager.order_by("id").values()) for model in models}


def renamed_by_hand(deal: Opportunity, name: str, by: User) -> None:
    """What the page of a deal does when somebody gives it another name."""
    change = History(kind="opportunity", record_id=deal.pk, field="name", old=deal.name, new=name, by=by)
    change.occurred_at = datetime.now(UTC)
    change.save()
    Opportunity.objects.filter(pk=deal.pk).update(name=name)


def local(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def test_a_dutch_export_with_semicolons_and_decimal_commas_in_windows_1252_comes_in_as_the_golden_file_says() -> None:
    report = run_import([FILES / "kansen.csv"], load(FILES / "kansen.toml"))
    found = {
        "in": [
            {
                "id": deal.system_key,
                "name": deal.name,
                "account": deal.account and deal.account.name,
                "owner": deal.owner and deal.owner.name,
                "stage": deal.stage.name,
                "outcome": deal.outcome,
                "created": local(deal.created_at),
                "closed": local(deal.closed_at),
                "expected": deal.expected_close_on and deal.expected_close_on.isoformat(),
                "cents": deal.base_minor,
                "loss_reason": deal.loss_reason and deal.loss_reason.name,
                "entered": [
                    [c.to_stage.name, local(c.occurred_at)] for c in deal.stage_changes.order_by("occurred_at", "id")
                ],
            }
            for deal in Opportunity.objects.order_by("system_key")
        ],
        "refused": [
            [row.file, row.line, row.column, row.value, row.reason, row.remedy]
            for row in RejectedRow.objects.order_by("id")
        ],
        "files": report.files,
    }
    assert found == json.loads((FILES / "kansen.expected.json").read_text(encoding="utf-8"))
    assert report.exit_code == 1


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = deals(tmp_path, ALICE, BOB)
    bring(path)
    before = every_record()
    again = bring(path)
    assert every_record() == before
    assert (again.count("created"), again.count("changed"), again.counts["opportunity"]["unchanged"]) == (0, 0, 2)


def test_a_dry_run_says_what_the_real_one_does_and_writes_nothing(tmp_path: Path) -> None:
    path = deals(
        tmp_path, ALICE, BOB, "3,Lamps,,Nobody,Nowhere,2026-01-01,,1\n", "1,Else,Acme,Alice,New,2026-01-05,,1\n"
    )
    dry = bring(path, dry_run=True)
    assert all(not rows for rows in every_record().values())
    assert rows_of(Intake, ImportRun) == {"Intake": 0, "ImportRun": 0}
    real = bring(path)
    assert (dry.counts, dry.rejected_rows) == (real.counts, real.rejected_rows)
    assert dry.rejected == 2


def test_rows_count_only_once_the_whole_import_is_in(tmp_path: Path) -> None:
    report = bring(deals(tmp_path, ALICE))
    intake = Intake.objects.get()
    assert intake.pk == report.intake_id
    assert intake.completed_at is not None
    assert Opportunity.objects.get().intake == intake


def test_undo_leaves_nothing(tmp_path: Path) -> None:
    before = every_record()
    report = bring(deals(tmp_path, ALICE, BOB, "3,Bad,,,New,neverday,,\n"))
    assert report.intake_id is not None
    done = undo(report.intake_id)
    assert every_record() == before
    assert done.removed == {"opportunity": 2, "account": 1, "person": 2, "stage": 4, "process": 1}
    assert rows_of(RejectedRow) == {"RejectedRow": 0}
    with pytest.raises(UndoRefused, match="taken back already"):
        undo(report.intake_id)


def test_a_changed_row_goes_through_history_and_undo_puts_it_back(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE, BOB))
    before = every_record()
    second = bring(deals(tmp_path, ALICE.replace("1000", "1200").replace("Alice", "Bob"), BOB))
    deal = Opportunity.objects.get(system_key="1")
    assert (deal.base_minor, deal.owner and deal.owner.name) == (120000, "Bob")
    changes = History.objects.filter(kind="opportunity", record_id=deal.pk)
    assert {(c.field, c.new) for c in changes} == {
        ("amount_minor", "120000"),
        ("base_minor", "120000"),
        ("owner", str(deal.owner_id)),
    }
    assert second.counts["opportunity"] == {"changed": 1, "unchanged": 1, "kept": 0}
    assert second.intake_id is not None
    assert undo(second.intake_id).restored == 1
    assert every_record() == before


def test_what_a_person_edited_here_is_not_overwritten(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    deal, alice = Opportunity.objects.get(), User.objects.create_user("alice@example.com")
    renamed_by_hand(deal, "Big desks", alice)
    changed = deals(tmp_path, ALICE.replace("Desks", "Tables").replace("1000", "1500"))
    report = bring(changed)
    deal.refresh_from_db()
    assert (deal.name, deal.base_minor) == ("Big desks", 150000)
    assert report.counts["opportunity"]["kept"] == 1
    bring(changed, DEALS.replace('key = "id"', 'key = "id"\nowns = ["name"]'))
    deal.refresh_from_db()
    assert deal.name == "Tables"


def test_an_empty_cell_does_not_wipe_what_is_known(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    bring(deals(tmp_path, ALICE.replace("Acme", "")))
    account = Opportunity.objects.get().account
    assert account is not None
    assert account.name == "Acme"


def test_a_deal_that_moved_on_enters_its_new_stage_and_undo_moves_it_back(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    before = every_record()
    report = bring(deals(tmp_path, ALICE.replace("New,2026-01-05,", "Won,2026-01-05,2026-03-01")))
    deal = Opportunity.objects.get()
    entered = [
        (c.from_stage and c.from_stage.name, c.to_stage.name, local(c.occurred_at))
        for c in deal.stage_changes.order_by("id")
    ]
    assert entered == [(None, "New", "2026-01-05 00:00"), ("New", "Won", "2026-03-01 00:00")]
    assert (deal.outcome, local(deal.closed_at)) == ("won", "2026-03-01 00:00")
    assert report.intake_id is not None
    undo(report.intake_id)
    assert every_record() == before


def test_a_corrected_closing_day_moves_the_closing(tmp_path: Path) -> None:
    bring(deals(tmp_path, BOB))
    before = every_record()
    report = bring(deals(tmp_path, BOB.replace("2026-02-01", "2026-02-08")))
    deal = Opportunity.objects.get()
    assert [local(c.occurred_at) for c in deal.stage_changes.order_by("id")] == ["2026-01-06 00:00", "2026-02-08 00:00"]
    assert local(deal.closed_at) == "2026-02-08 00:00"
    assert report.intake_id is not None
    undo(report.intake_id)
    assert every_record() == before


def test_refused_rows_can_be_mended_in_their_file_and_imported_again(tmp_path: Path) -> None:
    report = bring(deals(tmp_path, ALICE, "7,Lamps,Acme,Alice,Now,2026-01-09,,12\n"))
    (refused,) = report.rejected_rows
    assert (refused.file, refused.line, refused.column, refused.value) == ("deals.csv", 3, "stage", "Now")
    assert (refused.reason, "nearest is 'new'" in refused.remedy) == ("there is no stage 'Now'", True)
    mended = Path(report.rejected_files[0])
    mended.write_text(mended.read_text(encoding="utf-8-sig").replace("Now,", "New,"), encoding="utf-8")
    again = bring(mended)
    assert (again.rejected, Opportunity.objects.count()) == (0, 2)


def test_ten_thousand_bad_rows_are_all_in_the_file_and_the_good_ones_in(tmp_path: Path) -> None:
    bad = (f"b{n},Lamps,Acme,Alice,New,sometime,,12\n" for n in range(10_000))
    report = bring(deals(tmp_path, ALICE, *bad, BOB))
    assert (report.rejected, Opportunity.objects.count()) == (10_000, 2)
    assert len(Path(report.rejected_files[0]).read_text().splitlines()) == 10_001
    assert report.rejected_rows[0].reason == "'sometime' is not a day or a moment"


def test_two_rows_with_one_id_that_say_different_things_are_not_guessed_at(tmp_path: Path) -> None:
    report = bring(deals(tmp_path, ALICE, ALICE, ALICE.replace("Desks", "Tables")))
    assert Opportunity.objects.get().name == "Desks"
    assert [(row.line, row.reason) for row in report.rejected_rows] == [
        (4, "an earlier row with the id '1' says otherwise")
    ]


def test_a_row_with_a_field_too_many_is_refused_with_its_line(tmp_path: Path) -> None:
    report = bring(
        deals(tmp_path, 'x,"two\nlines",Acme,Alice,New,2026-01-01,,1\n', "2,Chairs, cheap,Acme,Bob,New,2026-01-06,,1\n")
    )
    assert [(row.line, row.reason) for row in report.rejected_rows] == [(4, "the row has 9 fields and the header 8")]
    assert Opportunity.objects.get().name == "two\nlines"


def test_an_import_that_broke_off_goes_on_when_it_is_repeated(tmp_path: Path) -> None:
    path = deals(tmp_path, *(ALICE.replace("1,Desks", f"{n},Desks {n}") for n in range(9000)))

    def pull_the_plug(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(path, progress=pull_the_plug)
    intake = Intake.objects.get()
    assert 0 < Opportunity.objects.count() < 9000
    assert intake.completed_at is None
    with pytest.raises(ImportBusy, match="broken off"):
        bring(deals(tmp_path, BOB, name="deals2.csv"))
    report = bring(path)
    assert (report.intake_id, Opportunity.objects.count(), report.rejected) == (intake.pk, 9000, 0)
    assert StageChange.objects.count() == 9000


def test_an_import_that_broke_off_can_be_taken_back(tmp_path: Path) -> None:
    path = deals(tmp_path, *(ALICE.replace("1,Desks", f"{n},Desks {n}") for n in range(5000)))
    before = every_record()

    def pull_the_plug(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(path, progress=pull_the_plug)
    undo(Intake.objects.get().pk)
    assert every_record() == before
    assert bring(deals(tmp_path, BOB)).counts["opportunity"]["created"] == 1


def test_undo_names_what_was_edited_and_leaves_what_others_stand_on(tmp_path: Path) -> None:
    report = bring(deals(tmp_path, ALICE))
    alice = User.objects.create_user("alice@example.com")
    account, deal = Account.objects.get(), Opportunity.objects.get()
    renamed_by_hand(deal, "Great desks", alice)
    typed = Opportunity.objects.create(name="typed here", account=account, stage=deal.stage)
    assert report.intake_id is not None
    assert plan_undo(report.intake_id).edited == ["opportunity Great desks"]
    done = undo(report.intake_id)
    assert done.edited == ["opportunity Great desks"]
    assert done.left == ["process Sales", "stage New", "account Acme"]
    assert list(Opportunity.objects.all()) == [typed]
    account.refresh_from_db()
    assert account.intake is None


def test_undo_keeps_a_change_that_somebody_made_after_the_import(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    second = bring(deals(tmp_path, ALICE.replace("Desks", "Tables")))
    alice, deal = User.objects.create_user("alice@example.com"), Opportunity.objects.get()
    renamed_by_hand(deal, "Stools", alice)
    assert second.intake_id is not None
    undo(second.intake_id)
    deal.refresh_from_db()
    (change,) = History.objects.filter(record_id=deal.pk, field="name")
    assert (deal.name, change.old, change.new) == ("Stools", "Desks", "Stools")


ORDERS = """
system = "shop"
[[file]]
name = "orders.csv"
[[file.record]]
fact = "order"
key = "order"
fold = true
[file.record.fields]
number = "order"
ordered_at = "day"
owner = { column = "seller", create = true }
[file.record.lines]
product = { column = "product", create = true }
quantity = "pieces"
amount = "sales"
margin = { column = "sales", minus = "cost" }
"""


def test_rows_of_one_order_fold_into_it_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [
        "O1,2026-01-02,Alice,Desk,2,200,120",
        "O2,2026-01-02,Bob,Lamp,1,30,12.5",
        "O1,2026-01-02,Alice,Lamp,3,90,60",
    ]
    path.write_text("order,day,seller,product,pieces,sales,cost\n" + "\n".join(rows))
    bring(path, ORDERS)
    order = Order.objects.get(number="O1")
    assert (Order.objects.count(), order.base_minor, order.margin_minor) == (2, 29000, 11000)
    lines = order.lines.order_by("id").values_list("product__name", "quantity", "base_minor", "margin_minor")
    assert list(lines) == [("Desk", 2, 20000, 8000), ("Lamp", 3, 9000, 3000)]
    before = every_record()
    path.write_text(path.read_text().replace("90,60", "95,60"))
    changed = bring(path, ORDERS)
    assert Order.objects.get(number="O1").base_minor == 29500
    assert changed.intake_id is not None
    undo(changed.intake_id)
    after = every_record()
    for lines_then, lines_now in zip(before.pop("OrderLine"), after.pop("OrderLine"), strict=True):
        assert {**lines_then, "id": 0, "intake_id": 0} == {**lines_now, "id": 0, "intake_id": 0}
    assert after == before


def test_an_order_with_a_line_that_is_wrong_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [
        "O1,2026-01-02,Alice,Desk,2,200,120",
        "O1,2026-01-02,Alice,Lamp,three,90,60",
        "O2,2026-01-03,Bob,Lamp,1,30,10",
    ]
    path.write_text("order,day,seller,product,pieces,sales,cost\n" + "\n".join(rows))
    report = bring(path, ORDERS)
    assert list(Order.objects.values_list("number", flat=True)) == ["O2"]
    assert sorted((row.line, row.reason) for row in report.rejected_rows) == [
        (2, "another row of 'O1', line 3, was refused"),
        (3, "'three' is not a number"),
    ]
    assert OrderLine.objects.count() == 1


def test_an_amount_in_another_currency_is_converted_at_the_rate_of_the_day(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    ExchangeRate.objects.create(currency="USD", day="2026-01-01", rate="0.90")
    ExchangeRate.objects.create(currency="USD", day="2026-02-01", rate="0.80")
    path.write_text(
        HEADER.replace("amount", "amount,currency")
        + "1,A,,,New,2026-01-05,,100,USD\n2,B,,,Won,2026-01-05,2026-02-03,100,USD\n3,C,,,New,2025-12-31,,100,USD\n"
    )
    report = bring(path, DEALS + 'currency = "currency"\n')
    assert list(Opportunity.objects.order_by("system_key").values_list("amount_minor", "currency", "base_minor")) == [
        (10000, "USD", 9000),
        (10000, "USD", 8000),
    ]
    assert report.rejected_rows[0].reason == "no exchange rate of USD is known on 2025-12-31"


def test_the_amount_before_closing_is_kept_so_that_the_end_does_not_leak_into_the_past(tmp_path: Path) -> None:
    mapping = DEALS.replace(
        'amount = "amount"',
        'amount = { column = "amount", only = { stage = "Won" } }\namount_before_closing = { value = 1500 }',
    )
    bring(deals(tmp_path, ALICE, BOB, BOB.replace("2,", "3,").replace("Won", "Lost").replace("250.50", "0")), mapping)
    assert list(Opportunity.objects.order_by("system_key").values_list("outcome", "base_minor")) == [
        ("open", 150000),
        ("won", 25050),
        ("lost", 150000),
    ]
    (change,) = History.objects.filter(field="base_minor")
    assert (change.old, change.new, local(change.occurred_at), local(change.recorded_at)) == (
        "150000",
        "25050",
        "2026-02-01 00:00",
        "2026-02-01 00:00",
    )


def test_a_deal_created_and_closed_on_one_day_was_created_first(tmp_path: Path) -> None:
    bring(deals(tmp_path, BOB.replace("2026-02-01", "2026-01-06")))
    changes = StageChange.objects.order_by("occurred_at", "id").values_list("to_stage__name", flat=True)
    assert list(changes) == ["New", "Won"]


PEOPLE = """
system = "hr"
[[file]]
name = "people.csv"
[[file.record]]
fact = "team"
key = "team"
[file.record.fields]
name = "team"
parent = "above"
[[file.record]]
fact = "person"
key = "number"
also = "login"
match = "name"
fields.name = "name"
[[file.record]]
fact = "membership"
key = ["number", "team"]
[file.record.fields]
person = { column = "number", by = "key" }
team = "team"
role = { column = "role", values = { teamleider = "manager", verkoper = "seller" } }
starts_on = "from"
fte = "fte"
"""


def test_a_people_file_makes_teams_members_and_managers(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "number,login,name,team,above,role,from,fte\n"
        '1,alice,Alice,North,Sales,verkoper,2025-01-01,"0,8"\n2,bob,Bob,North,Sales,teamleider,2024-01-01,"1,0"\n'
        "3,dora,Dora,Sales,,kapitein,2024-01-01,1\n4,eve,Eve,South,Nowhere,seller,2024-01-01,1\n"
    )
    Person.objects.create(name="Alice")
    report = bring(path, PEOPLE)
    assert [(row.line, row.column, row.reason) for row in report.rejected_rows] == [
        (5, "above", "there is no team 'Nowhere'"),
        (4, "role", "'kapitein' is not a known role"),
    ]
    assert list(
        Membership.objects.order_by("person__name").values_list("person__name", "team__name", "role", "fte")
    ) == [
        ("Alice", "North", "seller", 0.8),
        ("Bob", "North", "manager", 1.0),
    ]
    parent = Team.objects.get(name="North").parent
    assert parent is not None
    assert parent.name == "Sales"
    assert Person.objects.filter(name="Alice").count() == 1
    assert SourceAlias.objects.filter(kind="person", key="bob").count() == 1


def test_a_lead_is_assigned_to_its_owner_when_it_came_in(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("who,day\nAlice,2026-03-01 09:00\n,2026-03-02 09:00\nAlice,2026-03-01 09:00\n")
    mapping = """
system = "web"
[[file]]
name = "leads.csv"
[[file.record]]
fact = "lead"
fields = { owner = { column = "who", create = true }, created_at = "day" }
"""
    bring(path, mapping)
    assert [local(a.assigned_at) for a in LeadAssignment.objects.all()] == ["2026-03-01 09:00"] * 2
    assert Lead.objects.count() == 3, "without an id, a row that comes back is another lead"
    bring(path, mapping)
    assert Lead.objects.count() == 3


def test_records_are_recorded_when_they_happened_when_the_source_does_not_say(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    deal = Opportunity.objects.get()
    assert deal.recorded_at == deal.created_at
    assert Account.objects.get().recorded_at == deal.created_at, "an account is known from the first day of the file"


def test_progress_is_told_up_to_the_last_row(tmp_path: Path) -> None:
    seen: list[Progress] = []
    bring(deals(tmp_path, ALICE, BOB), progress=seen.append)
    assert (seen[-1].done, seen[-1].total) == (2, 2)


def test_the_migration_of_this_room_is_made() -> None:
    call_command("makemigrations", "connect", check=True, dry_run=True, verbosity=0)
    assert apps.get_app_config("connect").label == "connect"


def test_a_mapping_may_name_columns_that_an_export_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("id,name,stage,created\n1,Desks,New,2026-01-05\n")
    run_import([path], parse(DEALS.replace('name = "deals*"', 'name = "deals*"\noptional = true')))
    assert Opportunity.objects.get().name == "Desks"
    assert settings.CURRENCY


def test_a_deal_that_was_written_down_after_it_closed_is_created_when_it_closed_and_the_report_says_so(
    tmp_path: Path,
) -> None:
    report = bring(deals(tmp_path, BOB.replace("2026-01-06", "2026-02-20")))
    deal = Opportunity.objects.get()
    assert deal.created_at == deal.closed_at
    assert report.notes == ["deals.csv: 1 deal was created after it closed; it counts as created when it closed."]


def test_what_a_calendar_holds_for_the_future_is_planned(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("id,start\n1,2020-01-06 10:00\n2,2999-01-07 10:00\n")
    mapping = """
system = "calendar"
[[file]]
name = "calendar.csv"
[[file.record]]
fact = "activity"
key = "id"
fields = { kind = { value = "meeting" }, occurred_at = "start" }
"""
    bring(path, mapping)
    held, planned = Activity.objects.order_by("system_key")
    assert (held.state, local(held.occurred_at)) == ("held", "2020-01-06 10:00")
    assert (planned.state, planned.occurred_at, local(planned.planned_for)) == ("planned", None, "2999-01-07 10:00")


def test_a_lead_that_got_another_owner_in_the_source_is_assigned_to_that_one(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    mapping = """
system = "web"
[[file]]
name = "leads.csv"
[[file.record]]
fact = "lead"
key = "id"
fields = { owner = { column = "who", create = true }, created_at = "day" }
"""
    path.write_text("id,who,day\n1,Alice,2026-03-01 09:00\n")
    bring(path, mapping)
    before = every_record()
    path.write_text("id,who,day\n1,Bob,2026-03-01 09:00\n")
    report = bring(path, mapping)
    names = LeadAssignment.objects.order_by("assigned_at").values_list("person__name", flat=True)
    assert list(names) == ["Alice", "Bob"]
    assert report.intake_id is not None
    undo(report.intake_id)
    assert every_record() == before


def test_a_prospect_that_gets_its_first_date_later_enters_the_pipeline_then(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE.replace("2026-01-05", "")))
    assert not StageChange.objects.exists()
    bring(deals(tmp_path, ALICE))
    (change,) = StageChange.objects.all()
    assert (change.from_stage, change.to_stage.name, local(change.occurred_at)) == (None, "New", "2026-01-05 00:00")


def test_a_corrected_day_of_creation_moves_the_first_entry(tmp_path: Path) -> None:
    bring(deals(tmp_path, ALICE))
    before = every_record()
    report = bring(deals(tmp_path, ALICE.replace("2026-01-05", "2026-01-02")))
    assert [local(change.occurred_at) for change in StageChange.objects.all()] == ["2026-01-02 00:00"]
    assert report.intake_id is not None
    undo(report.intake_id)
    assert every_record() == before


def test_a_record_that_completes_another_waits_for_it_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order,customer,region\nO1,C1,Noord\n", encoding="utf-8")
    (tmp_path / "customers.csv").write_text("id,name\nC1,Staal BV\n", encoding="utf-8")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'system = "shop"\n'
        '[[file]]\nname = "orders.csv"\n[[file.record]]\nfact = "account"\nkey = "customer"\n'
        'fields.region = { column = "region", create = true }\n'
        '[[file]]\nname = "customers.csv"\n[[file.record]]\nfact = "account"\nkey = "id"\nfields.name = "name"\n',
        encoding="utf-8",
    )
    report = run_import([tmp_path / "orders.csv", tmp_path / "customers.csv"], load(mapping))
    assert report.rejected == 0
    account = Account.objects.get()
    assert (account.name, str(account.region)) == ("Staal BV", "Noord")
