"""The commands of `stuurhut`, as a list one can read. A command's module is loaded when it is used."""

from __future__ import annotations

from dataclasses import dataclass

from stuurhut.kpi.words.text import gettext_noop as _


@dataclass(frozen=True)
class Command:
    """A command: its module here holds `<function>` and `<function>_arguments`."""

    name: str
    module: str
    function: str
    summary: str


COMMANDS = (
    Command(
        "up", "serving", "up", _("Prepares the database, starts the web server and the worker, and says how to log in.")
    ),
    Command("serve", "serving", "serve", _("Starts the web server alone.")),
    Command("worker", "serving", "worker", _("Starts the worker alone: it does the long work, such as imports.")),
    Command("import", "incoming", "import_files", _("Brings in files of a CRM, or takes an import back.")),
    Command("kpis", "asking", "kpis", _("Lists every KPI with its meaning.")),
    Command("kpi", "asking", "kpi", _("Answers a question: one KPI over a period.")),
    Command("findings", "finding", "findings", _("Says what matters most now, how sure that is, and what to do.")),
    Command("plan", "planning", "plan", _("Plans the rest of a period up to its target: what it takes a week.")),
    Command("user", "logins", "user", _("Gives somebody a login.")),
    Command("demo", "incoming", "demo", _("Makes a company to try things on.")),
    Command("backup", "keeping", "backup", _("Writes everything into one file, while others go on working.")),
    Command("restore", "keeping", "restore", _("Puts everything back from such a file.")),
    Command("check", "keeping", "check", _("Says whether the database and the copy that answers are in order.")),
    Command("bench", "bench", "bench", _("Measures how quick it is, beside hand-written SQL and other ways.")),
    Command(
        "simulate", "simulating", "simulate", _("Judges made sellers of whom nothing is true: how often is that wrong?")
    ),
    Command("migrate", "keeping", "migrate", _("Brings the tables of the database up to this version.")),
    Command("manage", "keeping", "manage", _("Runs a command of Django, for developers.")),
)
BY_NAME = {command.name: command for command in COMMANDS}
