"""Pictures that come from other hosts: brought over within limits, and never from private networks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from helpers.imports import write_files
from waypost.authoring.new import new_site
from waypost.importing import articles
from waypost.importing.io.remote_files import FetchLimits, fetch_files
from waypost.importing.markdown import import_markdown
from waypost.reading.site import Site

PNG = b"\x89PNG\r\n\x1a\n and more"
LIMITS = FetchLimits(size=1000, timeout=timedelta(seconds=5))


@pytest.fixture
def host(httpserver: HTTPServer) -> str:
    answers = {
        "/a/Shot%20One.png": PNG,
        "/b/shot-one.jpeg": b"\xff\xd8\xff",
        "/list": b"%PDF-1.7",
        "/sheet.xlsx": b"PK\x03\x04",
        "/x.webp": b"RIFF....WEBP",
        "/page.png": b"<!doctype html><script>x</script>",
        "/drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "/big.png": PNG + b"x" * 2000,
    }
    for path, data in answers.items():
        httpserver.expect_request(path.replace("%20", " ")).respond_with_data(data)
    httpserver.expect_request("/moved.gif").respond_with_data("", 302, {"Location": "/real.gif"})
    httpserver.expect_request("/real.gif").respond_with_data(b"GIF89a")
    httpserver.expect_request("/gone.png").respond_with_data("", 404)
    return httpserver.url_for("").rstrip("/")


def fetched(
    folder: Path, addresses: list[str], limits: FetchLimits = LIMITS
) -> tuple[dict[str, str], list[str]]:
    found = fetch_files(addresses, folder, "old", limits=limits, refuse=lambda _: False)
    names = {
        address.rsplit("/", 1)[1]: path.relative_to(folder).as_posix()
        for address, path in found.files.items()
    }
    return names, [problem.message for problem in found.problems]


def test_files_are_known_by_their_content(host: str, tmp_path: Path) -> None:
    paths = ["/a/Shot%20One.png", "/b/shot-one.jpeg", "/list", "/sheet.xlsx", "/x.webp", "/moved.gif"]
    paths += ["/page.png", "/drawing.svg", "/big.png", "/gone.png"]
    names, problems = fetched(tmp_path, [host + path for path in paths])
    assert names == {
        "Shot%20One.png": "localhost/shot-one.png",
        "shot-one.jpeg": "localhost/shot-one.jpg",
        "list": "localhost/list.pdf",
        "sheet.xlsx": "localhost/sheet.xlsx",
        "x.webp": "localhost/x.webp",
        "moved.gif": "localhost/moved.gif",
    }
    assert problems == [
        "2 pictures and files were not brought over: it is no picture and no document of a known type."
        f" The first is {host}/page.png",
        f"1 picture or file was not brought over: it is larger than 0 MiB. The first is {host}/big.png",
        "1 picture or file was not brought over: the server answered with HTTP status 404."
        f" The first is {host}/gone.png",
    ]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (FetchLimits(files=8), "more than 8 files"),
        (FetchLimits(total=1), "more than 0 MiB are"),
        (FetchLimits(whole=timedelta(0)), "no time left"),
    ],
)
def test_there_is_an_end(host: str, tmp_path: Path, limits: FetchLimits, words: str) -> None:
    names, problems = fetched(tmp_path, [f"{host}/a/Shot%20One.png?{number}" for number in range(20)], limits)
    assert len(names) in (0, 8)
    assert words in problems[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x.png",
        "http://[::1]/x.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/x.png",
        "//localhost/x.png",
        "ftp://files.example/x.png",
        "http://[broken/x.png",
    ],
)
def test_private_networks_and_other_protocols_are_refused(address: str, tmp_path: Path) -> None:
    found = fetch_files([address], tmp_path, "old", limits=LIMITS)
    assert found.files == {}
    assert len(found.problems) == 1


def test_pages_show_what_was_brought_over(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_site(tmp_path / "site", "Help")
    text = f'![One]({host}/a/Shot%20One.png) <img src="{host}/gone.png"> ![Again]({host}/a/Shot%20One.png)\n'
    source = write_files(tmp_path / "source", {"a/one.md": text})
    plain = fetch_files
    monkeypatch.setattr(articles, "fetch_files", lambda *args: plain(*args, refuse=lambda _: False))
    report = import_markdown(Site(tmp_path / "site"), source, fetches=True)
    content = tmp_path / "site/content"
    assert (content / "images/localhost/shot-one.png").read_bytes() == PNG
    assert "![One](../images/localhost/shot-one.png)" in (content / "a/one.md").read_text(encoding="utf-8")
    assert [(file.path, file.origin) for file in report.files if file.path.endswith(".png")] == [
        ("images/localhost/shot-one.png", f"{host}/a/Shot%20One.png")
    ]
    messages = [problem.message for problem in report.problems]
    assert any("HTTP status 404" in message for message in messages)
    assert any("1 picture or file comes from localhost" in message for message in messages)
