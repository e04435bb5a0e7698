from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given

from helpers.histories import FEW, LINES, histories, in_milliseconds, quiet_days
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.io.history_files import (
    HistoryText,
    exported_tables,
    history_files,
    load_history,
    load_history_text,
    load_tables,
)
from waypost.reading.rules.history import DailyFigures, merged

KNOWN = frozenset({"web"})
CHANGES = "confirmed_at\tat\tcomponent\tcheck\tregion\tstatus\treason\n"
COVERAGE = "from\tuntil\tcomponent\tcheck\tregion\n"
UPLINK = "from\tuntil\tregion\n"
DAILY = (
    "day\tcomponent\tcheck\tregion\toperational\tdegraded_performance\tpartial_outage\tmajor_outage"
    "\tanswers\tp50_ms\tp95_ms\n"
)
DIGESTS = "day\tdigest\n"
FORMER_CHANGES = "at\tcomponent\tcheck\tstatus\tconfirmed_at\treason\n"
FORMER_COVERAGE = "component\tcheck\tfrom\tuntil\n"


def write(root: Path, **tables: str) -> None:
    """Write tables into status/history/; two underscores in a name are a slash, one is a hyphen."""
    for name, text in tables.items():
        path = root / "status/history" / f"{name.replace('__', '/').replace('_', '-')}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def loaded(root: Path) -> tuple[History, list[str]]:
    found, problems = load_history(root, KNOWN)
    places = (f"{p.location.path.removeprefix('status/history/')}:{p.location.line}" for p in problems)
    return found, [
        f"{place}:{problem.location.column} {problem.code}"
        for place, problem in zip(places, problems, strict=True)
    ]


def text_of(root: Path) -> HistoryText:
    found, problems = load_history_text(root)
    assert problems == []
    return found


def at(hour: int) -> datetime:
    return datetime(2026, 8, 20, hour, tzinfo=UTC)


def test_a_site_without_history_or_with_empty_tables_has_none(tmp_path: Path) -> None:
    assert load_history(tmp_path, KNOWN) == (History(), [])
    write(tmp_path, changes=FORMER_CHANGES, **{"2026_08__changes": CHANGES, "2026_08__daily": DAILY})
    assert loaded(tmp_path) == (History(), [])


def test_rows_become_history_and_components_that_are_gone_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "2026_08__changes": CHANGES
            + "2026-08-20T02:00:00Z\t2026-08-20T01:00:00Z\tweb\thttp-1\teu\tmajor_outage\tHTTP status 500\n"
            + "2026-08-20T04:00:00Z\t2026-08-20T05:00:00+02:00\tweb\thttp-1\t\toperational\n"  # trimmed by an editor
            + "\n"
            + "2026-08-20T06:00:00Z\t2026-08-20T05:00:00Z\tgone\thttp-1\t\toperational\t\n",
            "2026_08__coverage": COVERAGE
            + "2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\tweb\thttp-1\n"
            + "2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\tgone\thttp-1\t\n",
            "2026_08__uplink": UPLINK + "2026-08-20T03:00:00Z\t2026-08-20T04:00:00Z\n",
        },
    )
    found, problems = loaded(tmp_path)
    assert problems == []
    assert found.changes == (
        StateChange("web", "http-1", at(1), ComponentStatus.MAJOR_OUTAGE, at(2), "HTTP status 500", "eu"),
        StateChange("web", "http-1", at(3), ComponentStatus.OPERATIONAL, at(4), ""),
    )
    assert found.coverage == (Coverage("web", "http-1", at(0), at(9)),)
    assert found.uplink == (UplinkGap(at(3), at(4)),)
    assert {row.component for row in text_of(tmp_path).history.changes} == {"web", "gone"}, (
        "an import takes all"
    )


