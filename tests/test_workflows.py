"""The workflows of a new site: valid, careful with rights, and run in fresh clones as their hosts run them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from helpers.repositories import Repository, day
from helpers.sites import ROOT, called, environment, fingerprint, replace
from helpers.workflows import FILES, Job, Outcome, is_started, jobs, read, run_job, with_polling
from waypost.authoring.new import new_site
from waypost.base.clock import utc_now
from waypost.base.files.resources import scaffold_folder
from waypost.formats.workflows import Workflows
from waypost.lint.lint import lint
from waypost.reading.site import Site

HOSTS = sorted(FILES)
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
ARTICLE = "content/getting-started/first-steps.md"


def template(host: str) -> str:
    name = FILES[host].replace(".", "dot-", 1)
    return (scaffold_folder() / "site" / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Pushed:
    """A scaffolded site in a repository that hosts could hold, and where its clones go."""

    repository: Repository
    folder: Path

    def push(self, at: datetime) -> None:
        self.repository.git("add", "--all")
        self.repository.git("commit", "--quiet", "--message=x", at=at)

    def clone(self, job: Job, name: str = "clone") -> Path:
        """Clone as the host would before the job, with as much history as the workflow asks for."""
        depth = [] if job.depth == "0" else [f"--depth={job.depth}"]
        source = self.repository.root.as_uri()
        self.repository.git("clone", "--quiet", *depth, source, str(self.folder / name))
        return self.folder / name


def new_pushed(folder: Path) -> Pushed:
    new_site(folder / "origin", "Acme Help")
    made = Pushed(Repository(folder / "origin"), folder)
    made.push(day(1))
    replace(folder / "origin" / ARTICLE, "What they do first.", "Open the page.")
    made.push(day(2))
    return made


@pytest.fixture
def pushed(tmp_path: Path) -> Pushed:
    return new_pushed(tmp_path)


def validated(host: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "workflow.yml"
    file.write_text(text, encoding="utf-8")
    program = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[host], str(file)]
    return subprocess.run(program, env=environment(), capture_output=True, text=True, check=False)


# What is written


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("polling", [False, True], ids=["as_made", "with_polling"])
def test_a_workflow_is_of_the_form_that_its_host_reads(host: str, polling: bool, tmp_path: Path) -> None:
    text = with_polling(template(host)) if polling else template(host)
    read(text)
    result = validated(host, text, tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("host", "key"), [("github", "runs-on"), ("gitlab", "expire_in")])
def test_a_misspelt_key_would_be_noticed(host: str, key: str, tmp_path: Path) -> None:
    wrong = template(host).replace(f"{key}:", f"{key}x:")
    assert wrong != template(host)
    assert validated(host, wrong, tmp_path).returncode == 1


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", ["Acme Help", "$name ${waypost} $$5"])
def test_a_new_site_gets_its_workflows_letter_for_letter(host: str, name: str, tmp_path: Path) -> None:
    new_site(tmp_path / "site", name)
    assert (tmp_path / "site" / FILES[host]).read_text(encoding="utf-8") == template(host)
    assert lint(Site(tmp_path / "site"), utc_now()) == []


@pytest.mark.parametrize(
    ("choice", "hosts"),
    [
        ([], {"github", "gitlab"}),
        (["--ci", "both"], {"github", "gitlab"}),
        (["--ci", "github"], {"github"}),
        (["--ci", "gitlab"], {"gitlab"}),
        (["--ci", "none"], set()),
    ],
    ids=lambda value: " ".join(sorted(value)) or "none",
)
def test_only_the_workflows_that_are_wanted_are_made(
    choice: list[str], hosts: set[str], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    result = called("new", "site", str(site), *choice)
    assert result.returncode == 0, result.stderr
    assert {host for host, file in FILES.items() if (site / file).is_file()} == hosts
    assert (site / ".github").exists() == ("github" in hosts)
    assert (site / "requirements.txt").exists() == bool(hosts)
    assert (site / ".gitignore").is_file()
    made = [path for path in site.rglob("*") if path.is_file()]
    assert result.stdout.startswith(f"Made {len(made)} files in ")
    assert called("lint", site=Site(site)).stdout == "Every file is fine.\n"


def test_an_unknown_host_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    result = called("new", "site", str(tmp_path / "site"), "--ci", "jenkins")
    assert result.returncode == 2
    assert all(choice in result.stderr for choice in Workflows)
    assert not (tmp_path / "site").exists()


# Rights


def test_only_the_job_that_runs_nothing_of_the_repository_may_publish() -> None:
    document = read(template("github"))
    assert document["permissions"] == {}
    assert set(document["on"]) == {"pull_request", "push", "schedule", "workflow_dispatch"}, (
        "never pull_request_target"
    )
    for name, job in document["jobs"].items():
        may_write = "write" in job["permissions"].values()
        assert may_write == (name == "deploy")
        if may_write:
            assert [step.get("uses", "run") for step in job["steps"]] == ["actions/deploy-pages@v5"]
        else:
            assert job["permissions"] == {"contents": "read"}
    assert document["jobs"]["deploy"]["needs"] == "build"


def test_nothing_from_outside_gets_into_a_command_and_no_secret_is_asked_for() -> None:
    text = template("github")
    assert "secrets." not in text
    for job in read(text)["jobs"].values():
        assert int(job["timeout-minutes"]) <= 30
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if "uses" in step:
                assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"] == {"fetch-depth": "0", "persist-credentials": "false"}
    for name in ("lint", "pages"):
        assert re.fullmatch(r"\d+ minutes", read(template("gitlab"))[name]["timeout"])


def event(name: str, ref: str, source: str, branch: str = "") -> dict[str, str]:
    """Return what both hosts tell a workflow of a repository whose default branch is main."""
    github = {"event_name": name, "ref_name": ref, "event.repository.default_branch": "main"}
    return {**github, "CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main"}


EVENTS = {
    # What happens, and the jobs that it starts.
    "a pull request": (event("pull_request", "7/merge", "merge_request_event"), {"lint"}),
    # GitHub names the branch that it went into.
    "a pull request that was merged": (event("pull_request", "main", "merge_request_event"), {"lint"}),
    "a push to main": (event("push", "main", "push", "main"), {"build"}),
    "a push to a branch master beside main": (event("push", "master", "push", "master"), set()),
    "the button, on another branch": (event("workflow_dispatch", "draft", "web", "draft"), set()),
    "a tag": (event("push", "v1", "push"), set()),
    # GitHub tells timed runs nothing of the repository.
    "a timed run": (
        event("schedule", "main", "schedule", "main") | {"event.repository.default_branch": ""},
        {"build"},
    ),
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", EVENTS)
def test_pull_requests_are_checked_and_only_the_default_branch_is_published(host: str, name: str) -> None:
    happening, expected = EVENTS[name]
    started = {job for job, steps in jobs(host, template(host)).items() if is_started(steps, happening)}
    assert started == expected


@pytest.mark.parametrize("host", HOSTS)
def test_what_builds_leave_behind_is_kept_and_pull_requests_do_not_touch_it(host: str) -> None:
    known = jobs(host, template(host))
    assert set(known["build"].kept) == {".waypost", "site"}
    assert known["lint"].kept == ()


def test_the_kept_state_has_a_new_name_each_time_and_is_found_again() -> None:
    steps = read(template("github"))["jobs"]["build"]["steps"]
    [cache] = [step["with"] for step in steps if step.get("uses", "").startswith("actions/cache@")]
    prefix = cache["restore-keys"]
    assert cache["key"].startswith(prefix)
    assert "github.run_id" in cache["key"].removeprefix(prefix)


# What happens


def workflow(pushed: Pushed, host: str) -> dict[str, Job]:
    return jobs(host, (pushed.repository.root / FILES[host]).read_text(encoding="utf-8"))


def annotations(log: str) -> list[dict[str, str]]:
    """Read the commands that GitHub turns into marks beside the lines of a pull request."""
    found = re.findall(r"^::(error|warning) ([^:]*)::(.+)$", log, re.MULTILINE)
    pairs = [(level, dict(item.split("=", 1) for item in values.split(","))) for level, values, _ in found]
    return [{"level": level, **values} for level, values in pairs]


def break_an_article(pushed: Pushed) -> None:
    replace(pushed.repository.root / ARTICLE, "summary:", "sumary:")
    pushed.push(day(3))


def said(outcome: Outcome) -> str:
    return f"exit code {outcome.code}\n{outcome.log}"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", ["lint", "build"])
def test_a_bad_push_fails_with_the_place_and_nothing_is_built(host: str, name: str, pushed: Pushed) -> None:
    break_an_article(pushed)
    job = workflow(pushed, host)[name]
    clone = pushed.clone(job)

    outcome = run_job(job, clone)

    assert outcome.code == 1, said(outcome)
    assert f"{ARTICLE}:4:1: error unknown-key: " in outcome.log
    assert not (clone / "site").exists()
    assert not (clone / "public").exists()
    if host == "github":
        assert "waypost lint" in job.scripts[outcome.steps - 1]
        [mark] = [item for item in annotations(outcome.log) if item["level"] == "error"]
        assert (mark["file"], mark["line"], mark["col"]) == (ARTICLE, "4", "1")
    else:
        report = json.loads((clone / "gl-code-quality-report.json").read_bytes())
        [entry] = [item for item in report if item["check_name"] == "unknown-key"]
        assert entry["location"]["path"] == ARTICLE
        assert entry["location"]["lines"]["begin"] == 4
        assert entry["fingerprint"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_good_pull_request_passes_and_publishes_nothing(host: str, pushed: Pushed) -> None:
    job = workflow(pushed, host)["lint"]
    clone = pushed.clone(job)
    outcome = run_job(job, clone)
    assert outcome.code == 0, said(outcome)
    assert annotations(outcome.log) == []
    assert "Built 1 articles" in outcome.log
    assert job.publishes == ""


@pytest.mark.parametrize("host", HOSTS)
def test_a_pull_request_with_a_hook_is_refused_and_the_hook_does_not_run(host: str, pushed: Pushed) -> None:
    root = pushed.repository.root
    (root / "hook.py").write_text("open('ran', 'w').close()\n", encoding="utf-8")
    (root / "mkdocs.yml").write_text(f"hooks: [hook.py]\n{(root / 'mkdocs.yml').read_text('utf-8')}")
    pushed.push(day(3))
    job = workflow(pushed, host)["lint"]
    clone = pushed.clone(job)
    outcome = run_job(job, clone)
    assert outcome.code == 1, said(outcome)
    assert "mkdocs.yml:1:1: error bad-value: A hook is a program" in outcome.log
    assert not (clone / "ran").exists()


@dataclass(frozen=True)
class FirstBuild:
    """What the first build of a site on its host left in a clone."""

    host: str
    pushed: Pushed
    job: Job
    clone: Path
    outcome: Outcome


@pytest.fixture(scope="module", params=HOSTS)
def first(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FirstBuild:
    pushed = new_pushed(tmp_path_factory.mktemp(request.param))
    job = workflow(pushed, request.param)["build"]
    clone = pushed.clone(job, "first")
    return FirstBuild(request.param, pushed, job, clone, run_job(job, clone))


def test_a_good_push_builds_and_publishes_with_the_whole_history(first: FirstBuild) -> None:
    outcome, clone = first.outcome, first.clone
    assert outcome.code == 0, said(outcome)
    published = clone / first.job.publishes
    for path in ("index.html", "404.html", "getting-started/first-steps/index.html", "status/index.html"):
        assert (published / path).is_file(), path
    assert "Acme Help" in (published / "index.html").read_text(encoding="utf-8")
    assert "git fetch --unshallow" not in outcome.log
    assert first.pushed.repository.git("-C", str(clone), "status", "--porcelain", *ignored(first.host)) == ""


def ignored(host: str) -> list[str]:
    """Name what a job may leave in its clone, which the host throws away."""
    mine = ["public", "gl-code-quality-report.json", ".cache"] if host == "gitlab" else []
    return ["--", ".", *(f":!{name}" for name in mine)]


def test_without_the_whole_history_the_build_would_say_so(pushed: Pushed) -> None:
    full = workflow(pushed, "gitlab")["build"]
    shallow = Job(**{**vars(full), "depth": "1"})
    outcome = run_job(shallow, pushed.clone(shallow))
    assert "git fetch --unshallow" in outcome.log, said(outcome)


WITH_THE_STATE_OF_THE_SERVICE = {"index.html", "contact/index.html"}
"""Pages of an empty site that tell also without JavaScript how the service is; its articles do not."""


def test_a_push_of_one_incident_changes_the_status_and_leaves_articles_as_they_are(first: FirstBuild) -> None:
    job, pushed = first.job, first.pushed
    assert first.outcome.code == 0, said(first.outcome)
    origin = Site(pushed.repository.root)
    result = called("new", "incident", "Pages do not open", "--component", "website", site=origin)
    assert result.returncode == 0, result.stderr
    pushed.push(day(3))

    second = pushed.clone(job, "second")
    for path in job.kept:
        # A host unpacks its cache with the times that the files had.
        shutil.copytree(first.clone / path, second / path)
    before = fingerprint(second / "site")
    outcome = run_job(job, second)

    assert outcome.code == 0, said(outcome)
    after = fingerprint(second / "site")
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert {path for path in changed if not path.startswith("status/")} <= WITH_THE_STATE_OF_THE_SERVICE
    published = second / job.publishes / "status"
    assert "Pages do not open" in (published / "index.html").read_text(encoding="utf-8")
    assert "Pages do not open" in (published / "now.json").read_text(encoding="utf-8"), "banners read this"


@pytest.mark.parametrize("host", HOSTS)
def test_polling_can_be_switched_on_where_it_is_offered(
    host: str, pushed: Pushed, healthy_server: HTTPServer
) -> None:
    site = pushed.repository.root
    address = healthy_server.url_for("/health")
    replace(site / "status/status.yml", "https://www.example.org/", address)
    (site / FILES[host]).write_text(with_polling(template(host)), encoding="utf-8")
    pushed.push(day(3))
    job = workflow(pushed, host)["build"]
    clone = pushed.clone(job)

    outcome = run_job(job, clone)

    assert outcome.code == 0, said(outcome)
    assert "website http-1: operational" in outcome.log
    now = json.loads((clone / job.publishes / "status/now.json").read_bytes())
    assert "operational" in json.dumps(now["components"])
    assert any(Path(clone / path / "waypost.db").is_file() for path in job.kept), "and the next run knows it"


def test_a_timed_run_starts_as_often_as_github_allows() -> None:
    [daily] = read(template("github"))["on"]["schedule"]
    assert re.fullmatch(r"[1-9]\d* [\d,]+ \* \* \*", daily["cron"]), "what is scheduled comes within a day"
    [_, timer] = read(with_polling(template("github")))["on"]["schedule"]
    minutes = re.fullmatch(r"(\d+)-59/(\d+) \* \* \* \*", timer["cron"])
    assert minutes, timer
    assert int(minutes[2]) >= 5
    assert int(minutes[1]) > 0, "the full hour is when most runs are late"


# What is told


DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")


def test_the_page_on_deployment_names_what_people_will_find() -> None:
    document = read(template("github"))
    names = [document["name"], *(document["jobs"][job]["name"] for job in ("lint", "deploy"))]
    assert all(f"**{name}**" in DEPLOY for name in names), names
    for told in ("`fetch-depth: 0`", '`GIT_DEPTH: "0"`', *(f"`{file}`" for file in FILES.values())):
        assert told in DEPLOY
    headings = re.findall(r"^#+ (.+)$", DEPLOY, re.MULTILINE)
    for text in (*map(template, HOSTS), (scaffold_folder() / "site/requirements.txt").read_text()):
        named = re.findall(r'"([A-Z][^"]+)"\.?$', text.split("\n\n")[0], re.MULTILINE)
        assert named, "it says where to read on"
        assert [title for title in named if title not in headings] == []


def test_the_problem_that_the_page_shows_is_what_the_check_says(pushed: Pushed) -> None:
    break_an_article(pushed)
    result = called("lint", site=Site(pushed.repository.root))
    shown = result.stderr.partition("\n\n")[0]
    assert shown.startswith(ARTICLE)
    assert f"```text\n{shown}\n```" in DEPLOY
