"""Everything in one file while others go on working, and everything back or nothing."""

from __future__ import annotations

import json
import os
import stat
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stuurhut.crm.actions import create_account
from stuurhut.crm.models import Account
from stuurhut.site.backup import BackupError, back_up, restore_from
from stuurhut.site.tests.installation import Installation, installation

# Every account gets its contact in the same transaction: half a pair is a torn backup.
WRITE_PAIRS = """
import django; django.setup()
from pathlib import Path
from django.db import transaction
from stuurhut.crm.models import Account, Contact
while not Path({stop!r}).exists():
    with transaction.atomic():
        Contact.objects.create(name="Jan", account=Account.objects.create(name="Acme"))
    if Account.objects.count() == 20:
        Path({ready!r}).touch()
print(Account.objects.count())
"""
LOOK = """
from stuurhut.crm.actions import create_account
from stuurhut.crm.models import Account, Contact
from stuurhut.people.models import User
from stuurhut.site.health import health
last = Account.objects.order_by("-id").first().id
print(Account.objects.count(), Contact.objects.count(), create_account(name="one more", by=None).id > last,
      all(finding.fine for finding in health()), User.objects.get().check_password("een lange zin van Ada"))
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation with a login and an upload."""
    with installation(tmp_path / "here", f"stuurhut_here_{os.getpid()}") as made:
        assert made.run("migrate").returncode == 0
        words = ("user", "add", "ada@example.com", "--role", "admin", "--password-stdin")
        assert "lange zin" not in made.run(*words, given="een lange zin van Ada\n").stdout
        (made.folder / "uploads").mkdir()
        (made.folder / "uploads" / "list.csv").write_text("name\nAcme\n")
        yield made


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Installation]:
    """An empty one, to restore into."""
    with installation(tmp_path / "there", f"stuurhut_there_{os.getpid()}") as made:
        yield made


def wait_for(file: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < until, f"{file.name} did not come"
        time.sleep(0.05)


def test_a_backup_made_while_somebody_writes_holds_one_moment_and_comes_back_whole(
    here: Installation, there: Installation, tmp_path: Path
) -> None:
    ready, stop, file = tmp_path / "ready", tmp_path / "stop", tmp_path / "backup.zip"
    writer = here.start(WRITE_PAIRS.format(stop=str(stop), ready=str(ready)))
    try:
        wait_for(ready)
        made = here.run("backup", str(file))
    finally:
        stop.touch()
        written = int(writer.communicate(timeout=60)[0])
    assert made.returncode == 0, made.stderr
    restored = there.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    accounts, contacts, numbers_go_on, all_is_fine, can_log_in = there.told(LOOK).split()
    assert accounts == contacts
    assert 20 <= int(accounts) < written
    assert (numbers_go_on, all_is_fine, can_log_in) == ("True", "True", "True")
    assert (there.folder / "uploads" / "list.csv").read_text() == "name\nAcme\n"
    assert (there.folder / "secret_key").read_text() == (here.folder / "secret_key").read_text()
    again = there.run("restore", str(file))
    assert (again.returncode, again.stdout) == (3, "")
    assert "--force" in again.stderr
    assert there.run("restore", str(file), "--force").returncode == 0


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A data folder with a key and an upload, for the database of the tests."""
    settings.DATA, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "data" / "uploads"
    (tmp_path / "data" / "uploads").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "list.csv").write_text("name")
    (tmp_path / "data" / "secret_key").write_text("the key")
    return tmp_path / "data"


@pytest.mark.django_db(transaction=True)
def test_only_its_owner_can_read_a_backup(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    back_up(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.zip"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("damage", ["half", "text", "empty", "foreign", "newer", "other database", "rows missing"])
def test_a_file_that_cannot_be_put_back_changes_nothing(folder: Path, tmp_path: Path, damage: str) -> None:
    account = create_account(name="Acme", by=None)
    file = tmp_path / "backup.zip"
    back_up(file)
    spoil(file, damage)
    with pytest.raises(BackupError):
        restore_from(file, force=True)
    assert Account.objects.get() == account
    assert (folder / "secret_key").read_text() == "the key"
    assert sorted(path.name for path in folder.iterdir()) == ["secret_key", "uploads"]
    assert (folder / "uploads" / "list.csv").exists()


def spoil(file: Path, how: str) -> None:
    """Makes a good backup a bad one."""
    if how == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif how in ("text", "empty"):
        file.write_text("no backup" if how == "text" else "")
    else:
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(parts.pop("manifest.json"))
        if how == "newer":
            manifest["migrations"].append("crm.9999_of_tomorrow")
        elif how == "other database":
            manifest["database"] = {"sqlite": "postgresql", "postgresql": "sqlite"}[manifest["database"]]
        elif how == "rows missing":
            manifest["counts"]["crm_account"] += 1
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
            if how != "foreign":
                archive.writestr("manifest.json", json.dumps(manifest))


@pytest.mark.django_db
def test_a_file_that_is_no_backup_is_not_replaced_by_one(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Acme")
    with pytest.raises(BackupError, match="letter"):
        back_up(letter)
    assert letter.read_text() == "Dear Acme"
