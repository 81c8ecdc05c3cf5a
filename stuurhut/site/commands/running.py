"""Runs the command that was typed, and turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from itertools import pairwise

from django.conf import settings
from django.db import DatabaseError, ProgrammingError
from django.utils.translation import gettext as _
from django.utils.translation import override

from stuurhut import __version__
from stuurhut.kpi.words.errors import QuestionError
from stuurhut.people.refusal import Refused
from stuurhut.replica.asked import sentence
from stuurhut.site.commands import BY_NAME, COMMANDS
from stuurhut.site.commands.line import Failed, Parser, WrongUse, one_of
from stuurhut.site.commands.printing import complain, say

DONE, REJECTED, WRONG_USE, FAILED = 0, 1, 2, 3


def run(words: Sequence[str]) -> int:
    """The exit code: 0 done, 1 some of the data rejected, 2 wrong use, 3 failed with nothing changed."""
    with override(settings.LANGUAGE_CODE):
        try:
            language, rest = _language(list(words))
        except WrongUse as error:
            return _said(str(error), WRONG_USE, words)
    with override(language):
        try:
            return _command(rest)
        except QuestionError as error:
            return _said(sentence(error), WRONG_USE, words)
        except (WrongUse, Refused) as error:
            return _said(str(error), WRONG_USE, words)
        except Failed as error:
            return _said(str(error), FAILED, words)
        except DatabaseError as error:
            return _said(_about_database(error), FAILED, words)


def _command(words: list[str]) -> int:
    name, rest = (words[0], words[1:]) if words else ("--help", [])
    if name in ("-h", "--help", "help"):
        return _overview()
    if name == "--version":
        say(f"stuurhut {__version__}")
        return DONE
    if name not in BY_NAME:
        raise WrongUse(_no_command(name))
    command = BY_NAME[name]
    module = import_module(f"stuurhut.site.commands.{command.module}")
    if name == "manage":  # what follows is Django's to read
        return int(module.manage(rest))
    parser = Parser(name, _(command.summary))
    getattr(module, f"{command.function}_arguments")(parser)
    try:
        options = parser.parse(rest)
    except SystemExit:  # --help has said all there is to say
        return DONE
    return int(getattr(module, command.function)(options))


def _no_command(name: str) -> str:
    near = get_close_matches(name, BY_NAME, n=1)
    if near:
        return _("There is no command '%(name)s'; did you mean 'stuurhut %(near)s'?") % {"name": name, "near": near[0]}
    return _("There is no command '%(name)s'; `stuurhut --help` lists those there are.") % {"name": name}


def _overview() -> int:
    say(_("Usage: stuurhut COMMAND [OPTIONS]; `stuurhut COMMAND --help` shows the options."))
    say()
    for command in COMMANDS:
        say(f"  {command.name:<9} {_(command.summary)}")
    say()
    say(_("--lang en makes it speak English."))
    return DONE


def _language(words: list[str]) -> tuple[str, list[str]]:
    """The language to speak, and the words without --lang. Raises WrongUse."""
    choose = one_of("--lang", dict(settings.LANGUAGES))
    for position, word in enumerate(words):
        if words[0] != "manage" and (word == "--lang" or word.startswith("--lang=")):
            value = word.partition("=")[2] or "".join(words[position + 1 : position + 2])
            taken = 1 if "=" in word else 2
            return choose(value), [*words[:position], *words[position + taken :]]
    return settings.LANGUAGE_CODE, words


def _said(text: str, code: int, words: Sequence[str]) -> int:
    pairs = pairwise(words)
    complain(text, code, as_data="--json" in words or "--format=json" in words or ("--format", "json") in pairs)
    return code


def _about_database(error: DatabaseError) -> str:
    why = str(error).strip().splitlines()[0]
    if isinstance(error, ProgrammingError) or "no such table" in why or "no such column" in why:
        return _("The tables of the database are not those of this version (%(why)s); run `stuurhut migrate`.") % {
            "why": why
        }
    return _("The database cannot be used (%(why)s); check DATABASE_URL and that it is running.") % {"why": why}
