"""The house rules that a machine can check: each one fails here with the sentence that says what to mend."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from stuurhut.site.environment import KNOWN

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "stuurhut"

# Written in parts, so that this file does not name them itself.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry." + "npmjs",
    "npmjs" + ".org",
    "yarnpkg" + ".com",
    "deb." + "debian",
    "security." + "debian",
    "archive." + "ubuntu",
    "conda." + "anaconda",
    "proxy." + "golang",
    "index." + "crates",
]
OWN_MACHINE = re.compile(r"(?<![\w./}*~])/(?:work|root|home|Users)/[\w.]")
OTHERS_FILES = "stuurhut/ui/static/vendor/"


def texts() -> Iterator[tuple[str, str]]:
    """Every text file that belongs to the repository: its name and its text."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("these files are not a git clone, so what belongs to the repository cannot be told")
    for name in sorted(filter(None, listed.stdout.split("\0"))):
        path = ROOT / name
        if path.is_file() and not name.startswith(OTHERS_FILES):
            raw = path.read_bytes()
            if b"\0" not in raw:
                yield name, raw.decode("utf-8", errors="replace")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def run(program: str, *arguments: str) -> None:
    """Runs a checker of this environment and shows what it said when it found something."""
    command = [str(Path(sys.executable).parent / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{program} {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)


def rooms() -> set[str]:
    """The rooms that the import contract knows."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return set(re.findall(r"\w+", " ".join(contracts[0]["layers"])))


def test_every_top_level_package_is_a_room_of_the_architecture() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/*.py")} | {
        path.stem for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__", "conftest")
    }
    assert packages <= rooms(), "a thing that a sales team does has a room; there is no drawer for the rest"


def test_the_architecture_page_names_every_room() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    assert {room for room in rooms() if not re.search(rf"\b{room}\b", page)} == set()


def test_no_file_names_a_package_registry() -> None:
    found = lines_with(re.compile("|".join(map(re.escape, REGISTRIES))))
    assert found == [], "whoever installs chooses the mirror: leave the address out"


def test_no_file_names_a_folder_of_one_developers_machine() -> None:
    assert lines_with(OWN_MACHINE) == [], "write a path relative to the repository"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert documented == set(KNOWN), "docs/settings.md and stuurhut/site/environment.py name the same settings"


def test_pages_use_only_icons_that_are_vendored() -> None:
    sprite = (PACKAGE / "ui/static/vendor/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    assert drawn == set((PACKAGE / "ui/icons.txt").read_text().split()), "run script/vendor after changing icons.txt"
    used = {
        (name, icon)
        for name, text in texts()
        if name.endswith(".html")
        for icon in re.findall(r"icons\.svg['\" %}]*#([\w-]+)", text)
    }
    assert {(name, icon) for name, icon in used if icon not in drawn} == set(), "add the icon to stuurhut/ui/icons.txt"


def test_rooms_import_only_what_lies_below_them() -> None:
    run("lint-imports", "--no-logo")


def test_the_code_is_written_as_ruff_asks() -> None:
    run("ruff", "check", "--quiet", "--output-format", "concise", ".")


def test_the_code_is_laid_out_as_ruff_does() -> None:
    run("ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")


def test_types_hold_under_strict_mypy() -> None:
    run("mypy", "--no-error-summary")


@pytest.mark.django_db
def test_every_migration_is_made() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
