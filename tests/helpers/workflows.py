"""The workflows of a new site as their hosts read them: jobs, conditions, and steps that really run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.sites import PATIENCE, environment

GITHUB = ".github/workflows/waypost.yml"
GITLAB = ".gitlab-ci.yml"
FILES = {"github": GITHUB, "gitlab": GITLAB}


class _StrictLoader(yaml.BaseLoader):
    """Leaves every value as it is written (`on` is a word here), and takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key stands twice: {sorted(keys)} {node.start_mark}"
        return super().construct_mapping(node, deep=deep)


def read(text: str) -> Any:
    """Parse YAML strictly."""
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  # it only builds text, lists and mappings


def with_polling(text: str) -> str:
    """Remove the marks before the lines that are commented out for polling, as their reader would."""
    offered = re.compile(
        r"^( *)# (  - cron: .*|- waypost poll|- name: Ask .*|  run: waypost poll)$", re.MULTILINE
    )
    text, count = offered.subn(r"\1\2", text)
    assert count > 0
    return text


@dataclass(frozen=True)
class Job:
    """What a test needs to know of a job, on either host."""

    condition: str
    scripts: tuple[str, ...]
    """Each is run by a bash of its own, as long as the one before has worked."""
    variables: Mapping[str, str]
    depth: str
    kept: tuple[str, ...]
    """The paths that its cache brings along."""
    publishes: str
    """The folder that the host takes over; empty where it takes none."""


def jobs(host: str, text: str) -> dict[str, Job]:
    """Return the jobs `lint` and `build` of a workflow."""
    document = read(text)
    if host == "gitlab":
        return {"lint": _gitlab(document, "lint"), "build": _gitlab(document, "pages")}
    return {name: _github(document, name) for name in ("lint", "build")}


def _github(document: Any, name: str) -> Job:
    job = document["jobs"][name]
    used = {step["uses"].partition("@")[0]: step.get("with", {}) for step in job["steps"] if "uses" in step}
    return Job(
        condition=re.sub(r"github\.([a-z_.]+)", r"{\1}", job["if"]),
        scripts=tuple(step["run"] for step in job["steps"] if "run" in step),
        variables={},
        depth=used["actions/checkout"].get("fetch-depth", "1"),
        kept=tuple(used.get("actions/cache", {}).get("path", "").split()),
        publishes=used.get("actions/upload-pages-artifact", {}).get("path", ""),
    )


def _gitlab(document: Any, name: str) -> Job:
    job = document[name]
    caches = job["cache"]
    [rule] = job["rules"]
    # GitLab runs the lines of a job one after another in one shell that ends at the first that fails.
    return Job(
        condition=re.sub(r"\$([A-Z_]+)", r"{\1}", rule["if"]),
        scripts=("\n".join(_flat(job["script"])),),
        variables=document["variables"],
        depth=document["variables"]["GIT_DEPTH"],
        kept=tuple(path for cache in caches for path in cache["paths"] if path != ".cache/pip"),
        publishes=next(iter(job["artifacts"].get("paths", [])), ""),
    )


def _flat(lines: list[Any]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, list):
            yield from _flat(line)
        else:
            yield line


def is_started(job: Job, event: Mapping[str, str]) -> bool:
    """Tell whether a host would start the job; `event` has the values of its variables."""
    text = re.sub(r"{([\w.]+)}", lambda found: repr(event.get(found[1], "")), job.condition)
    text = text.replace("&&", " and ").replace("||", " or ")
    return bool(eval(" ".join(text.split()), {"__builtins__": {}}))  # noqa: S307  # our own template, only literals are left


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    code: int
    log: str
    steps: int
    """How many of its scripts were started."""


def run_job(job: Job, clone: Path) -> Outcome:
    """Run the scripts of a job in a clone, with the Waypost of this environment and without any network."""
    place = {"CI_PROJECT_DIR": str(clone)}
    own = {
        name: re.sub(r"\$(\w+)", lambda found: place[found[1]], text) for name, text in job.variables.items()
    }
    # pip is content when what is installed here fits the range; it may ask nobody for anything else.
    offline = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "CI": "true"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    log = ""
    for number, script in enumerate(job.scripts, 1):
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=clone,
            env=environment({**own, **offline, **place, "PATH": path}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        log += done.stdout
        if done.returncode != 0:
            return Outcome(done.returncode, log, number)
    return Outcome(0, log, len(job.scripts))
