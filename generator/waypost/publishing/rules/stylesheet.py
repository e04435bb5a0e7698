"""The style sheet that a site's own look adds to the tokens.

Contrast is that of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

from collections.abc import Iterator

from waypost.formats.theme import Theme

READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, success criterion 1.4.3)."""

LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#1a222c"
LIGHT_INK = "#ffffff"
DARK_INK = "#10162b"

_STEPS = 40
_WASH = 0.1

Rgb = tuple[float, float, float]


def stylesheet(theme: Theme) -> str:
    """Return the custom properties that replace those of tokens.css; empty for a site without a theme."""
    light, dark = "".join(_light(theme)), "".join(_dark(theme))
    rules = []
    if light:
        rules.append(f':root, [data-md-color-scheme="default"] {{{light}}}')
    if dark:
        rules.append(f'[data-md-color-scheme="slate"] {{{dark}}}')
        system = f'.no-js, .no-js [data-md-color-scheme="default"] {{{dark}}}'
        rules.append(f"@media (prefers-color-scheme: dark) {{ {system} }}")
    return "".join(f"{rule}\n" for rule in rules)


BRAND = ("#3b4cca", "#98a5ff")
"""The colour of tokens.css on light and on dark ground."""


def brand_colours(theme: Theme) -> tuple[str, str]:
    """Return the colour of a site on light and on dark ground."""
    dark = theme.dark_colour or theme.colour
    light = readable(theme.colour, LIGHT_GROUND) if theme.colour else BRAND[0]
    return light, readable(dark, DARK_GROUND) if dark else BRAND[1]


def _light(theme: Theme) -> Iterator[str]:
    if theme.colour:
        yield from _brand(readable(theme.colour, LIGHT_GROUND), LIGHT_GROUND)
    if theme.font:
        names = ", ".join(f'"{name.strip()}"' for name in theme.font.split(","))
        yield f" --wp-font: {names}, system-ui, sans-serif;"
    if theme.radius is not None:
        yield f" --wp-radius: {theme.radius}px;"
        yield f" --wp-radius-button: {max(0, theme.radius - 2)}px;"
        yield f" --wp-radius-tag: {theme.radius // 2}px; "


def _dark(theme: Theme) -> Iterator[str]:
    colour = theme.dark_colour or theme.colour
    if colour:
        yield from _brand(readable(colour, DARK_GROUND), DARK_GROUND)


def _brand(colour: str, ground: str) -> Iterator[str]:
    on_brand = max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, colour))
    yield f" --wp-brand: {colour};"
    yield f" --wp-brand-wash: {_text(_mix(_rgb(ground), _rgb(colour), _WASH))};"
    yield f" --wp-on-brand: {on_brand}; "


def readable(colour: str, ground: str) -> str:
    """Return the colour, or the nearest one towards black or white that can be read on the ground."""
    away = (0.0, 0.0, 0.0) if _luminance(_rgb(ground)) > 0.5 else (255.0, 255.0, 255.0)
    tried = (_text(_mix(_rgb(colour), away, step / _STEPS)) for step in range(_STEPS + 1))
    # The last one is black on light ground or white on dark ground, which can always be read.
    return next(one for one in tried if contrast(one, ground) >= READABLE)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(first)), _luminance(_rgb(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _text(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def _mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue
