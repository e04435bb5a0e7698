"""A writer's first hour, by the README alone: its commands, as one script."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

from helpers.sites import ROOT


def test_the_commands_of_the_readme_take_a_writer_through_the_first_hour(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A writer's first hour")[2]
    section = section.partition("\n## Tell your customers")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    Image.new("RGB", (640, 480), "#00796b").save(tmp_path / "shot.png")
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "host.git")], check=True)
    names = {
        f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "SHOT": str(tmp_path / "shot.png"), "NO_COLOR": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            "\n".join(f"echo '## {n}'\n{block}" for n, block in enumerate(blocks)),
        ],
        cwd=tmp_path,
        env={**os.environ, **names, **settings, "PATH": path, "REPOSITORY": str(tmp_path / "host.git")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    parts = re.split(r"^## \d+\n", told.stdout, flags=re.MULTILINE)[1:]
    assert len(parts) == len(blocks) == 5
    assert "Every file is fine." in parts[1], "drafts may hold what their skeletons say"
    assert "1 article comes by itself: content/payments/vouchers.md on 2099-12-01 00:00." in parts[2]
    moved, _, mended = parts[4].partition("1 warning")
    assert "warning moved: This page was content/payments/a-card-is-refused.md" in moved
    assert "Every file is fine." in mended
    assert "::error file=content/payments/refused-cards.md" in mended
    assert "The pull request is red" in mended
    page = (tmp_path / "my-help/site/payments/a-card-is-refused/index.html").read_text(encoding="utf-8")
    step = re.search(r'<li id="step-1">.*?</li>', page, re.DOTALL)
    assert step
    assert 'height="480" src="../card.png" width="640"' in step[0]
    assert page.count('id="step-2"') == 1
    assert "#00796b" in (tmp_path / "my-help/site/assets/waypost/tokens.css").read_text(encoding="utf-8")
    for article in ("pay-for-an-order", "where-is-my-invoice", "vouchers"):
        assert not (tmp_path / f"my-help/site/payments/{article}").exists()
    branches = subprocess.run(
        ["git", "-C", str(tmp_path / "host.git"), "branch"], capture_output=True, text=True, check=True
    ).stdout
    assert branches.split() == ["*", "main", "move-cards"] or branches.split() == ["main", "move-cards"]
