"""Writes SVG elements: every value is escaped, positions are shares of the width, so that text is never stretched."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from saishu.report.visible import visible

Attribute = str | int | float


def element(name: str, *inside: str, **attributes: Attribute) -> Markup:
    """One element. inside: Markup as it is, other text escaped. `class_` is `class`, `_` in a name is `-`."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(visible(_number(value)))}"'
        for key, value in attributes.items()
    )  # fmt: skip
    content = "".join(part if isinstance(part, Markup) else escape(visible(part)) for part in inside)
    return Markup(f"<{name}{said}>{content}</{name}>")


def picture(height: int, title: str, parts: Iterable[Markup], description: str = "", class_: str = "") -> Markup:
    """An SVG as wide as its place. height: CSS pixels. title, description: what it shows, in words."""
    head = [element("title", title)] + ([element("desc", description)] if description else [])
    return element("svg", *head, *parts, class_=f"picture {class_}".strip(), width="100%", height=height, role="img")


def share(value: float) -> str:
    """A part of the width: 0.125 is `12.5%`."""
    return f"{_number(round(min(max(value, -1.0), 2.0) * 100, 3))}%"


def _number(value: Attribute) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
