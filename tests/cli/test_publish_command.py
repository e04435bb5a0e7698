from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.sites import minimal_site, replace
from waypost.base.files.file_tree import FileChange
from waypost.cli import main
from waypost.publishing.publish import Publication, write_changes
from waypost.reading.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


def run(site: Site, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["publish", "--site", str(site.root), *arguments])


def listed(file: Path) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return [(mark, path) for mark, path in rows]


def test_the_list_names_every_file_that_is_new_with_pages_last(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "changed.txt"
    result = run(site, "--changed-to", str(file))
    assert result.exit_code == 0, result.output
    rows = listed(file)
    assert {mark for mark, _ in rows} == {"A"}
    published = {
        p.relative_to(site.status_output).as_posix() for p in site.status_output.rglob("*") if p.is_file()
    }
    assert {path for _, path in rows} == published
    first = next(place for place, (_, path) in enumerate(rows) if path.endswith(".html"))
    assert all(path.endswith(".html") for _, path in rows[first:])
    assert f"{len(rows)} files changed" in result.output


def test_the_list_names_only_what_changed_and_what_is_gone_comes_last(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "changed.txt"
    run(site, "--changed-to", str(file))
    incidents = site.root / "status" / "incidents"
    (name,) = [path.stem for path in incidents.glob("*.md")]
    (incidents / f"{name}.md").unlink()
    run(site, "--changed-to", str(file))
    rows = listed(file)
    assert rows[-1] == ("D", f"incidents/{name}/index.html")
    assert ("M", "index.html") in rows
    assert ("M", "feed.atom") in rows
    assert "badge/overall.svg" not in {path for _, path in rows}


def test_where_nothing_changed_the_list_is_empty_but_there(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "new" / "changed.txt"
    run(site)
    run(site)
    (site.status_output / "now.json").write_bytes((site.status_output / "now.json").read_bytes())
    replaced = site.status_output / "banner.js"
    replaced.unlink()
    run(site, "--changed-to", str(file))
    assert ("A", "banner.js") in listed(file)
    assert {path for _, path in listed(file)} <= {"banner.js", "now.json", "index.html", "status.txt"}, (
        "and what time changes"
    )


def test_a_list_is_replaced_in_one_step(tmp_path: Path, site: Site) -> None:
    file = tmp_path / "changed.txt"
    file.write_text("M\tolder\n")
    with file.open() as reader:
        run(site, "--changed-to", str(file))
        assert reader.read() == "M\tolder\n", "who reads the old list gets all of it"
    assert ("A", "index.html") in listed(file)
    assert not list(tmp_path.glob(".*"))


def test_the_list_cannot_be_written_where_there_is_a_folder(site: Site, tmp_path: Path) -> None:
    result = run(site, "--changed-to", str(tmp_path))
    assert result.exit_code == 2
    assert "is a directory" in result.output


def test_a_broken_site_leaves_the_old_list(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "changed.txt"
    file.write_text("kept")
    replace(site.root / "status" / "status.yml", "components:", "komponents:")
    assert run(site, "--changed-to", str(file)).exit_code == 1
    assert file.read_text() == "kept"


@pytest.mark.parametrize("name", ["a\nD\tindex.html", "a\tb", "\x1b[2J", os.fsdecode(b"\xff")])
def test_a_name_that_a_line_cannot_hold_is_left_out(name: str, tmp_path: Path, site: Site) -> None:
    file = tmp_path / "changed.txt"
    site.status_output.mkdir(parents=True)
    (site.status_output / name).write_text("not ours")
    result = run(site, "--changed-to", str(file))
    assert result.exit_code == 0, result.output
    assert not (site.status_output / name).exists()
    assert {mark for mark, _ in listed(file)} == {"A"}


def test_nothing_changed_makes_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "changed.txt"
    write_changes(file, Publication(None, ()))  # type: ignore[arg-type]  # the picture plays no part
    assert file.read_bytes() == b""
    write_changes(file, Publication(None, (FileChange("A", "a.css"), FileChange("D", "b.html"))))  # type: ignore[arg-type]  # the same
    assert file.read_bytes() == b"A\ta.css\nD\tb.html\n"


def test_a_pipe_is_written_to_and_stays_a_pipe(site: Site, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        assert run(site, "--changed-to", str(pipe)).exit_code == 0
        assert "A\tindex.html\n" in read.result(timeout=60)
    assert pipe.is_fifo()
