"""The commands that keep what there is: backup, restore, check, and the tables themselves."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.management import execute_from_command_line
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.site.backup import BackupError, back_up, restore_from
from stuurhut.site.commands.line import Failed, Options, Parser
from stuurhut.site.commands.printing import print_json, say
from stuurhut.site.health import health
from stuurhut.site.tables import migrate as bring_up_to_date


def backup_arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("the file to write, such as stuurhut.zip"))


def backup(options: Options) -> int:
    """Everything in one file, as it was at one moment. Raises Failed."""
    try:
        manifest = back_up(Path(options.file))
    except BackupError as error:
        raise Failed(str(error)) from error
    rows = sum(manifest.counts.values())
    text = ngettext(
        "%(n)s row of %(tables)s tables is in %(file)s.", "%(n)s rows of %(tables)s tables are in %(file)s.", rows
    )
    say(text % {"n": rows, "tables": len(manifest.counts), "file": options.file})
    say(_("It holds the secret key as well: keep it where only you can read it."))
    return 0


def restore_arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("a file that `stuurhut backup` wrote"))
    parser.add_argument("--force", action="store_true", help=_("even when there are records here: they are lost"))


def restore(options: Options) -> int:
    """Everything back as it was, or nothing. Raises Failed."""
    try:
        manifest = restore_from(Path(options.file), force=options.force)
    except BackupError as error:
        raise Failed(str(error)) from error
    rows = sum(manifest.counts.values())
    text = ngettext("%(n)s row as of %(made)s is back.", "%(n)s rows as of %(made)s are back.", rows)
    say(text % {"n": rows, "made": manifest.made_at})
    say(_("Start Stuurhut again, so that it uses the key that was put back."))
    return 0


def check_arguments(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=_("as data"))


def check(options: Options) -> int:
    """Whether all is in order; 3 when something is not."""
    findings = health()
    if options.json:
        print_json([{"what": f.what, "fine": f.fine, "detail": f.detail} for f in findings])
    else:
        for finding in findings:
            say(f"{_('fine') if finding.fine else _('WRONG'):<6} {finding.what}: {finding.detail}")
    return 0 if all(finding.fine for finding in findings) else 3


def migrate_arguments(parser: Parser) -> None:
    """Nothing to choose."""


def migrate(options: Options) -> int:
    """The tables of this version."""
    done = bring_up_to_date()
    say(ngettext("%(n)s change of the tables made.", "%(n)s changes of the tables made.", done) % {"n": done})
    return 0


def manage(words: list[str]) -> int:
    """A command of Django itself."""
    sys.argv = ["stuurhut manage", *words]
    execute_from_command_line(sys.argv)
    return 0
