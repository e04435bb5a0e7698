from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import yaml
from playwright.sync_api import Route, expect

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.cases import CASES, Case, golden
from waypost.base.files.languages import load_words
from waypost.publishing.io.theme_assets import script_words

pytestmark = pytest.mark.browser

BERLIN, NEW_YORK, TOKYO = "Europe/Berlin", "America/New_York", "Asia/Tokyo"
LEAD, OFFICE, DETAIL = "[data-wp-lead]", "[data-wp-lead-office]", "[data-wp-detail]"
FRIDAY = "2026-11-20T16:30:00Z"  # Friday 17:30 in Berlin

RECKON = """async ([module, cases]) => {
  const { addHours, closes, isOpen, nextOpening } = await import(module);
  return cases.map(({ schedule, at, add }) => [
    isOpen(schedule, at), nextOpening(schedule, at), closes(schedule, at),
    add.map((hours) => addHours(schedule, at, hours)),
  ]);
}"""

# The header and the line above are moved by a script of every page.
WATCH_SHIFTS = """(() => {
  window.shifts = [];
  const isOurs = (node) => node?.parentElement?.closest(".wp-contact") && !node.parentElement.closest(".wp-notice");
  new PerformanceObserver((list) => {
    for (const { node, previousRect, currentRect } of list.getEntries().flatMap((entry) => entry.sources)) {
      if (isOurs(node)) window.shifts.push([node.className ?? node.textContent, previousRect.y, currentRect.y]);
    }
  }).observe({ type: "layout-shift", buffered: true });
})()"""

