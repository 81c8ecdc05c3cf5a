"""Files that somebody brings in the browser: kept in the data folder, one folder an import."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_noop as _

from stuurhut.connect.models import ImportRun
from stuurhut.connect.problems import ImportFailed
from stuurhut.connect.proposing import MAPPING, propose
from stuurhut.people.models import Intake, User

LARGEST = 200_000_000  # bytes of one file


class UploadRefused(ImportFailed):
    """Files that are not taken in."""


def folder_of(run: ImportRun) -> Path:
    """Where the files of an import lie."""
    return Path(settings.DATA) / "uploads" / "imports" / str(run.intake_id)


def paths_of(run: ImportRun) -> list[Path]:
    """The files of an import."""
    return [folder_of(run) / part["name"] for part in run.files]


def begin(files: Sequence[UploadedFile[Any]], *, by: User) -> ImportRun:
    """An import of uploaded files, with a mapping to look at. Raises ImportFailed, with nothing kept."""
    for file in files:
        if (file.size or 0) > LARGEST:
            raise UploadRefused(
                _("%(file)s is larger than %(most)s MB; compress it as .gz, split it, or use `stuurhut import`."),
                file=file.name,
                most=LARGEST // 1_000_000,
            )
    with transaction.atomic():
        run = new_run([], by=by)
        names = _written(files, folder_of(run))
        try:
            return _proposed(run, names)
        except ImportFailed:
            shutil.rmtree(folder_of(run), ignore_errors=True)
            raise


def _proposed(run: ImportRun, names: list[str]) -> ImportRun:
    given = [name for name in names if name.lower().endswith(MAPPING)]
    rows = [name for name in names if name not in given]
    if not rows:
        raise UploadRefused(_("There is no file with rows among these; add the files that the mapping is for."))
    if len(given) > 1:
        raise UploadRefused(_("There are %(n)s mappings among these files; bring one."), n=len(given))
    folder = folder_of(run)
    proposal = propose([folder / name for name in rows], folder / given[0] if given else None)
    run.files = [{"name": name} for name in rows]
    run.mapping = proposal.mapping.text
    run.report = {"recognised": proposal.known_as, "told": asdict(proposal.told)}
    run.intake.label = ", ".join(rows)[:300]
    run.intake.save(update_fields=["label"])
    run.save()
    return run


def new_run(names: Iterable[str], *, by: User, mapping: str = "", label: str = "") -> ImportRun:
    """An import that is being prepared."""
    names = list(names)
    intake = Intake.objects.create(by=by, label=(label or ", ".join(names))[:300])
    files = [{"name": name} for name in names]
    return ImportRun.objects.create(intake=intake, files=files, mapping=mapping, state=ImportRun.State.DRAFT)


def _written(files: Sequence[UploadedFile[Any]], folder: Path) -> list[str]:
    """Writes files under names that are safe and differ; returns those."""
    shutil.rmtree(folder, ignore_errors=True)  # left by an import that a restored database does not know
    folder.mkdir(parents=True)
    names: list[str] = []
    for file in files:
        name = get_valid_filename(Path(file.name or "file").name)[-150:]
        while name in names:
            name = f"{Path(name).stem}-2{Path(name).suffix}"
        with (folder / name).open("wb") as stream:
            for piece in file.chunks():
                stream.write(piece)
        names.append(name)
    return names


@transaction.atomic
def again(run: ImportRun, *, by: User) -> ImportRun:
    """A fresh import of the same files with the same mapping. Raises UploadRefused when the files are gone."""
    if not run.files or not all(path.exists() for path in paths_of(run)):
        sentence = _("The files of import %(number)s are not here; bring them again.")
        raise UploadRefused(sentence, number=run.intake_id)
    fresh = new_run([part["name"] for part in run.files], by=by, mapping=run.mapping)
    shutil.copytree(folder_of(run), folder_of(fresh), dirs_exist_ok=True)
    return fresh


def throw_away(run: ImportRun) -> None:
    """Removes an import that was never begun, with its files."""
    shutil.rmtree(folder_of(run), ignore_errors=True)
    run.intake.delete()
