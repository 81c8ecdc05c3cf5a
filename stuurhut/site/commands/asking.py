"""The commands that ask: which KPIs there are, and what one of them is."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stuurhut.kpi.answering import kpi_of
from stuurhut.kpi.catalogue.index import CATALOGUE
from stuurhut.kpi.words.answer import Answer, Record, Value
from stuurhut.kpi.words.errors import nearest
from stuurhut.kpi.words.question import Question
from stuurhut.kpi.words.scope import EVERYTHING, Scope
from stuurhut.people.models import User
from stuurhut.people.scope import scope_for
from stuurhut.replica import ask, records
from stuurhut.replica.asked import DEFAULT_PERIOD, pair_from, question_from
from stuurhut.replica.written import as_json, as_table, definition, records_json, records_table
from stuurhut.site.commands.line import Options, Parser, WrongUse, one_of
from stuurhut.site.commands.printing import console, print_csv, print_json, print_table, say
from stuurhut.ui.numbers import NOTHING, interval, written

PAGE = 10_000
SHOWN_ROWS = 200


def kpis_arguments(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=_("as data"))


def kpis(options: Options) -> int:
    """Every KPI with its meaning, in the order of the catalogue."""
    found = [definition(kpi) for kpi in CATALOGUE.values()]
    if options.json:
        print_json(found)
        return 0
    columns = [(_("KPI"), False), (_("name"), False), (_("unit"), False), (_("meaning"), False)]
    print_table(columns, [(one["kpi"], one["label"], one["unit"], one["meaning"]) for one in found])
    return 0


def kpi_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("key", metavar="KEY", help=_("the KPI; `stuurhut kpis` lists them"))
    add(
        "--period",
        default="",
        metavar="P",
        help=_("such as 2026, 2026-Q3, 2026-09, last-13-weeks; default %s") % DEFAULT_PERIOD,
    )
    add("--by", default="", metavar="DIM", help=_("broken down by these dimensions, with commas between them"))
    add("--where", action="append", default=[], metavar="DIM=VALUE", help=_("only these; may be given more than once"))
    add("--as-of", default="", metavar="DATE", help=_("as things stood at the end of that day, or at a moment"))
    add("--known-at", default="", metavar="DATE", help=_("without what was recorded later"))
    add("--compare", default="", metavar="WITH", help=_("previous or last-year"))
    add("--of", default="", metavar="KPI", help=_("the KPI whose target is meant; default sales_value"))
    add("--per-fte", action="store_true", help=_("with what it is per FTE of the sellers who were there"))
    add("--as", dest="as_email", default="", metavar="EMAIL", help=_("with the rights of this person"))
    add("--format", type=one_of("--format", ("table", "json", "csv")), default="table", help=_("table, json or csv"))
    add("--explain", action="store_true", help=_("with definition, worked example and what was left out"))
    add("--rows", action="store_true", help=_("with the records behind the number"))


def kpi(options: Options) -> int:
    """One KPI over a period, for people or for programs."""
    question = question_from(
        options.key,
        period=options.period,
        by=options.by,
        where=[pair_from(text) for text in options.where],
        as_of=options.as_of,
        known_at=options.known_at,
        compare=options.compare,
        of=options.of,
        per_fte=options.per_fte,
    )
    scope = scope_of(options.as_email)
    answer = ask(question, scope)
    behind = _records(question, scope, SHOWN_ROWS if options.format == "table" else None) if options.rows else ([], 0)
    if options.format == "json":
        explained = {"explained": definition(kpi_of(answer.kpi))} if options.explain else {}
        listed = {"records": records_json(behind[0], answer)} if options.rows else {}
        print_json({**as_json(answer), **explained, **listed})
    elif options.format == "csv":
        print_csv(records_table(behind[0], answer) if options.rows else as_table(answer))
    else:
        _show(answer)
        if options.explain:
            _explain(answer)
        if options.rows:
            _show_records(behind[0], behind[1], answer)
    return 0


def scope_of(email: str) -> Scope:
    """The whole organisation, or what a person may see. Raises WrongUse."""
    if not email:
        return EVERYTHING
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        near = nearest(email, User.objects.values_list("email", flat=True))
        raise WrongUse(_("Nobody logs in as '%(email)s'; did you mean '%(near)s'?") % {"email": email, "near": near})
    return scope_for(user)


def _records(question: Question, scope: Scope, most: int | None) -> tuple[list[Record], int]:
    found, total = records(question, scope, limit=most or PAGE, offset=0)
    while most is None and len(found) < total:
        more, _total = records(question, scope, limit=PAGE, offset=len(found))
        if not more:
            break
        found += more
    return found, total


def _show(answer: Answer) -> None:
    is_compared = answer.compared_total is not None
    period = _("%(label)s from %(start)s until %(until)s, as of %(as_of)s") % {
        "label": _(kpi_of(answer.kpi).label),
        "start": date_format(answer.start),
        "until": date_format(answer.until),
        "as_of": _as_of(answer),
    }
    say(period)
    columns = [(_(name.replace("_", " ")), False) for name in answer.by]
    columns += [(_("value"), True), (_("interval"), True), (_("n"), True)]
    columns += [(_("compared"), True)] if is_compared else []
    columns += [(_("per FTE"), True)] if "per_fte" in answer.total.more else []
    rows = []
    for row in answer.rows:
        compared = [_figure(row.compared, answer)] if is_compared else []
        named = (row.names[name] or _("none") for name in answer.by)
        rows.append([*named, *_figures(row.value, answer), *compared, *_per_fte(row.value, answer)])
    compared = [_figure(answer.compared_total, answer)] if is_compared else []
    total = [
        *([_("total")] if answer.by else []),
        *[""] * (len(answer.by) - 1),
        *_figures(answer.total, answer),
        *compared,
        *_per_fte(answer.total, answer),
    ]
    print_table(columns, rows, total)
    for left in answer.excluded:
        if left.n:
            say(_("Left out: %(n)s, %(why)s") % {"n": left.n, "why": _(left.why)})


def _as_of(answer: Answer) -> str:
    """The peildatum as people say it: midnight is the end of the day before."""
    local = timezone.localtime(answer.as_of)
    if local.time() == time.min:
        return _("the end of %(day)s") % {"day": date_format(local.date() - timedelta(days=1))}
    return date_format(local, "DATETIME_FORMAT")


def _figures(value: Value, answer: Answer) -> list[str]:
    between = interval(value.low, value.high, answer.unit, answer.currency)
    return [_figure(value, answer), between, "" if value.n is None else str(value.n)]


def _figure(value: Value | None, answer: Answer) -> str:
    return NOTHING if value is None else written(value.value, answer.unit, answer.currency)


def _per_fte(value: Value, answer: Answer) -> list[str]:
    if "per_fte" not in value.more:
        return []
    unit = "money" if answer.unit == "money" else "number"
    return [written(value.more["per_fte"], unit, answer.currency)]  # type: ignore[arg-type]


def _explain(answer: Answer) -> None:
    what = definition(kpi_of(answer.kpi))
    say()
    say(what["meaning"])
    say(_("Example: %(story)s") % {"story": what["example"]["story"]})
    say(_("It can be broken down by %(dimensions)s.") % {"dimensions": ", ".join(what["dimensions"]) or NOTHING})
    for left in answer.excluded:
        say(_("Left out: %(n)s, %(why)s") % {"n": left.n, "why": _(left.why)})


def _show_records(found: list[Record], total: int, answer: Answer) -> None:
    say()
    table = records_table(found, answer)
    columns = [(_(name), name in ("id", "amount")) for name in table.columns]
    print_table(columns, [[_cell(cell) for cell in row] for row in table.rows])
    if total > len(found):
        console().print(_("and %(n)s more; --format csv lists all") % {"n": total - len(found)})


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return NOTHING if value is None else str(value)
