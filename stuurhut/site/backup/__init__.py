"""Everything in one file, as it was at one moment; and everything back, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from stuurhut import __version__
from stuurhut.people.models import History, Organisation
from stuurhut.site.backup import postgresql, sqlite
from stuurhut.site.backup.parts import Damaged
from stuurhut.site.tables import migrate

FORMAT = 1
MANIFEST, KEY, UPLOADS = "manifest.json", "secret_key", "uploads/"
KEEPERS = {"sqlite": sqlite, "postgresql": postgresql}


class BackupError(Exception):
    """A backup that cannot be made or put back; nothing was changed, and the sentence names the remedy."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: by whom it was made, of which kind of database, and how many rows per table."""

    format: int
    version: str
    database: str  # sqlite or postgresql
    made_at: str
    migrations: list[str]
    counts: dict[str, int]
    columns: dict[str, list[str]] = field(default_factory=dict)


def back_up(path: Path) -> Manifest:
    """Writes database, uploads and secret key to a file that only its owner can read.

    Others may write meanwhile: the file holds one moment. A file that is there is replaced when the new one is whole.
    Raises BackupError.
    """
    if path.exists() and not zipfile.is_zipfile(path):
        raise BackupError(_("%(file)s exists and is no backup; choose another name.") % {"file": path})
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            manifest = _fill(archive)
        unfinished.replace(path)
    except (Damaged, DatabaseError) as error:
        raise BackupError(_("The database cannot be backed up now (%(why)s); try again.") % {"why": error}) from error
    except OSError as error:
        raise BackupError(
            _("%(file)s cannot be written (%(why)s); choose another folder.") % {"file": path, "why": error.strerror}
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def restore_from(path: Path, *, force: bool = False) -> Manifest:
    """Puts a backup back: the database in one transaction, then the uploads and the key. Returns what it held.

    With records here it needs `force`, and they are lost. Raises BackupError with nothing changed.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        _check(manifest, path, force)
        folder = Path(settings.DATA)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as unpacked:
            archive.extractall(unpacked)
            try:
                KEEPERS[manifest.database].restore(Path(unpacked), manifest.counts, manifest.columns)
            except (Damaged, DatabaseError) as error:
                raise BackupError(
                    _("%(file)s cannot be put back (%(why)s); everything is as it was.") % {"file": path, "why": error}
                ) from error
            _place_files(Path(unpacked))
    migrate()
    return manifest


def _fill(archive: zipfile.ZipFile) -> Manifest:
    with tempfile.TemporaryDirectory(prefix="stuurhut-") as folder:
        counts, columns = KEEPERS[connection.vendor].back_up(archive, Path(folder))
    for file in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if file.is_file():
            with suppress(FileNotFoundError):  # somebody took it away while we were at it
                archive.write(file, UPLOADS + file.relative_to(settings.MEDIA_ROOT).as_posix())
    key = Path(settings.DATA) / KEY
    if key.exists():
        archive.write(key, KEY)
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        database=connection.vendor,
        made_at=timezone.now().isoformat(timespec="seconds"),
        migrations=sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        counts=counts,
        columns=columns,
    )
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    if not path.is_file():
        raise BackupError(_("There is no file %(file)s; check the name and the folder.") % {"file": path})
    try:
        archive = zipfile.ZipFile(path)
        broken = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise BackupError(_("%(file)s is no backup, or not a whole one; take another.") % {"file": path}) from error
    with archive:
        if broken:
            raise BackupError(
                _("%(file)s is damaged at %(part)s; take another backup.") % {"file": path, "part": broken}
            )
        yield archive


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        return Manifest(**json.loads(archive.read(MANIFEST)))
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(
            _("%(file)s was not made by `stuurhut backup`; take one that was.") % {"file": path}
        ) from error


def _check(manifest: Manifest, path: Path, force: bool) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    is_newer = manifest.format > FORMAT or not set(manifest.migrations) <= known
    if is_newer:
        raise BackupError(
            _("%(file)s was made by version %(version)s, which is newer; upgrade first.")
            % {"file": path, "version": manifest.version}
        )
    if manifest.database != connection.vendor:
        raise BackupError(
            _("%(file)s is of %(theirs)s and this database is %(ours)s; set DATABASE_URL to a %(theirs)s database.")
            % {"file": path, "theirs": manifest.database, "ours": connection.vendor}
        )
    if manifest.database == "postgresql" and set(manifest.migrations) != known:
        raise BackupError(
            _("%(file)s was made by version %(version)s; restore it with that version and upgrade afterwards.")
            % {"file": path, "version": manifest.version}
        )
    if not force and _has_records():
        raise BackupError(_("There are records here; --force replaces them by those of the backup."))


def _has_records() -> bool:
    there = set(connection.introspection.table_names())
    ours = [model for app in apps.get_app_configs() if app.name.startswith("stuurhut.") for model in app.get_models()]
    kept = [model for model in ours if model not in (Organisation, History) and model._meta.db_table in there]
    return any(model._base_manager.exists() for model in kept)


def _place_files(unpacked: Path) -> None:
    """Uploads and key, by renaming: there is never half a folder."""
    uploads = Path(settings.MEDIA_ROOT)
    (unpacked / UPLOADS).mkdir(exist_ok=True)
    for file in (unpacked / UPLOADS).rglob("*"):
        if file.is_file():
            file.chmod(0o600)
    if uploads.exists():
        uploads.rename(unpacked / "uploads-before")
    shutil.move(unpacked / UPLOADS, uploads)
    if (unpacked / KEY).exists():
        (unpacked / KEY).chmod(0o600)
        (unpacked / KEY).replace(Path(settings.DATA) / KEY)
