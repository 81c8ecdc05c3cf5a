"""The commands that fill the database: files of a CRM, or a made company."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.progress import Progress

from stuurhut.site.commands.line import Failed, Options, Parser, WrongUse, one_of, whole_number
from stuurhut.site.commands.printing import console, print_json, print_table, say
from stuurhut.site.tables import migrate

if TYPE_CHECKING:
    from stuurhut.connect.importing import Report

SHOWN_REJECTED = 20
WRONG = 2  # the exit code of wrong use


def import_files_arguments(parser: Parser) -> None:
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help=_("the files; together they are one import"))
    add("--mapping", default="", metavar="MAP.toml", help=_("which column feeds what; known systems need none"))
    add("--dry-run", action="store_true", help=_("everything but writing"))
    add("--undo", default=0, type=whole_number("--undo", 1, 2**62), metavar="ID", help=_("take this import back"))
    add("--json", action="store_true", help=_("the report as data"))


def import_files(options: Options) -> int:
    """Files of a CRM in, or an import taken back. Returns 1 when some of the rows were rejected."""
    from stuurhut.connect.problems import ImportFailed

    if bool(options.files) == bool(options.undo):
        raise WrongUse(_("Give the files to import, or --undo with the number of an import."))
    try:
        return _undo(options) if options.undo else _import(options)
    except ImportFailed as error:
        if error.exit_code == WRONG:
            raise WrongUse(str(error)) from error
        raise Failed(str(error)) from error


def _import(options: Options) -> int:
    from stuurhut.connect.importing import run_import
    from stuurhut.connect.recognise import mapping_for

    files = [existing(name) for name in options.files]
    mapping = mapping_for(files, existing(options.mapping) if options.mapping else None)
    with Progress(console=console(errors=True), transient=True) as bar:
        task = bar.add_task(_("Importing"))
        report = run_import(
            files,
            mapping,
            dry_run=options.dry_run,
            progress=lambda now: bar.update(task, completed=now.done, total=now.total),
        )
    if options.json:
        print_json(report.as_json())
    else:
        _tell(report)
    return report.exit_code


def _tell(report: Report) -> None:
    """The report for a person: what came in per fact, and what did not."""
    words = {
        "created": _("new"),
        "changed": _("changed"),
        "unchanged": _("unchanged"),
        "kept": _("kept as edited here"),
    }
    rows = [[fact, *(str(counts.get(key, 0)) for key in words)] for fact, counts in report.counts.items()]
    print_table([(_("fact"), False), *((word, True) for word in words.values())], rows)
    for note in report.notes:
        say(note)
    for rejected in report.rejected_rows[:SHOWN_REJECTED]:
        say(str(rejected))
    if report.rejected:
        text = ngettext("%(n)s row was rejected.", "%(n)s rows were rejected.", report.rejected)
        say(text % {"n": report.rejected})
    for file in report.rejected_files:
        say(_("Mend the rejected rows in %(file)s and import that file.") % {"file": file})
    if report.intake_id is not None:
        say(
            _("This is import %(id)s, done in %(seconds)s seconds; `stuurhut import --undo %(id)s` takes it back.")
            % {"id": report.intake_id, "seconds": report.seconds}
        )


def _undo(options: Options) -> int:
    from stuurhut.connect.undoing import plan_undo, undo

    plan = plan_undo(options.undo)
    if plan.edited and not options.json:
        say(
            _("These were edited here since, and are taken back as well: %(records)s")
            % {"records": ", ".join(plan.edited)}
        )
    done = undo(options.undo)
    if options.json:
        print_json(asdict(done))
        return 0
    removed = sum(done.removed.values())
    say(_("%(removed)s records removed, %(restored)s as before.") % {"removed": removed, "restored": done.restored})
    if done.left:
        say(_("These stay, since later records refer to them: %(records)s") % {"records": ", ".join(done.left)})
    return 0


def demo_arguments(parser: Parser) -> None:
    from stuurhut.site.demo import SIZES

    parser.add_argument(
        "--seed", default=1, type=whole_number("--seed", 0, 2**31), help=_("the same number, the same company")
    )
    parser.add_argument("--size", default="small", type=one_of("--size", SIZES), help=", ".join(SIZES))
    parser.add_argument("--until", default="", metavar="DATE", help=_("its last day; default today"))


def demo(options: Options) -> int:
    """A made company, the same for the same seed and last day. Raises Failed when there are records already."""
    from stuurhut.site.demo import DemoError, make

    until = day_from("--until", options.until) if options.until else timezone.localdate()
    migrate()
    try:
        with Progress(console=console(errors=True), transient=True) as bar:
            task = bar.add_task(_("Making the demo company"))
            made = make(
                seed=options.seed,
                size=options.size,
                until=until,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
    except DemoError as error:
        raise Failed(str(error)) from error
    for name, n in made.rows.items():
        say(f"{n:>10}  {name}")
    for login in made.logins:
        say(_("Log in as %(role)s: %(email)s, password %(password)s") % {**vars(login), "role": _(login.role)})
    return 0


def day_from(option: str, text: str) -> date:
    """A day as people type it. Raises WrongUse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        sentence = _("%(option)s cannot be '%(text)s'; write a day as 2026-09-30.")
        raise WrongUse(sentence % {"option": option, "text": text}) from error


def existing(name: str) -> Path:
    """A file that is there. Raises WrongUse."""
    path = Path(name)
    if not path.is_file():
        raise WrongUse(_("There is no file %(name)s; check the name and the folder.") % {"name": name})
    return path
