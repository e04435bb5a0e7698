"""What Waypost says: the same in every language, all of it in theme/i18n/, and none of it for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from string import Formatter

import pytest
from babel import Locale
from babel.dates import format_date

from helpers.sites import ROOT
from helpers.texts import (
    SCRIPTS,
    TEMPLATES,
    THEME,
    Use,
    bare_in_module,
    bare_in_script,
    bare_in_template,
    literals,
    place,
    python_uses,
    script_uses,
    speaking_modules,
    template_uses,
    uses,
)
from waypost.base.faults import FaultKind
from waypost.base.files.languages import languages, load_words
from waypost.base.i18n import Phrase
from waypost.base.markdown.grammar import TITLED_BOXES
from waypost.formats.article import Priority
from waypost.formats.observations import Resolution
from waypost.formats.status import MEASURED, ComponentStatus, Impact, UpdateStatus
from waypost.formats.support import ChannelKind, VoteReason
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.rules.status_notice import Topic
from waypost.notify.rules.wording import OWN_STATES
from waypost.publishing.api.statuspage import API_STATUSES, DESCRIPTIONS
from waypost.publishing.rules.feed_items import IMPACTS
from waypost.search.rules.site_pages import PAGE_KINDS
from waypost.status.rules.coverage import CoverageSource
from waypost.status.rules.uptime import SHOWN_WINDOWS

OTHERS = [language for language in languages() if language != "en"]

DYNAMIC: Mapping[str, Iterable[str]] = {
    "box.": TITLED_BOXES,
    # A name that is put together: its fixed part, and all that may follow it.
    "status.state.": ComponentStatus,
    "status.impact.": Impact,
    "status.update.": UpdateStatus,
    "status.incident.impact.": Impact,
    "news.impact.": IMPACTS,
    "status.clock.": (UpdateStatus.IN_PROGRESS, UpdateStatus.COMPLETED),
    "news.": API_STATUSES,
    "notify.event.": (*OWN_STATES.values(), "moved"),
    "notify.monitor.": ("at", "since"),
    "notify.": (f"monitor.{step}.{kind}" for step in ("trouble", "recovered") for kind in FaultKind),
    "notify.escalation.": (
        f"{reason}.{step}" for reason in ("acknowledge", "update") for step in ("at_risk", "breached")
    ),
    "notify.email.subject.": ("component", "incident", "maintenance"),
    "status.duration.": ("days", "hours", "minutes"),
    "status.headline.": (status for status in ComponentStatus if status.severity),
    "status.automatic.": ("joined", "resolved", "continued", "merged"),
    "status.automatic.changed.": MEASURED,
    "status.automatic.opened.": (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE),
    "status.automatic.title.": (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE),
    "status.bar.days.": ComponentStatus,
    "status.bar.start.": ("whole", "half"),
    "status.coverage.": (f"{extent}.{source}" for extent in ("whole", "part") for source in CoverageSource),
    "status.coverage.length.": ("days", "hours"),
    "status.regions.": (*MEASURED, ComponentStatus.NO_DATA),
    "status.uptime.period.": SHOWN_WINDOWS,
    "status.latency.": Resolution,
    "status.days.": ("silent", "well"),
    "status.days.known.": ("all", "all_so_far", "part", "part_so_far"),
    "status.days.spent.": (status for status in ComponentStatus if status.severity),
    "article.kind.": ARTICLE_KINDS,
    "contact.action.": (ChannelKind.CHAT, ChannelKind.CALL_BACK, ChannelKind.FORM),
    "contact.priority.": Priority,
    "helpful.hint.": VoteReason,
    "helpful.reason.": VoteReason,
    "live.aware.": Topic,
    "live.aware.link.": Topic,
    "live.aware.state.": (status for status in ComponentStatus if status.is_trouble),
    "live.embeds.": ("failed", "late", "loading", "ready"),
    "live.now.": ("planned", "trouble"),
    "live.now.one_": ("planned", "trouble"),
    "live.now.some_": ("planned", "trouble"),
    "live.search.": ("first", "found"),
    "live.search.kind.": (*ARTICLE_KINDS, *PAGE_KINDS),
    "live.status.impact.": Impact,
    "live.status.state.": ComponentStatus,
    "live.ticket.error.": ("answer", "category", "details", "email", "subject", "urgency"),
    "live.ticket.failed.": ("network", "offline", "refused", "refused_bare", "timeout", "unreadable"),
    "live.ticket.known.": ("none", "none_at_all", "old"),
    "live.ticket.state.": ComponentStatus,
    "live.ticket.told.": (
        *(
            "articles",
            "browser",
            "category",
            "email",
            "page",
            "question",
            "searches",
            "status",
            "steps",
            "urgency",
        ),
    ),
    "ticket.field_": ("category", "component", "components", "email", "page", "subject", "urgency"),
    "ticket.include_": ("articles", "browser", "page", "question", "status", "steps"),
    "ticket.plain.": ("device", "error", "tried", "wanted", "when"),
    "tutorial.": ("days", "hours", "minutes"),
}
EXPANDED = {prefix: [f"{prefix}{rest}" for rest in values] for prefix, values in DYNAMIC.items()}

Bare = tuple[str, str]
"""A file and a text in it."""

ALLOWED_IN_TEMPLATES: Mapping[Bare, str] = {
    **{
        (template, name): "the name of a typeface"
        for template in ("theme/help/material_styles.html", "theme/mkdocs/main.html")
        for name in ("Roboto", "Roboto Mono")
    },
    (
        "theme/help/material_styles.html",
        'url(\'data:image/svg+xml;charset=utf-8, \') :root { --md-text-font: " "; --md-code-font: " "; '
        "--md-admonition-icon-- : ; --md-annotation-icon: ; } .md-tag { --md-tag-icon: ; }",
    ): "styles",
    ("theme/support/ticket/ticket.html", "hint- error-"): "the beginnings of ids",
    ("theme/status/subscribe.html", "curl status.txt"): "a command",
    ("theme/status/subscribe.html", "/feed subscribe feed.rss"): "a command",
    ("theme/status/subscribe.html", "Standard Webhooks"): "the name of a specification",
    (
        "theme/status/subscribe.html",
        'webhook-signature: v1,base64(HMAC-SHA256(secret, "{webhook-id}.{webhook-timestamp}.{body}"))',
    ): "a formula for programs",
}
ALLOWED_IN_SCRIPTS: Mapping[Bare, str] = {
    ("theme/status/now.js", "span span"): "a selector",
    **{
        ("theme/status/status.js", drawing): "a drawing"
        for drawing in ("M5 12.5l4.5 4.5L19 7.5", "M12 6v6l4 3", "M6 12h12", "M12 5v9M12 19v.01")
    },
}
ALLOWED_IN_MODULES: Mapping[Bare, str] = {
    (
        "generator/waypost/publishing/api/waypost_json.py",
        "1 - sum(weight * seconds in a state) / (window - maintenance - no data)",
    ): ("a formula for programs"),
    ("generator/waypost/publishing/pages/filters.py", '"><img src="'): "a line to copy",
    ("generator/waypost/publishing/pages/filters.py", '<script src="'): "a line to copy",
    ("generator/waypost/publishing/io/feeds.py", "Incident"): "a part of an id, as at Statuspage",
    ("generator/waypost/publishing/io/feeds.py", "Maintenance"): "a part of an id, as at Statuspage",
    **{
        (
            "generator/waypost/publishing/api/statuspage.py",
            text,
        ): "words of Statuspage, which programs look for"
        for text in (*DESCRIPTIONS.values(), "Partially Degraded Service")
    },
    ("generator/waypost/publishing/io/theme_assets.py", "export const "): "a line of a script",
}
UNASKED: Mapping[str, str] = {"language.name": "docs/languages.md lists the languages by it, as tested below"}


def forms(text: Phrase) -> Mapping[str, str]:
    return {"": text} if isinstance(text, str) else text


def placeholders(text: Phrase) -> set[str]:
    return {
        name for form in forms(text).values() for _, name, _, _ in Formatter().parse(form) if name is not None
    }


def needed_values(text: Phrase) -> set[str]:
    return placeholders(text) | (set() if isinstance(text, str) else {"count"})


@cache
def found() -> tuple[Use, ...]:
    return tuple(uses())


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts(language: str) -> None:
    assert set(load_words(language).texts) == set(load_words("en").texts)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    english, other = load_words("en").texts, load_words(language).texts
    differing = {
        name: (placeholders(english[name]), placeholders(other[name]))
        for name in english
        if placeholders(english[name]) != placeholders(other[name])
    }
    assert differing == {}


@pytest.mark.parametrize("language", languages())
def test_what_counts_has_the_plurals_of_its_language(language: str) -> None:
    needed = {*Locale.parse(language).plural_form.tags, "other"}
    texts = load_words(language).texts
    counting = {name: set(text) for name, text in texts.items() if not isinstance(text, str)}
    assert counting
    assert {name: had for name, had in counting.items() if had != needed} == {}
    assert set(counting) == {
        name for name, text in load_words("en").texts.items() if not isinstance(text, str)
    }


@pytest.mark.parametrize("language", languages())
def test_texts_are_plain_and_their_values_have_plain_names(language: str) -> None:
    for name, text in load_words(language).texts.items():
        for form in forms(text).values():
            assert isinstance(form, str), f"{name}: put it in quotes"
            assert form == form.strip() != "", name
            assert not re.search(r"<[a-z/!]|&\w+;", form), f"{name} holds markup"
            # Scripts know nothing of Python's formats.
            for _, value, how, conversion in Formatter().parse(form):
                assert value is None or (re.fullmatch(r"[a-z_]+", value) and not how and not conversion), name


@pytest.mark.parametrize("language", languages())
def test_every_pattern_writes_a_time(language: str) -> None:
    names = {use.name for use in found() if use.is_date}
    assert len(names) > 5
    words, moment = load_words(language), datetime(2026, 11, 4, 13, 27, tzinfo=UTC)
    weekday = re.escape(format_date(moment, "EEE", locale=language).rstrip("."))
    for name in names:
        assert re.search(rf"\d|{weekday}", words.date(name, moment)), name


def test_every_text_that_is_asked_for_exists() -> None:
    names = set(load_words("en").texts)
    asked = {use.name: use.place for use in found() if not use.is_part}
    assert len(asked) > 100
    assert {name: where for name, where in asked.items() if name not in names} == {}


def test_every_name_that_is_put_together_is_declared_and_complete() -> None:
    names = set(load_words("en").texts)
    parts = {use.name: use.place for use in found() if use.is_part}
    assert {part: where for part, where in parts.items() if part not in DYNAMIC} == {}, "name it in DYNAMIC"
    assert [part for part in DYNAMIC if part not in parts] == [], "nobody asks for these any more"
    assert [name for expanded in EXPANDED.values() for name in expanded if name not in names] == []


def test_no_text_is_there_for_nothing() -> None:
    asked = {use.name for use in found()} | literals()
    asked |= {name for expanded in EXPANDED.values() for name in expanded}
    assert set(load_words("en").texts) - asked == set(UNASKED)


def test_every_call_gives_the_values_of_its_text() -> None:
    texts = load_words("en").texts
    missing = {
        (use.place, name): needed_values(texts[name]) - use.values
        for use in found()
        if use.values is not None and not use.is_date
        for name in (EXPANDED.get(use.name, ()) if use.is_part else (use.name,))
        if name in texts and needed_values(texts[name]) - use.values
    }
    assert missing == {}


def test_no_template_holds_a_text_of_its_own() -> None:
    assert len(TEMPLATES) > 15
    bare = {(place(p), text) for p in TEMPLATES for text in bare_in_template(p.read_text(encoding="utf-8"))}
    assert bare == set(ALLOWED_IN_TEMPLATES)


def test_no_script_holds_a_text_of_its_own() -> None:
    assert len(SCRIPTS) > 5
    bare = {(place(p), text) for p in SCRIPTS for text in bare_in_script(p.read_text(encoding="utf-8"))}
    assert bare == set(ALLOWED_IN_SCRIPTS)


def test_no_module_that_makes_pages_holds_a_text_of_its_own() -> None:
    modules = speaking_modules()
    assert len(modules) > 20, "the search itself is broken"
    bare = {(place(p), text) for p in modules for text in bare_in_module(p.read_text(encoding="utf-8"))}
    assert bare == set(ALLOWED_IN_MODULES)


BARE = {
    # A template, and what of it must be found.
    "text": ("<p>Hello {{ name }}</p>", ["Hello"]),
    "around_an_expression": ("<p>{{ a }}of{{ b }}</p>", ["of"]),
    "inside_a_condition": ("{% if a %}<b>Yes</b>{% endif %}", ["Yes"]),
    "alt": ('<img alt="A dog">', ["A dog"]),
    "label": ('<a aria-label="{{ t("frame.menu") }} here">', ["here"]),
    "hint": ('<input placeholder="Search">', ["Search"]),
    "description": ('<meta name="description" content="All about it">', ["All about it"]),
    "for_a_script": ('<b data-later="Not known">', ["Not known"]),
    "in_an_expression": ("{{ 'Planned' if a else b }}", ["Planned"]),
    "in_a_filter": ('{{ a | default("nothing here") }}', ["nothing here"]),
    "none": (
        '<p class="one two" data-status="no_data" lang="en">{{ t("a.b", c="d") }} · {# Not shown #} 12</p>',
        [],
    ),
    "machine": ('<meta name="viewport" content="width=device-width,initial-scale=1">', []),
}


@pytest.mark.parametrize("name", BARE)
def test_a_text_in_a_template_is_found(name: str) -> None:
    source, expected = BARE[name]
    assert bare_in_template(source) == expected


def test_a_text_in_a_script_is_found() -> None:
    source = """
    // A remark that is "not shown at all".
    a.textContent = "Status not known"; b.querySelector(".wp-state b"); c = `${n} minutes ago`;
    throw new Error("There is nothing here."); say("ago.now");
    """
    assert bare_in_script(source) == ["Status not known", "${n} minutes ago"]


@pytest.mark.parametrize(
    "written",
    [
        'a?.setAttribute("aria-label", "Search");',
        'a.textContent = is ? "Search" : say("a.b");',
        'a.querySelector("b").ariaLabel = `Search ${n}`;',
        'put(part("wp-x"), "Search");',
        'a.append(b, "Search");',
    ],
)
def test_a_single_word_that_a_script_shows_is_found(written: str) -> None:
    (text,) = bare_in_script(written)
    assert text.startswith("Search")


def test_what_a_script_says_or_looks_for_is_no_text_of_its_own() -> None:
    source = """
    a.textContent = say(is ? "ticket.sending" : "ticket.send", { n: f("x") }); a.title = b.dataset.title;
    put(a.querySelector("b"), say("now.old")); a.setAttribute("role", "checkbox"); a.textContent = "?";
    a.append(document.createElement("li"), `${b} · ${c}`); if (a.title === "now") b();
    """
    assert bare_in_script(source) == []


def test_a_text_in_a_module_is_found() -> None:
    source = '''
"""Says that."""
WORD, KEY = "Resolved", "partial_outage"
def f(a):
    """Say this."""
    if not a:
        raise ValueError("there is none")
    return f"{a} days without" + say("a.b")
    '''
    assert bare_in_module(source) == ["Resolved", " days without"]


def test_calls_are_found_with_their_values() -> None:
    here = THEME / "any"
    module = 'w.say("a.b", count=1); w.say(f"c.{d}"); w.date("e.f" if g else "h.i", j); x.date(); k.say(l)'
    assert [(use.name, use.values, use.is_date, use.is_part) for use in python_uses(here, module)] == [
        ("a.b", {"count"}, False, False),
        ("c.", frozenset(), False, True),
        ("e.f", frozenset(), True, False),
        ("h.i", frozenset(), True, False),
    ]
    template = '{{ t("a.b", name=c) }}{% if t("d." ~ e ~ "f") %}{{ words.date("g.h", i) }}{% endif %}'
    assert {(use.name, use.is_date, use.is_part) for use in template_uses(here, template)} == {
        ("a.b", False, False),
        ("d.", False, True),
        ("g.h", True, False),
    }
    with pytest.raises(ValueError, match="theme/any:1"):
        list(template_uses(here, "{{ t(name) }}"))
    script = 'say("a.b", { c }); x(say(d ? "e" : "f")); say(`g.h_${i ? "j" : "k"}`); essay("no");'
    found_in_script = list(script_uses(here, f'import {{ ago, say }} from "./say.js";\n{script}'))
    assert [use.name for use in found_in_script] == ["live.a.b", "live.e", "live.f", "live.g.h_"]
    assert [use.is_part for use in found_in_script] == [False, False, False, True]
    assert list(script_uses(here, script)) == [], "it says something else"


def test_the_languages_are_named_in_the_documentation() -> None:
    text = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    for language in languages():
        assert f"| `{language}` | {load_words(language).say('language.name')} |" in text
