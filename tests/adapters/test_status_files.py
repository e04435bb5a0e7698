from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from waypost.adapters.status_files import load_history, load_status_config, load_status_site
from waypost.model.project import History
from waypost.model.status import ComponentStatus, Coverage, StateChange

MINIMAL = Path(__file__).parent.parent / "projects" / "minimal"
KNOWN = frozenset({"web"})


def history(
    tmp_path: Path, changes: str | None = None, coverage: str | None = None
) -> tuple[History, list[str]]:
    folder = tmp_path / "status" / "history"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("changes.tsv", changes), ("coverage.tsv", coverage)):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    found, problems = load_history(tmp_path, KNOWN)
    return found, [f"{p.location.path.rpartition('/')[2]}:{p.location.line} {p.code}" for p in problems]


def at(hour: int) -> datetime:
    return datetime(2026, 8, 20, hour, tzinfo=UTC)


def test_the_minimal_site_is_read() -> None:
    config, problems = load_status_config(MINIMAL)
    assert problems == []
    assert config is not None
    site, problems = load_status_site(MINIMAL, config)
    assert problems == []
    assert [item.id for item in (*site.incidents, *site.maintenances)] == [
        "2026-10-02-mail-arrives-late",
        "2026-10-18-new-disks",
    ]


def test_a_site_without_history_or_with_empty_files_has_none(tmp_path: Path) -> None:
    assert load_history(tmp_path, KNOWN) == (History(), [])
    header = "at\tcomponent\tcheck\tstatus\tconfirmed_at\treason\n"
    assert history(tmp_path, header) == (History(), [])


def test_rows_become_changes_and_coverage_and_components_that_are_gone_are_left_out(tmp_path: Path) -> None:
    changes = (
        "at\tcomponent\tcheck\tstatus\tconfirmed_at\treason\n"
        "2026-08-20T01:00:00Z\tweb\thttp-1\tmajor_outage\t2026-08-20T02:00:00Z\tHTTP status 500\n"
        "2026-08-20T05:00:00+02:00\tweb\thttp-1\toperational\t2026-08-20T04:00:00Z\n"  # trimmed by an editor
        "\n"
        "2026-08-20T05:00:00Z\tgone\thttp-1\toperational\t2026-08-20T06:00:00Z\t\n"
    )
    coverage = (
        "component\tcheck\tfrom\tuntil\n"
        "web\thttp-1\t2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\n"
        "gone\thttp-1\t2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\n"
    )
    found, problems = history(tmp_path, changes, coverage)
    assert problems == []
    assert found.changes == (
        StateChange("web", "http-1", at(1), ComponentStatus.MAJOR_OUTAGE, at(2), "HTTP status 500"),
        StateChange("web", "http-1", at(3), ComponentStatus.OPERATIONAL, at(4), ""),
    )
    assert found.coverage == (Coverage("web", "http-1", at(0), at(9)),)


def test_every_bad_row_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    good = "2026-08-20T01:00:00Z\tweb\th\toperational\t2026-08-20T02:00:00Z\t"
    rows = [
        good,
        good.replace("operational", "no_data"),  # nobody measures no data
        good.replace("Z\tweb", "\tweb"),
        good.replace("2026-08-20T01", "0001-01-01T00").replace("Z\tweb", "+14:00\tweb"),
        good + "\textra",
        "web",
        good,
    ]
    found, problems = history(
        tmp_path, "at\tcomponent\tcheck\tstatus\tconfirmed_at\treason\n" + "\n".join(rows)
    )
    assert len(found.changes) == 2
    assert problems == [f"changes.tsv:{line} bad-value" for line in (3, 4, 5, 6, 7)]


def test_a_stretch_must_have_a_length(tmp_path: Path) -> None:
    row = "web\thttp-1\t2026-08-20T00:00:00Z\t2026-08-20T00:00:00Z\n"
    assert history(tmp_path, None, "component\tcheck\tfrom\tuntil\n" + row)[1] == ["coverage.tsv:2 bad-value"]


def test_a_table_without_its_columns_is_refused_whole(tmp_path: Path) -> None:
    found, problems = history(tmp_path, "component,check\nweb,http-1\n")
    assert (found, problems) == (History(), ["changes.tsv:1 bad-value"])