def test_tables_of_before_there_were_regions_are_read_beside_the_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        changes=FORMER_CHANGES
        + "2026-08-20T01:00:00Z\tweb\thttp-1\tmajor_outage\t2026-08-20T02:00:00Z\tHTTP\n",
        coverage=FORMER_COVERAGE + "web\thttp-1\t2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\n",
        **{
            "2026_08__changes": CHANGES
            + "2026-08-20T02:00:00Z\t2026-08-20T01:00:00Z\tweb\thttp-1\t\tmajor_outage\tHTTP\n",
            "2026_08__coverage": COVERAGE + "2026-08-20T08:00:00Z\t2026-08-20T10:00:00Z\tweb\thttp-1\t\n",
        },
    )
    found, problems = loaded(tmp_path)
    assert problems == []
    assert len(found.changes) == 1, "the same row in both is one"
    assert found.coverage == (Coverage("web", "http-1", at(0), at(10)),)


def test_a_table_that_was_changed_is_read_again(tmp_path: Path) -> None:
    row = "2026-08-20T0{}:00:00Z\t2026-08-20T09:00:00Z\tweb\thttp-1\t\n"
    for hour in (1, 2, 3):
        write(tmp_path, **{"2026_08__coverage": COVERAGE + row.format(hour)})
        for _ in range(2):
            assert [stretch.start for stretch in loaded(tmp_path)[0].coverage] == [at(hour)]
    write(tmp_path, **{"2026_08__coverage": "?"})
    assert loaded(tmp_path) == (History(), ["2026-08/coverage.tsv:1:1 bad-value"])


def test_what_a_table_holds_is_told_by_its_first_line_and_not_by_its_name(tmp_path: Path) -> None:
    row = "2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\tweb\thttp-1\t\n"
    write(tmp_path, archive__of_last_year=COVERAGE + row)
    assert loaded(tmp_path) == (History(coverage=(Coverage("web", "http-1", at(0), at(9)),)), [])


def test_rows_in_any_order_twice_and_a_header_between_them_are_read(tmp_path: Path) -> None:
    rows = [
        f"2026-08-20T0{hour}:00:00Z\t2026-08-20T0{hour + 1}:00:00Z\tweb\thttp-1\t\n" for hour in (5, 1, 3, 5)
    ]
    write(tmp_path, coverage=COVERAGE + rows[0] + COVERAGE + "".join(rows[1:]))
    found, problems = loaded(tmp_path)
    assert problems == []
    assert [row.start for row in found.coverage] == [at(1), at(3), at(5)]


def test_every_bad_row_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    good = "2026-08-20T02:00:00Z\t2026-08-20T01:00:00Z\tweb\thttp-1\t\toperational\t"
    rows = [
        good,
        good.replace("operational", "no_data"),  # nobody measures no data
        good.replace("01:00:00Z", "01:00:00"),
        good.replace("2026-08-20T01", "0001-01-01T00").replace("Z\tweb", "+14:00\tweb"),
        good + "\textra",
        "web",
        good.replace("T02", "T03"),
    ]
    write(tmp_path, changes=CHANGES + "\n".join(rows))
    found, problems = loaded(tmp_path)
    assert len(found.changes) == 2
    assert problems == [f"changes.tsv:{place} bad-value" for place in ("3:55", "4:22", "5:22", "6:1", "7:1")]


def test_a_conflict_that_git_left_says_what_to_do(tmp_path: Path) -> None:
    row = "2026-08-20T00:00:00Z\t2026-08-20T09:00:00Z\tweb\thttp-1\t\n"
    write(tmp_path, coverage=f"{COVERAGE}<<<<<<< HEAD\n{row}=======\n>>>>>>> other\n")
    _, problems = load_history(tmp_path, KNOWN)
    assert [problem.location.line for problem in problems] == [2, 4, 5]
    assert all("git left a conflict here" in problem.message for problem in problems)


def test_a_table_without_its_columns_is_refused_whole(tmp_path: Path) -> None:
    write(tmp_path, changes="component,check\nweb,http-1\n", odd="")
    found, problems = load_history(tmp_path, KNOWN)
    assert found == History()
    assert [problem.location.path for problem in problems] == [
        "status/history/changes.tsv",
        "status/history/odd.tsv",
    ]
    assert CHANGES.strip().replace("\t", ", ") in problems[0].message
    assert "day, digest; or: day, component" in problems[1].message


def test_nothing_is_read_from_outside_of_the_site(tmp_path: Path) -> None:
    root, secret = tmp_path / "site", tmp_path / "secret.tsv"
    secret.write_text(COVERAGE, encoding="utf-8")
    (root / "status/history").mkdir(parents=True)
    (root / "status/history/coverage.tsv").symlink_to(secret)
    assert loaded(root) == (History(), ["coverage.tsv:0:0 symlink"])


