from __future__ import annotations

import pytest

from waypost.reading.rules.videos import HOSTS, Player, address_from, find_player

TUBE = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?autoplay=1&rel=0"
VIMEO = "https://player.vimeo.com/video/1084537?autoplay=1&dnt=1"
PLAYED = [
    ("https://www.youtube.com/watch?v=aqz-KE-bpKQ", TUBE),
    ("https://youtube.com/watch?list=PL1&v=aqz-KE-bpKQ&index=2", TUBE),
    ("https://m.youtube.com/watch/?v=aqz-KE-bpKQ", TUBE),
    ("https://youtu.be/aqz-KE-bpKQ", TUBE),
    ("https://youtu.be/aqz-KE-bpKQ?t=90", f"{TUBE}&start=90"),
    ("https://youtu.be/aqz-KE-bpKQ?t=1h2m3s", f"{TUBE}&start=3723"),
    ("https://youtu.be/aqz-KE-bpKQ?t=soon", TUBE),
    ("https://www.youtube.com/watch?v=aqz-KE-bpKQ&start=5", f"{TUBE}&start=5"),
    ("https://www.youtube.com/shorts/aqz-KE-bpKQ", TUBE),
    ("https://www.youtube.com/embed/aqz-KE-bpKQ", TUBE),
    ("https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ", TUBE),
    ("https://vimeo.com/1084537", VIMEO),
    ("https://www.vimeo.com/1084537/", VIMEO),
    ("https://vimeo.com/1084537/0123456789", f"{VIMEO}&h=0123456789"),
    ("https://player.vimeo.com/video/1084537?h=0123456789", f"{VIMEO}&h=0123456789"),
]
NOT_PLAYED = [
    "http://youtu.be/aqz-KE-bpKQ",
    "javascript:alert(1)//youtu.be/aqz-KE-bpKQ",
    "https://youtu.be/aqz-KE-bpK",
    "https://youtu.be/aqz-KE-bpKQmore",
    'https://youtu.be/aqz-KE-bp"><',
    "https://www.youtube.com/@somebody",
    "https://www.youtube.com/playlist?list=aqz-KE-bpKQ",
    "https://www.youtube.com.example.org/watch?v=aqz-KE-bpKQ",
    "https://example.org/?u=https://youtu.be/aqz-KE-bpKQ",
    "https://vimeo.com/channels/staffpicks",
    "https://vimeo.com/1084537x",
    "https://example.org/film.avi",
    "https://example.org/?film.mp4",
    "https:///film.mp4",
    "https://[broken/film.mp4",
    "downloads/film.mp4",
    "",
]


@pytest.mark.parametrize(("address", "source"), PLAYED, ids=[row[0] for row in PLAYED])
def test_the_player_is_the_one_of_the_host_that_keeps_least(address: str, source: str) -> None:
    player = find_player(address)
    assert player is not None
    assert (player.how, player.source, player.page) == ("frame", source, address)
    assert player.host in ("YouTube", "Vimeo")


@pytest.mark.parametrize("address", NOT_PLAYED)
def test_what_is_no_video_has_no_player(address: str) -> None:
    assert find_player(address) is None


@pytest.mark.parametrize(
    "address", ["https://cdn.example.org/a/film.mp4", "https://cdn.example.org/FILM.WEBM?v=2"]
)
def test_a_film_of_another_host_names_that_host(address: str) -> None:
    assert find_player(address) == Player("file", address, address, "cdn.example.org")


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_every_host_plays_its_example(host: object) -> None:
    player = find_player(host.example)  # type: ignore[attr-defined]
    assert player is not None
    assert player.host == host.name  # type: ignore[attr-defined]
    assert player.source.startswith("https://")


@pytest.mark.parametrize(
    ("page", "path", "address"),
    [
        ("", "a.mp4", "a.mp4"),
        ("a/", "b/c d.mp4", "../b/c%20d.mp4"),
        ("a/b/", "a/ü.mp4", "../../a/%C3%BC.mp4"),
    ],
)
def test_addresses_are_as_the_page_sees_them(page: str, path: str, address: str) -> None:
    assert address_from(page, path) == address
