"""Check the ways through a troubleshooter, and try scenarios, which say where answers must end."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote

from waypost.formats.article import Article
from waypost.formats.troubleshooter import Answer, Outcome, Scenario, Step, Troubleshooter
from waypost.problems import Level
from waypost.reading.rules.troubleshooter import StepFinding, nearest, read_troubleshooter

MAX_QUESTIONS = 7
"""Questions that people answer before they give up."""

MAX_STEPS = 200
"""Steps of one file; more than a few dozen are several troubleshooters."""

ALL = "all"
"""The last part of the address of the page with all steps."""

Ways = Mapping[str, tuple[Step, ...]]
"""The steps that follow on each, by its id; an answer to a misspelt step counts for the one that is meant."""


def check_steps(tree: Troubleshooter, component_ids: Collection[str] | None) -> list[StepFinding]:
    """Return every fault that keeps people from an end, in the order of the file.

    `component_ids` are those of status/status.yml, or None where these are not known.
    """
    if not tree.steps:
        return []
    if len(tree.steps) > MAX_STEPS:
        message = f"There are {len(tree.steps)} steps, and {MAX_STEPS} at most. Make several troubleshooters of them."
        return [StepFinding(tree.start.line, 1, "too-complex", message)]
    ways = steps_after(tree)
    depths = question_numbers(tree)
    return sorted(
        itertools.chain(
            _unknown_steps(tree),
            _unknown_components(tree, component_ids),
            _dead_ends(tree, depths),
            _unreachable(tree, depths),
            _ways_around(tree, ways),
        )
    )


def steps_after(tree: Troubleshooter) -> Ways:
    """Return the steps that answers lead to, by the id of the step they belong to."""
    steps = {step.id: step for step in reversed(tree.steps)}

    def meant(answer: Answer) -> Step | None:
        return steps.get(answer.step) or steps.get(nearest(answer.step, steps)) if answer.step else None

    return {
        step.id: tuple(found for answer in step.answers if (found := meant(answer))) for step in tree.steps
    }


def question_numbers(tree: Troubleshooter) -> Mapping[str, int]:
    """Return for each step that can be reached how many steps the shortest way to it has, itself included."""
    ways = steps_after(tree)
    numbers = {tree.start.id: 1}
    waiting = deque(numbers)
    while waiting:
        here = waiting.popleft()
        for step in ways[here]:
            if step.id not in numbers:
                numbers[step.id] = numbers[here] + 1
                waiting.append(step.id)
    return numbers


def _unknown_steps(tree: Troubleshooter) -> Iterator[StepFinding]:
    known = [step.id for step in tree.steps]
    for answer in (answer for step in tree.steps for answer in step.answers):
        if answer.step and answer.step not in known:
            near = nearest(answer.step, known)
            hint = f"Did you mean '{near}'?" if near else f"Steps: {', '.join(known[:10])}."
            message = f"There is no step '{answer.step}' in this file. {hint}"
            yield StepFinding(answer.line, answer.column, "unknown-step", message)
        elif answer.target == "#":
            message = "This answer leads nowhere. Name a step, such as `[Yes](#next-step)`."
            yield StepFinding(answer.line, answer.column, "unknown-step", message)


def _unknown_components(tree: Troubleshooter, known: Collection[str] | None) -> Iterator[StepFinding]:
    for step in tree.steps if known is not None else ():
        for mention in step.mentions:
            name = mention.name
            if name not in (known or ()):
                near = nearest(name, known or ())
                hint = f"Did you mean '{near}'?" if near else "Add it there, or correct the name."
                message = f"There is no component '{name}' in status/status.yml. {hint}"
                yield StepFinding(mention.line, mention.column, "unknown-component", message)


def _dead_ends(tree: Troubleshooter, depths: Collection[str]) -> Iterator[StepFinding]:
    for step in tree.steps:
        if step.is_question and not step.answers:
            message = (
                f"The step '{step.id}' is a dead end. Add a list of links as answers, "
                "or `Outcome: fixed` or `Outcome: ticket` below its heading."
            )
            yield StepFinding(step.line, 1, "dead-end", message)
    if not any(step.outcome is Outcome.TICKET and step.id in depths for step in tree.steps):
        message = (
            "Nobody who is not helped gets to a ticket. Let an answer lead to a step with `Outcome: ticket`."
        )
        yield StepFinding(tree.start.line, 1, "dead-end", message)


def _unreachable(tree: Troubleshooter, depths: Collection[str]) -> Iterator[StepFinding]:
    for step in tree.steps:
        if step.id not in depths:
            message = (
                f"No answer leads to the step '{step.id}'. Link to it from another step, or take it away."
            )
            yield StepFinding(step.line, 1, "unreachable-step", message)


def _ways_around(tree: Troubleshooter, ways: Ways) -> Iterator[StepFinding]:
    """Complain of answers that lead back to a step above them, or else of a way that is too long."""
    circles: list[StepFinding] = []
    lengths: dict[str, tuple[str, ...]] = {}
    path: list[str] = []
    steps = {step.id: step for step in reversed(tree.steps)}

    def follow(here: Step) -> None:
        path.append(here.id)
        longest: tuple[str, ...] = ()
        for following in ways[here.id]:
            if following.id in path:
                circles.append(_circle(here, [*path[path.index(following.id) :], following.id]))
                continue
            if following.id not in lengths:
                follow(following)
            longest = max(longest, lengths[following.id], key=len)
        lengths[here.id] = (here.id, *longest) if here.is_question else longest
        path.pop()

    follow(tree.start)
    yield from dict.fromkeys(circles)
    longest = lengths[tree.start.id]
    if not circles and len(longest) > MAX_QUESTIONS:
        message = (
            f"People answer {len(longest)} questions on the way {' → '.join(longest)}, and tire "
            f"after {MAX_QUESTIONS}. Ask first what tells most, or make two troubleshooters."
        )
        yield StepFinding(steps[longest[MAX_QUESTIONS]].line, 1, "too-complex", message, Level.WARNING)


def _circle(here: Step, path: list[str]) -> StepFinding:
    back = path[-1]
    closing = next((answer for answer in here.answers if answer.step == back), here.answers[0])
    message = (
        f"The answers go round in a circle: {' → '.join(path)}. "
        "Lead on instead; every page has a link back already."
    )
    return StepFinding(closing.line, closing.column, "step-cycle", message)


def try_scenario(tree: Troubleshooter, scenario: Scenario, path: str) -> tuple[str, str]:
    """Give the answers of a scenario; return the key that is wrong and why, or two empty texts.

    The key is `answers.N`, `ends_at` or `outcome`. `path` is the path of the troubleshooter's file from
    content/, to which the links in it are relative.
    """
    here: Step | None = tree.start
    end = tree.start.id
    for index, text in enumerate(scenario.answers):
        key = f"answers.{index}"
        if here is None or not here.answers:
            return key, f"The answers before this one end at '{end}'. Take this one away."
        answer = next((one for one in here.answers if _same(one.text, text)), None)
        if answer is None:
            return key, _no_such_answer(here, text)
        here = tree.step(answer.step) if answer.step else None
        end = here.id if here else article_path(answer.target, path)
    if end != scenario.ends_at:
        return "ends_at", f"The answers end at '{end}', not at '{scenario.ends_at}'."
    reached = here.outcome if here else None
    if scenario.outcome and scenario.outcome is not reached:
        return "outcome", f"The step '{end}' has {_outcome_words(reached)}, not '{scenario.outcome}'."
    return "", ""


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _no_such_answer(step: Step, text: str) -> str:
    known = [answer.text for answer in step.answers]
    near = nearest(text, known)
    hint = f" Did you mean '{near}'?" if near else ""
    named = ", ".join(f"'{answer}'" for answer in known)
    return f"The step '{step.id}' has no answer '{text}'.{hint} Its answers: {named}."


def _outcome_words(outcome: Outcome | None) -> str:
    return f"the outcome '{outcome}'" if outcome else "no outcome"


def article_path(target: str, path: str) -> str:
    """Return the path from content/ of the target of a link in a file: `../a/b.md#c` in `x/y.md` is `a/b.md`."""
    parts = path.split("/")[:-1]
    for part in unquote(target.partition("#")[0]).split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def step_addresses(article: Article) -> tuple[str, ...]:
    """Return the addresses below a troubleshooter: its steps but the first, and the page with all steps."""
    others = read_troubleshooter(article).steps[1:]
    return (*(f"{article.url}{step.id}/" for step in others), f"{article.url}{ALL}/")
