"""Every rule for writers. Each has a section in docs/lint.md and golden cases in tests/bad_articles/."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from waypost.formats.lint import LintConfig, RuleLevel
from waypost.lint.rules import articles, incidents, leaks
from waypost.lint.rules.active_html import active_html_in_articles
from waypost.lint.rules.placeholders import unedited
from waypost.lint.rules.rule import Finding, LintSite, Rule
from waypost.problems import Level

_RULES = (
    Rule("broken-link", articles.broken_links, Level.ERROR),
    Rule("broken-anchor", articles.broken_anchors, Level.ERROR),
    Rule("expired", articles.expired_with_links),
    Rule("moved", articles.moved_without_redirect),
    Rule("active-html", active_html_in_articles, Level.ERROR),
    Rule("unedited", unedited, Level.ERROR),
    Rule("missing-alt", articles.missing_alt),
    Rule("missing-summary", articles.missing_summary),
    Rule("duplicate-title", articles.duplicate_titles),
    Rule("duplicate-alias", articles.duplicate_aliases),
    Rule("duplicate-question", articles.repeated_questions),
    Rule("near-duplicate", articles.near_duplicates),
    Rule("review-due", articles.reviews_due),
    Rule("leftover", articles.leftovers),
    Rule("split-list", articles.split_lists),
    Rule("heading-order", articles.heading_order),
    Rule("leak", leaks.leaks, Level.ERROR),
    Rule("incident-title", incidents.vague_titles),
    Rule("incident-first-update", incidents.empty_first_updates),
    Rule("incident-steps", incidents.odd_steps),
    Rule("incident-cadence", incidents.silences),
    Rule("incident-next-update", incidents.next_updates),
    Rule("incident-workaround", incidents.workarounds_without_article),
    Rule("incident-resolution", incidents.thin_resolutions),
    Rule("incident-postmortem", incidents.postmortems),
    Rule("maintenance-notice", incidents.short_notices),
    Rule("maintenance-overlap", incidents.overlaps),
    Rule("maintenance-over", incidents.late_steps),
    Rule("search-success", articles.search_success, Level.ERROR),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _RULES}
"""Every rule by its code, in the order of docs/lint.md."""


@dataclass(frozen=True)
class JudgedFinding:
    """A finding with the code of its rule and how much it matters in this site."""

    finding: Finding
    code: str
    level: Level


def judge(site: LintSite, codes: Collection[str] = RULES) -> Iterator[JudgedFinding]:
    """Run every rule of these codes that is not off, and leave out what lint.yml silences."""
    for rule in (rule for rule in RULES.values() if rule.code in codes):
        level = level_of(rule, site.config)
        if level is None:
            continue
        for finding in rule.check(site):
            if not is_silenced(rule.code, finding.path, site.config):
                yield JudgedFinding(finding, rule.code, level)


def level_of(rule: Rule, config: LintConfig) -> Level | None:
    """Return how much a rule matters in a site; None where it is off."""
    setting = config.rules.get(rule.code)
    if setting is None:
        return rule.level
    return None if setting.level is RuleLevel.OFF else Level(setting.level.value)


def is_silenced(code: str, path: str, config: LintConfig) -> bool:
    """Tell whether lint.yml excepts a file from a rule."""
    return any(
        entry.rule == code and any(fnmatchcase(path, pattern) for pattern in entry.files)
        for entry in config.silence
    )
