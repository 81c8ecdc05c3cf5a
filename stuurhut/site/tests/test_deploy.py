"""What docs/deploy says can be typed: its settings exist, its commands are understood, its addresses answer."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from stuurhut.site import pulse
from stuurhut.site.commands import BY_NAME
from stuurhut.site.commands.keeping import backup_arguments, migrate_arguments
from stuurhut.site.commands.line import Parser
from stuurhut.site.commands.serving import serve_arguments, worker_arguments
from stuurhut.site.environment import KNOWN
from stuurhut.worker import heart
from stuurhut.worker.tasks import ATTEMPTS
from stuurhut.worker.work import GRACE_SECONDS

DOCS = Path(__file__).resolve().parents[3] / "docs"
DEPLOY = sorted((DOCS / "deploy").glob("*"))
ARGUMENTS = {
    "serve": serve_arguments, "worker": worker_arguments, "migrate": migrate_arguments, "backup": backup_arguments,
}  # fmt: skip


def typed() -> list[str]:
    """Every call of `stuurhut` in the units, and every command of the containers."""
    words = [re.findall(r"/bin/stuurhut ([^'\n]+)", path.read_text(encoding="utf-8")) for path in DEPLOY]
    compose = (DOCS / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    dockerfile = (DOCS / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    lists = re.findall(r"(?:command:|CMD) \[(.*)\]", compose + dockerfile)
    return [line for found in words for line in found] + [text.replace('"', "").replace(",", "") for text in lists]


def test_every_command_is_one_that_stuurhut_knows() -> None:
    calls = [shlex.split(re.sub(r"\$\(.*?\)", "x", call)) for call in typed()]
    assert {call[0] for call in calls} == set(ARGUMENTS) <= set(BY_NAME)
    for name, *rest in calls:
        parser = Parser(name, "")
        ARGUMENTS[name](parser)
        parser.parse(rest)


@pytest.mark.parametrize("path", [DOCS / "teams.md", *DEPLOY], ids=lambda path: path.name)
def test_every_setting_is_one_that_there_is(path: Path) -> None:
    named = set(re.findall(r"\b(?:STUURHUT_\w+|DATABASE_URL|EMAIL_URL)\b", path.read_text(encoding="utf-8")))
    assert named <= set(KNOWN)


def test_the_page_tells_every_part_of_health_and_the_times_that_hold() -> None:
    page = (DOCS / "teams.md").read_text(encoding="utf-8")
    addresses = set(re.findall(r"^\| `(/health/[a-z]*/?)`", page, re.MULTILINE))
    assert addresses == {pulse.ADDRESS, *(f"{pulse.ADDRESS}{part}/" for part in (*pulse.NEEDED, *pulse.ALSO))}
    assert f"within {heart.LEASE.total_seconds():.0f} seconds" in page
    assert (GRACE_SECONDS, ATTEMPTS, pulse.LONG_WAIT.total_seconds()) == (6, 5, 3600), "docs/teams.md says so"


def test_every_file_of_the_folder_is_told_of() -> None:
    page = (DOCS / "teams.md").read_text(encoding="utf-8")
    told = {path.name for path in DEPLOY if path.name in page or path.name.startswith(("stuurhut-", "Dockerfile"))}
    assert told == {path.name for path in DEPLOY}