NO_STORAGE = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("Storage is off.", "SecurityError"); },
});"""


def open_contact(
    visit: Any, site: Served, at: str | datetime = FRIDAY, zone: str = BERLIN, **how: Any
) -> Visit:
    now = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    seen: Visit = visit(site, at=now, zone=zone, **how)
    seen.goto("contact/")
    return seen


def choose(seen: Visit, plan: str = "", urgency: str = "") -> None:
    if plan:
        seen.page.locator(f'input[name="plan"][value="{plan}"]').check(force=True)
    if urgency:
        seen.page.locator(f"#urgency-{urgency}").check()


def card(seen: Visit, channel: str) -> Any:
    return seen.page.locator(f'[data-channel="{channel}"]')


def milliseconds(moment: datetime | None) -> float | None:
    return moment.timestamp() * 1000 if moment else None


def test_the_browser_reckons_opening_hours_as_python_does(calm: Served, visit: Any) -> None:
    cases = yaml.safe_load((CASES / "support/hours.yml").read_text(encoding="utf-8"))
    asked, expected = [], {}
    for case in cases:
        written = case["schedule"]
        week = {day: hours.split("-") for day, hours in written["week"].items()}
        holidays = [day.isoformat() for day in written.get("holidays", []) if isinstance(day, date)]
        schedule = {"always": False, **written, "week": week, "holidays": holidays}
        asked.append({"schedule": schedule, "at": milliseconds(case["at"]), "add": list(case["add"])})
        deadlines = [milliseconds(deadline) for deadline in case["add"].values()]
        moments = [milliseconds(case["opens"]), milliseconds(case["closes"])]
        expected[case["name"]] = [case["open"], *moments, deadlines]
    # In a zone that none of the cases is about: the browser's own must not matter.
    seen = open_contact(visit, calm, zone="Asia/Kathmandu")
    found = seen.page.evaluate(RECKON, [f"{calm.url}assets/waypost/hours.js", asked])
    assert dict(zip(expected, found, strict=True)) == expected
    seen.assert_quiet()


@golden("contact/answers.yml")
def test_it_says_by_when_an_answer_comes(calm: Served, visit: Any, case: Case) -> None:
    seen = open_contact(visit, calm, case["at"], case["zone"])
    choose(seen, case["plan"], case["urgency"])
    assert seen.page.locator(LEAD).inner_text() == case["lead"]
    assert seen.page.locator(OFFICE).inner_text() == case["office"]
    seen.assert_quiet()


@golden("contact/clocks.yml")
def test_channels_open_and_close_on_the_readers_clock(calm: Served, visit: Any, case: Case) -> None:
    seen = open_contact(visit, calm, case["at"], case["zone"])
    phone = card(seen, "phone")
    assert seen.page.locator(LEAD).inner_text() == case["lead"]
    assert phone.locator("[data-wp-state]").inner_text() == case["phone"]
    assert phone.locator("[data-wp-yours]").inner_text() == case["hours"]
    office = "Monday to Friday, 08:00–18:00, Berlin time"
    assert phone.locator(".wp-channel__hours").inner_text() == office
    assert card(seen, "call-back").locator("[data-wp-state]").count() == 0, "it is by appointment"


def test_a_holiday_is_named_while_it_lasts(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, "2026-12-25T10:00:00Z", TOKYO)
    assert seen.page.locator(LEAD).inner_text() == "We are closed now. We open Monday 17:00 your time."
    assert seen.page.locator(OFFICE).inner_text() == "(09:00 in Berlin)"
    assert "Today is a holiday in Berlin: Christmas Day." in seen.page.locator(DETAIL).inner_text()
    choose(seen, "premium", "critical")
    # 26 December is no holiday in the sample, and Premium has weekends.
    assert seen.page.locator(LEAD).inner_text() == "We answer by tomorrow 17:00 your time"
    assert card(seen, "emergency").locator("[data-wp-state]").inner_text() == "Not part of Premium"
    choose(seen, "vip")
    assert seen.page.locator(LEAD).inner_text() == "We answer by 20:00 today, your time"
    assert card(seen, "emergency").locator("[data-wp-state]").inner_text() == "Open now"
    assert "holiday" not in seen.page.locator(DETAIL).inner_text()


def test_a_holiday_that_is_over_is_struck_out(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, "2027-01-01T23:30:00Z", BERLIN)  # 2 January in Berlin
    over = seen.page.locator("[data-past]").evaluate_all("days => days.map((day) => day.dataset.day)")
    assert over == ["2026-12-25", "2027-01-01"]
    assert "Friday, 1 January 2027" in seen.page.locator(".wp-holidays").inner_text()


def test_what_is_written_may_be_written_at_any_time(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, "2026-11-21T10:00:00Z")
    state = card(seen, "email").locator("[data-wp-state]")
    assert state.inner_text() == "Write at any time. Read from Monday 09:00 your time"
    assert state.get_attribute("data-status") == "closed"


def test_the_page_follows_the_clock(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, "2026-11-20T16:59:30Z")
    state = card(seen, "phone").locator("[data-wp-state]")
    assert state.inner_text() == "Open now, until 18:00 your time"
    assert state.get_attribute("data-status") == "operational"
    seen.page.clock.run_for(60_000)
    assert state.inner_text() == "Opens Monday 08:00 your time"
    assert state.get_attribute("data-status") == "closed"
    assert seen.page.locator("[data-wp-clocks]").inner_text() == "It is 18:00 where you are, as in Berlin."


def test_the_two_clocks_are_told_apart(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, FRIDAY, NEW_YORK)
    clocks = seen.page.locator("[data-wp-clocks]").inner_text()
    assert clocks == "It is 11:30 where you are (America/New York) and 17:30 in Berlin."


@pytest.mark.parametrize("scripts", [True, False])
def test_the_emergency_line_is_shown_for_critical_alone(calm: Served, visit: Any, scripts: bool) -> None:
    seen = open_contact(visit, calm, scripts=scripts)
    emergency, hint = card(seen, "emergency"), seen.page.locator(".wp-appears")
    expect(emergency).to_be_hidden()
    expect(hint).to_contain_text(
        "Emergency line comes first in this list when you choose “Does it stop an event"
    )
    for urgency in ("high", "medium", "low"):
        choose(seen, urgency=urgency)
        expect(emergency).to_be_hidden()
        expect(hint).to_be_visible()
    choose(seen, urgency="critical")
    expect(emergency).to_be_visible()
    expect(hint).to_be_hidden()
    tops = seen.page.locator(".wp-channel").evaluate_all(
        "cards => cards.map((card) => card.getBoundingClientRect().top)"
    )
    assert tops[0] == min(tops)
    seen.assert_quiet()


def test_channels_that_are_not_part_of_the_plan_step_back_and_say_so(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm)
    back = seen.page.locator("[data-back]")
    assert back.count() == 0
    choose(seen, plan="free")
    names = back.evaluate_all("cards => cards.map((card) => card.dataset.channel)")
    assert names == ["emergency", "priority-email", "phone", "chat", "call-back"]
    assert card(seen, "phone").locator("[data-wp-state]").inner_text() == "Not part of Free"
    state = card(seen, "phone").locator("[data-wp-state]").get_attribute("data-status")
    assert state == "closed", "the phone is staffed now, but not for this reader"
    assert card(seen, "phone").locator(".wp-channel__tiers").inner_text().split() == ["For", "Premium", "VIP"]
    choose(seen, plan="premium")
    assert back.evaluate_all("cards => cards.map((card) => card.dataset.channel)") == ["emergency"]


def test_it_asks_for_what_is_still_missing(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm)
    detail = seen.page.locator(DETAIL)
    assert detail.inner_text() == "Choose your plan and how urgent it is, and this says by when we answer."
    choose(seen, urgency="low")
    assert detail.inner_text() == "Choose your plan, and this says by when we answer."
    choose(seen, plan="vip")
    assert detail.inner_text() == "VIP: Day and night, every day."
    seen.page.reload()
    choose(seen, plan="free")
    assert detail.inner_text() == "Choose how urgent it is, and this says by when we answer."


def test_the_plan_is_remembered_in_this_tab_alone(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm)
    choose(seen, "premium", "high")
    seen.goto("")
    seen.goto("contact/")
    assert seen.page.locator("input:checked").evaluate_all("all => all.map((one) => one.value)") == [
        "premium"
    ]
    assert seen.page.evaluate("[document.cookie, localStorage.getItem('waypost-plan')]") == ["", None]
    other = seen.page.context.new_page()
    other.goto(f"{calm.url}contact/")
    assert other.locator("input:checked").count() == 0


def test_a_remembered_plan_that_is_none_is_ignored(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("contact/")
    for kept in ("", "gold", '"><img src=x onerror=alert(1)>', "__proto__"):
        seen.page.evaluate(f"sessionStorage.setItem('waypost-plan', {kept!r})")
        seen.page.reload()
        expect(seen.page.locator("[data-wp-clocks]")).not_to_be_empty()
        assert seen.page.locator("input:checked").count() == 0, kept
    seen.assert_quiet()


def test_without_storage_everything_but_the_memory_works(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, at=datetime.fromisoformat(FRIDAY), zone=BERLIN)
    seen.page.add_init_script(NO_STORAGE)
    # Material's own scripts need storage; what is looked at is ours.
    seen.page.route("**/bundle*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    seen.goto("contact/")
    choose(seen, "premium", "high")
    assert seen.page.locator(LEAD).inner_text() == "We answer by 21:30 today, your time"


def test_the_whole_page_works_by_keyboard(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm)
    keyboard = seen.page.keyboard
    focused = "document.activeElement.value ?? document.activeElement.textContent.trim()"
    seen.page.locator(".wp-notice a").focus()
    keyboard.press("Tab")
    assert seen.page.evaluate(focused) == "free"
    outline = seen.page.locator(".wp-plan__choice").first.evaluate("e => getComputedStyle(e).outlineWidth")
    assert outline == "3px", "the choice that has the focus must show it"
    keyboard.press("ArrowRight")
    assert seen.page.evaluate(focused) == "premium"
    keyboard.press("Tab")
    assert seen.page.evaluate(focused) == "critical"
    keyboard.press("Space")
    expect(card(seen, "emergency")).to_be_visible()
    keyboard.press("ArrowDown")
    expect(card(seen, "emergency")).to_be_hidden()
    assert seen.page.locator(LEAD).inner_text() == "We answer by 21:30 today, your time"
    keyboard.press("Tab")
    assert seen.page.evaluate(focused) == "Write a request"
    assert seen.page.evaluate("document.activeElement.href") == f"{calm.url}ticket/?urgency=high"
    keyboard.press("Tab")
    assert seen.page.evaluate(focused) == "help@lumen.example"


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, TOKYO])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_moves_when_the_live_parts_come(calm: Served, visit: Any, zone: str, width: int) -> None:
    seen: Visit = visit(calm, at=datetime.fromisoformat(FRIDAY), zone=zone, width=width)
    seen.page.add_init_script(WATCH_SHIFTS)
    seen.page.add_init_script("sessionStorage.setItem('waypost-plan', 'premium')")

    def late(route: Route) -> None:
        # The page is painted before its live parts come, however fast this machine is.
        seen.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        route.continue_()

    seen.page.route("**/assets/waypost/words.js", late)
    # A screen on which all of the page is seen at once: what is out of sight does not count as moved.
    seen.page.set_viewport_size({"width": width, "height": 5000})
    seen.goto("contact/")
    expect(seen.page.locator("[data-wp-clocks]")).not_to_be_empty()
    before = seen.page.evaluate("document.documentElement.scrollHeight")
    seen.page.clock.run_for(120_000)
    assert seen.page.evaluate("document.documentElement.scrollHeight") == before
    assert seen.page.evaluate("shifts") == []


def test_without_scripts_everything_can_be_read(calm: Served, visit: Any) -> None:
    seen = open_contact(visit, calm, scripts=False)
    text = " ".join(seen.page.locator(".wp-contact").inner_text().split())
    for line in (
        "We are here Monday to Friday, 09:00–18:00, Berlin time.",
        "The table below says how soon we answer.",
        "Call us Monday to Friday, 08:00–18:00, Berlin time",
        "Premium Every day, 07:00–22:00, Berlin time",
        "24 to 48 hours",
        "Friday, 25 December 2026 Christmas Day",
        "What to put in a request",
        "How to escalate",
    ):
        assert line in text
    live = " ".join(seen.page.locator(".wp-soon, .wp-channels").all_inner_texts())
    assert "your time" not in live, "nobody knows it without a script"
    expect(seen.page.locator(".wp-plan")).to_be_hidden()
    assert seen.page.locator(".wp-channel:visible").count() == 5
    assert seen.page.locator("[data-wp-write]").evaluate("link => link.href") == f"{calm.url}ticket/"
    choose(seen, urgency="medium")
    highlighted = seen.page.locator('tr[data-priority="medium"] td').first
    other = seen.page.locator('tr[data-priority="low"] td').first
    colour = "cell => getComputedStyle(cell).backgroundColor"
    assert highlighted.evaluate(colour) != other.evaluate(colour)


def test_the_live_parts_speak_german(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, at=datetime.fromisoformat("2026-12-24T15:00:00Z"), zone=TOKYO)
    words = script_words(load_words("de"))
    seen.page.route(
        "**/assets/waypost/words.js",
        lambda route: route.fulfill(content_type="text/javascript; charset=utf-8", body=words),
    )
    seen.goto("contact/")
    phone = card(seen, "phone")
    assert phone.locator("[data-wp-state]").inner_text() == "Jetzt offen, bis 02:00 Ihrer Zeit"
    assert phone.locator("[data-wp-yours]").inner_text() == "Montag bis Freitag, 16:00–02:00, Ihre Zeit"
    choose(seen, "free", "medium")
    lead = seen.page.locator(LEAD).inner_text()
    assert lead == "Wir antworten bis Dienstag, 5. Januar, 18:00 Ihrer Zeit"
    assert seen.page.locator(OFFICE).inner_text() == "(10:00 in Berlin)"


def test_a_site_without_plans_shows_when_it_is_there(hostile: Served, visit: Any) -> None:
    seen: Visit = visit(hostile, at=datetime.fromisoformat("2026-11-23T10:00:00Z"), zone=BERLIN)
    seen.goto("contact/")
    assert seen.page.locator(LEAD).inner_text() == "We are here now, until 18:00 your time."
    assert seen.page.locator(DETAIL).inner_text() == ""
    assert seen.page.locator("input[type=radio]").count() == 0
