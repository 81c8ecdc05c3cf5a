"""The form with which somebody brings files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

ACCEPTED = ".csv,.txt,.tsv,.gz,.xlsx,.xlsm,.xls,.ods,.jsonl,.ndjson,.parquet,.toml"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class FilesForm(forms.Form):
    """The files of one import."""

    file = FilesField(
        label=_("Files"),
        widget=ManyFiles(attrs={"accept": ACCEPTED, "multiple": True}),
        error_messages={
            "required": _("Choose the files to import."),
            "empty": _("A file is empty; export it again."),
        },
        max_length=200,
    )
