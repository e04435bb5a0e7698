"""Pictures of a site that are made of its name and colour: previews of its pages for links, and its icons."""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)
"""What services that show previews ask for, in pixels."""

_MARGIN = 80
_LINES = 4
_INK = (22, 32, 44)
_MUTED = 100
"""A shade between ink, 0, and white, 255."""
_WHITE = 240
"""The place of white among the colours of a card."""


def can_draw(text: str) -> bool:
    """Tell whether the font has every letter of a text: one that is missing would be an empty box."""
    return all(letter.isspace() or _has(letter) for letter in text)


def card(title: str, place: str, colour: str) -> bytes:
    """Draw a title, with the name of the site and the category below it, as a PNG of SIZE."""
    picture = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(picture)
    place_at = (_MARGIN + 80, SIZE[1] - _MARGIN - 28)
    draw.text(place_at, _cut(place, 30, 900), _MUTED, _font(30), anchor="lm")
    size = next((size for size in (76, 64, 52) if len(_wrapped(title, size)) < _LINES), 52)
    lines = _wrapped(title, size)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]} …"]
    draw.multiline_text((_MARGIN, _MARGIN), "\n".join(lines), 0, _font(size), spacing=16)
    # One byte a pixel: shades from ink to white, and the colour of the site.
    picture = picture.point([shade * _WHITE // 255 for shade in range(256)])
    picture.putpalette([*_shades(), *([0] * 3 * (254 - _WHITE)), *ImageColor.getrgb(colour)])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, SIZE[0], 20), fill=255)
    x, y = _MARGIN, SIZE[1] - _MARGIN - 56
    draw.rounded_rectangle((x, y, x + 56, y + 56), 17, fill=255)
    _tick(draw, (x, y), 56, _WHITE)
    return _png(picture)


def _shades() -> list[int]:
    return [round(part + (255 - part) * step / _WHITE) for step in range(_WHITE + 1) for part in _INK]


def icon(size: int, colour: str) -> bytes:
    """Draw the mark of the site on a whole square, which systems cut into their own shapes."""
    picture = Image.new("RGB", (size * 4, size * 4), colour)
    _tick(ImageDraw.Draw(picture), (0, 0), size * 4, "#ffffff")
    return _png(picture.resize((size, size), Image.Resampling.LANCZOS))


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _tick(draw: ImageDraw.ImageDraw, place: tuple[int, int], size: int, fill: int | str) -> None:
    """Draw the tick of theme/base/icon.svg."""
    points = [
        (place[0] + x / 24 * size, place[1] + y / 24 * size) for x, y in ((7, 12.5), (10.2, 15.7), (17, 9))
    ]
    draw.line(points, fill, round(size / 10), joint="curve")


def _wrapped(text: str, size: int) -> list[str]:
    font, width = _font(size), SIZE[0] - 2 * _MARGIN
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, size, width))
    return [line for line in lines if line]


def _cut(text: str, size: int, width: int) -> str:
    font = _font(size)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _file() -> Path:
    # Its own module needs setuptools; only the files beside it are wanted.
    folder = Path(find_spec("font_source_sans_pro").origin)  # type: ignore[union-attr, arg-type]
    return folder.parent / "files" / "SourceSansPro-Semibold.ttf"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_file(), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(letter: str) -> bool:
    """Tell whether the font has a letter, which then looks otherwise than one that no font has."""
    return _drawn(_font(24), letter) != _drawn(_font(24), "\uffff")


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> tuple[object, bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)
