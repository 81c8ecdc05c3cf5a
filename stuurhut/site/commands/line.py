"""The line that was typed: what it may hold, and one clear sentence about what it may not."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from stuurhut.kpi.words.errors import nearest


class WrongUse(Exception):
    """A line that cannot be understood; the sentence names the remedy. Exit code 2."""


class Failed(Exception):
    """Something that could not be done, and nothing was changed; the sentence names the remedy. Exit code 3."""


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence and names the nearest option."""

    def __init__(self, command: str, summary: str) -> None:
        super().__init__(prog=f"stuurhut {command}", description=summary, allow_abbrev=False, add_help=False)
        self._positionals.title, self._optionals.title = _("what to give"), _("options")
        self.add_argument("-h", "--help", action="help", help=_("show this help"))

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """The options. Raises WrongUse."""
        options, unknown = self.parse_known_args(list(words))
        for word in unknown:
            if word.startswith("-"):
                near = nearest(
                    word.split("=")[0], [name for name in self._option_string_actions if name.startswith("--")]
                )
                raise WrongUse(
                    _("There is no option '%(word)s'; did you mean '%(near)s'?")
                    % {"word": word.split("=")[0], "near": near}
                )
            raise WrongUse(
                _("'%(word)s' is one word too many; %(help)s shows what to give.") % {"word": word, "help": self.hint}
            )
        return options

    @property
    def hint(self) -> str:
        return f"`{self.prog} --help`"

    def error(self, message: str) -> NoReturn:
        if match := re.match(r"argument (\S+): expected", message):
            raise WrongUse(_("%(name)s needs a value; %(help)s shows which.") % {"name": match[1], "help": self.hint})
        if match := re.match(r"the following arguments are required: (.*)", message):
            raise WrongUse(
                _("%(name)s is missing; %(help)s shows what to give.") % {"name": match[1], "help": self.hint}
            )
        if match := re.match(r"argument (\S+): not allowed with argument (\S+)", message):
            raise WrongUse(
                _("%(one)s and %(two)s do not go together; leave one out.") % {"one": match[1], "two": match[2]}
            )
        raise WrongUse(f"{message}; {self.hint}.")


def one_of(name: str, known: Iterable[str]) -> Callable[[str], str]:
    """A value out of a few. Raises WrongUse naming the nearest and all of them."""
    choices = list(known)

    def chosen(text: str) -> str:
        if text not in choices:
            raise WrongUse(
                _("%(name)s cannot be '%(text)s'; did you mean '%(near)s'? Possible are %(known)s.")
                % {"name": name, "text": text, "near": nearest(text, choices), "known": ", ".join(choices)}
            )
        return text

    return chosen


def whole_number(name: str, lowest: int, highest: int) -> Callable[[str], int]:
    """A number within bounds. Raises WrongUse."""

    def chosen(text: str) -> int:
        if not text.isdigit() or not lowest <= int(text) <= highest:
            raise WrongUse(
                _("%(name)s cannot be '%(text)s'; give a number from %(lowest)s to %(highest)s.")
                % {"name": name, "text": text, "lowest": lowest, "highest": highest}
            )
        return int(text)

    return chosen


Options = Any  # argparse.Namespace, whose attributes a type checker cannot know
