"""The product's settings: the environment first, then `stuurhut.env` in the data folder, then the default."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process

KNOWN = {
    "STUURHUT_DATA": "./data",
    "STUURHUT_ENGINE": "duckdb",
    "STUURHUT_MEMORY": "1GB",
    "STUURHUT_TIME_ZONE": "Europe/Amsterdam",
    "STUURHUT_CURRENCY": "EUR",
    "STUURHUT_SECRET_KEY": "",
    "STUURHUT_URL": "",
    "STUURHUT_TRUSTED_PROXY": "",
    "STUURHUT_FISCAL_YEAR_START": "1",
    "STUURHUT_CLOSE_AFTER_DAYS": "14",
    "STUURHUT_WORKERS": "1",
    "STUURHUT_DEBUG": "",
    "DATABASE_URL": "",
    "EMAIL_URL": "",
}


class SettingError(Exception):
    """A setting that cannot be used; the sentence says which and what to do."""


@dataclass(frozen=True)
class Environment:
    """The settings of this process, each a non-empty string or the default."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def folder(self) -> Path:
        return Path(self["STUURHUT_DATA"]).expanduser().resolve()

    def secret_key(self) -> str:
        """The secret key: the one given, else the one kept in the data folder, made at first use."""
        if self["STUURHUT_SECRET_KEY"]:
            return self["STUURHUT_SECRET_KEY"]
        kept = self.folder / "secret_key"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        return kept.read_text(encoding="utf-8").strip()

    def fiscal_year_start(self) -> int:
        text = self["STUURHUT_FISCAL_YEAR_START"]
        if not text.isdigit() or not 1 <= int(text) <= 12:
            raise SettingError(f"STUURHUT_FISCAL_YEAR_START is '{text}'; give the number of a month, 1 to 12.")
        return int(text)

    def close_after_days(self) -> int:
        text = self["STUURHUT_CLOSE_AFTER_DAYS"]
        if not text.isdigit() or not 0 <= int(text) <= 366:
            raise SettingError(f"STUURHUT_CLOSE_AFTER_DAYS is '{text}'; give a number of days, 0 to 366.")
        return int(text)


def read(process_environment: Mapping[str, str]) -> Environment:
    """Settings from the environment and the data folder's `stuurhut.env`.

    Raises SettingError for a `STUURHUT_*` name that does not exist, naming the nearest one.
    """
    folder = process_environment.get("STUURHUT_DATA") or KNOWN["STUURHUT_DATA"]
    from_file = _lines(Path(folder).expanduser() / "stuurhut.env")
    for name in (*process_environment, *from_file):
        if name.startswith("STUURHUT_") and name not in KNOWN:
            nearest = process.extractOne(name, [k for k in KNOWN if k.startswith("STUURHUT_")])
            raise SettingError(f"There is no setting {name}; did you mean {nearest[0]}?")
    return Environment({n: process_environment.get(n) or from_file.get(n) or default for n, default in KNOWN.items()})


def _lines(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign:
            raise SettingError(f"{path}, line {number}: write NAME=value.")
        pairs[name.strip()] = value.strip().strip("\"'")
    return pairs
