"""Durations and sizes in words, as people say them."""

from __future__ import annotations

from datetime import timedelta

from waypost.base.words import Words


def number_text(number: str, words: Words) -> str:
    """Return a number written with a point as the language writes it."""
    return number.replace(".", words.say("number.decimal_point"))


def size_words(size: int, words: Words) -> str:
    """Say how large a file is, as the systems of its readers count: 1 kB is 1,000 bytes."""
    if size < 1000:
        return words.say("downloads.bytes", count=size)
    if size < 999_500:
        return words.say("downloads.kilobytes", number=round(size / 1000))
    number = f"{size / 1_000_000:.1f}" if size < 9_950_000 else str(round(size / 1_000_000))
    return words.say("downloads.megabytes", number=number_text(number, words))


def duration_words(span: timedelta, words: Words) -> str:
    """Say how long something takes, a minute at least: "1 hour and 30 minutes"."""
    minutes = max(1, round(span.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    parts = [("days", days), ("hours", rest // 60), ("minutes", rest % 60)]
    return words.join([words.say(f"tutorial.{unit}", count=count) for unit, count in parts if count])


def duration_text(span: timedelta, words: Words) -> str:
    """Return a span in its two largest units: '1 hour 36 minutes'."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return words.say("status.duration.moment")
    days, rest = divmod(minutes, 24 * 60)
    parts = [(days, "days"), (rest // 60, "hours"), (rest % 60, "minutes")]
    said = [words.say(f"status.duration.{unit}", count=count) for count, unit in parts if count]
    return " ".join(said[:2])
