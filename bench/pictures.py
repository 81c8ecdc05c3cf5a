"""Takes the pictures of docs/pictures from the demo company: `script/pictures`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bench.browser import NARROW, WIDE, NoBrowser, NotServed, at, browser, served, settled, signed_in

MOST = 150_000  # bytes of one picture
QUALITIES = (88, 74, 60, 46)
PHONE_SCALE = 1.5
SCREENS = 3  # from the top; what is below it shows nothing new


@dataclass(frozen=True)
class Page:
    """A page that is shown: its name, whom it is taken as, what it is, and the words under it."""

    name: str
    role: str
    path: str
    words: str


PAGES = (
    Page("cockpit", "director", at("/"), "The cockpit of a director: what matters most, the clock, the seven."),
    Page("kpi", "director", at("/kpi/sales_value/"), "One KPI in full: verdict, remedy, course with its limits."),
    Page("seller", "manager", "", "The page of one seller: own clock, own history, strong and weak steps."),
    Page("targets", "director", at("/targets/"), "Targets in a grid, in which a part of a spreadsheet can be pasted."),
)
SHOWN = "Sanne Kuipers"  # who closed hardly any deal since April


def main() -> int:
    """Takes them all. Returns 0, or 3 with one sentence when there is no browser or no company."""
    parser = argparse.ArgumentParser(prog="script/pictures", description=__doc__)
    parser.add_argument("--out", default="docs/pictures", type=Path, help="the folder (default docs/pictures)")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    try:
        with browser() as started, tempfile.TemporaryDirectory() as folder, served(Path(folder)) as company:
            for scheme in ("light", "dark"):
                for size in (WIDE, NARROW):
                    _take_all(started, company, out, size, scheme)
    except (NoBrowser, NotServed) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    (out / "README.md").write_text(readme(), encoding="utf-8")
    return 0


def _take_all(started: Any, company: Any, out: Path, size: tuple[int, int], scheme: str) -> None:
    scale = 1.0 if size == WIDE else PHONE_SCALE
    pages = {role: signed_in(started, company, role, size, scheme, scale) for role in ("director", "manager")}
    for shown in PAGES:
        page = pages[shown.role if shown.path else "director"]
        page.goto(shown.path or _address_of_seller(page))
        settled(page)
        file = out / f"{shown.name}-{size[0]}-{scheme}.webp"
        file.write_bytes(compressed(_taken(page, size)))
        sys.stdout.write(f"{file} {file.stat().st_size // 1000} kB\n")
    for page in pages.values():
        page.context.close()


def _taken(page: Any, size: tuple[int, int]) -> bytes:
    """The page from the top as if the window were as long as it is: what sticks to an edge then sticks to the end."""
    width, height = size
    long: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(long, height), SCREENS * height)})
    png: bytes = page.screenshot(animations="disabled")
    page.set_viewport_size({"width": width, "height": height})
    return png


def _address_of_seller(page: Any) -> str:
    """The page of whom we show, found as a director would: by the name in a breakdown."""
    page.goto(at("/kpi/win_rate/", by="person"))
    address: str = page.locator("#breakdown a", has_text=SHOWN).first.get_attribute("href")
    return address


def compressed(png: bytes) -> bytes:
    """The picture as WebP, as sharp as it can be within MOST."""
    image = Image.open(BytesIO(png)).convert("RGB")
    written = b""
    for quality in QUALITIES:
        file = BytesIO()
        image.save(file, "WEBP", quality=quality, method=4)
        written = file.getvalue()
        if len(written) <= MOST:
            break
    return written


def readme() -> str:
    """The page that shows the pictures."""
    lines = [
        "# Pictures",
        "",
        "Taken by `script/pictures` from the demo company (medium, seed 1, up to 20 November 2026), in Dutch.",
    ]
    for shown in PAGES:
        lines += ["", f"## {shown.words}", ""]
        for width in (WIDE[0], NARROW[0]):
            lines += [f"![{shown.name}, {width} wide, {s}]({shown.name}-{width}-{s}.webp)" for s in ("light", "dark")]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
