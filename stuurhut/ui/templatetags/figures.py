"""What templates write numbers, icons and small pictures with."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from stuurhut.kpi.words.answer import Number
from stuurhut.ui import numbers

register = template.Library()


@cache
def icon_names() -> frozenset[str]:
    """The icons of the sprite."""
    return frozenset((Path(__file__).parent.parent / "icons.txt").read_text(encoding="utf-8").split())


class NoSuchIcon(Exception):
    """An icon that the sprite does not hold; add its name to icons.txt and run script/vendor."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a word; the word says it, so screen readers skip it. Raises NoSuchIcon."""
    if name not in icon_names():
        raise NoSuchIcon(name)
    href = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.simple_tag
def figure(value: Number, unit: str, currency: str = "EUR") -> str:
    """A value with its unit, in full."""
    return numbers.written(value, unit, currency)


@register.simple_tag
def short_figure(value: Number, unit: str, currency: str = "EUR") -> str:
    """A value with its unit, as a tile shows it."""
    return numbers.written(value, unit, currency, short=True)


@register.filter
def whole(value: Number) -> str:
    """A count with thousands separated."""
    return numbers.plain(value)


@register.filter
def long_day(value: date | None) -> str:
    """21 november 2026."""
    return numbers.day(value)


@register.filter
def short_day(value: date | None) -> str:
    """21 nov 2026."""
    return f"{numbers.short_day(value)} {value.year}" if value else numbers.NOTHING


@register.filter
def translated(text: str) -> str:
    """A sentence that was marked for translation elsewhere (labels of KPIs)."""
    return gettext(text) if text else ""


@register.inclusion_tag("ui/parts/difference.html")
def difference(difference: Any, against: str = "") -> dict[str, Any]:
    """A difference with its arrow, and against what."""
    return {"difference": difference, "against": against}


@register.inclusion_tag("ui/parts/spark.html")
def spark(spark: Any) -> dict[str, Any]:
    """The small picture of thirteen periods (`ui.charts.Spark`)."""
    return {"spark": spark}


@register.inclusion_tag("ui/parts/course.html")
def course(course: Any) -> dict[str, Any]:
    """The large picture of a course over time (`ui.charts.Course`)."""
    return {"course": course}


@register.inclusion_tag("ui/parts/whisker.html")
def whisker(whisker: Any) -> dict[str, Any]:
    """A value as a bar, with its interval when it has one (`ui.charts.Whisker`)."""
    return {"whisker": whisker}


@register.inclusion_tag("ui/parts/dial.html")
def dial(dial: Any) -> dict[str, Any]:
    """Target percentage as a dial (`ui.dial.Dial`)."""
    return {"dial": dial}


@register.inclusion_tag("ui/parts/dot.html")
def dot(dot: Any) -> dict[str, Any]:
    """A share with its interval beside that of the others (`ui.dots.Dot`)."""
    return {"dot": dot}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str, action: str = "", href: str = "", picture: str = "steering-wheel") -> dict[str, Any]:
    """What will stand here, and the one thing to do to fill it."""
    return {"title": title, "text": text, "action": action, "href": href, "picture": picture}


@register.simple_tag
def control(field: Any) -> SafeString:
    """A form field as our style draws it, bound to its help and its mistakes."""
    widget_class = "form-select" if field.widget_type.startswith("select") else "form-control"
    own = field.field.widget.attrs.get("class", "")
    return SafeString(field.as_widget(attrs={"class": f"{widget_class} {own}".strip(), "placeholder": ""}))
