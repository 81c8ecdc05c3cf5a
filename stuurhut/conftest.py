"""What every test has."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings

import __main__

# A worker of pytest-xdist has no file of its own, and PySpark takes that for a doctest and leaves.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

# The same examples every time: a suite that fails must fail again.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
hypothesis_settings.load_profile("same")


@pytest.fixture(autouse=True)
def language_of_the_product(settings: Settings) -> None:
    """A test that speaks another language leaves it to no other."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Settings) -> None:
    """Pages in tests name files as they lie in the source; those of `collectstatic` are not there."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