FIGURES = "2026-08-20\tweb\thttp-1\t\t86400\t0\t0\t0\t{answers}\t90\t{p95}\n"


def test_of_figures_that_were_written_twice_those_that_know_most_are_kept(tmp_path: Path) -> None:
    rows = [FIGURES.format(answers=number, p95=100 + number) for number in (1438, 1440, 1439)]
    write(tmp_path, **{"2026_08__daily": DAILY + "".join(rows)})
    [row] = text_of(tmp_path).daily
    assert (row.answers, row.p95, row.times[0]) == (1440, 1540, 86_400_000)


def test_digests_of_two_databases_are_both_kept_and_form_no_chain(tmp_path: Path) -> None:
    one, two = "1" * 64, "2" * 64
    write(
        tmp_path,
        digests=f"{DIGESTS}2026-08-20\t{two}\n2026-08-20\t{one}\n2026-08-21\t{two}\n2026-08-21\t{two}\n",
    )
    text = text_of(tmp_path)
    assert text.digests == {date(2026, 8, 20): (one, two), date(2026, 8, 21): (two,)}
    assert text.chain == ((date(2026, 8, 21), two),)


@FEW
@given(histories)
def test_what_is_written_is_read_again(rows: History) -> None:
    text = HistoryText(merged(rows), (), {date(2026, 11, 1): ("0" * 64,)})
    files = history_files(text, date(2026, 12, 31))
    assert list(files)[-1] == "digests.tsv", "no digest is there before its rows"
    assert all(data.decode().count("\n") > 1 for data in files.values()), "no table is empty"
    again, problems = written_and_read(files)
    assert problems == []
    assert in_milliseconds(again.history) == in_milliseconds(merged(rows))
    assert again.digests == text.digests
    assert history_files(again, date(2026, 12, 31)) == files


def written_and_read(files: dict[str, bytes]) -> tuple[HistoryText, list[str]]:
    # hypothesis runs a test many times in one tmp_path
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            paths.append(path)
        text, problems = load_tables(Path(folder), paths)
        return text, [problem.format() for problem in problems]


def test_each_month_has_its_tables(tmp_path: Path) -> None:
    rows = quiet_days(date(2026, 10, 30), 4)
    figures = (DailyFigures(date(2026, 10, 31), LINES[0], (1000, 0, 0, 0)),)
    files = history_files(HistoryText(rows, figures), date(2026, 11, 1))
    assert list(files) == [
        "2026-10/changes.tsv",
        "2026-10/coverage.tsv",
        "2026-10/daily.tsv",
        "2026-11/coverage.tsv",
    ]
    assert files["2026-11/coverage.tsv"].decode().splitlines()[1:] == [
        "2026-11-01T00:00:00Z\t2026-11-02T00:00:00Z\tdownloads\thttp-1\t"
    ]


def test_an_export_leaves_tables_of_other_names_alone(tmp_path: Path) -> None:
    write(
        tmp_path, **{"2026_08__coverage": COVERAGE, "2026_08__notes": COVERAGE, "archive__coverage": COVERAGE}
    )
    write(tmp_path, digests=DIGESTS, changes=FORMER_CHANGES)
    found, problems = exported_tables(tmp_path)
    assert problems == []
    assert [path.relative_to(tmp_path / "status/history").as_posix() for path in found] == [
        "2026-08/coverage.tsv",
        "digests.tsv",
    ]


@pytest.mark.parametrize(("mine", "theirs", "kept"), [(5, 5, 200), (5, 6, 200), (6, 5, 100)])
def test_the_text_that_is_added_is_believed_unless_it_knows_less(mine: int, theirs: int, kept: int) -> None:
    day = date(2026, 8, 20)
    one = HistoryText(daily=(DailyFigures(day, LINES[0], (0, 0, 0, 0), mine, 100, 100),))
    two = HistoryText(daily=(DailyFigures(day, LINES[0], (0, 0, 0, 0), theirs, 200, 200),))
    assert [row.p50 for row in one.with_more(two).daily] == [kept]
