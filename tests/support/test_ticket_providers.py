from __future__ import annotations

from typing import Any

import pytest

from helpers.tickets import EXAMPLES, example_form, ticket_form
from waypost.formats.ticket import PLACEHOLDERS, TicketProvider, placeholders
from waypost.support.rules.ticket_providers import PROVIDERS, FieldPlacement, form_faults, form_params

URLS = {
    "zendesk": "https://lumen.zendesk.com/hc/en-us/requests/new",
    "freshdesk": "https://lumen.freshdesk.com/widgets/feedback_widget/new",
    "github": "https://github.com/lumen/help/issues/new",
    "gitlab": "https://gitlab.com/lumen/help/-/issues/new",
    "jira": "https://jira.lumen.example/secure/CreateIssueDetails!init.jspa",
    "google-forms": "https://docs.google.com/forms/d/e/1FAIpQL/viewform",
    "typeform": "https://form.typeform.com/to/AbCdEf",
    "linear": "https://linear.new",
    "mailto": "mailto:help@lumen.example",
    "api": "/api/v1/support/tickets",
}
MAPPED = {
    "jira": {"pid": "1", "issuetype": "2"},
    "google-forms": {"entry.1": "{subject}", "entry.2": "{description}"},
    "typeform": {"subject": "{subject}", "text": "{description}"},
}
"""What a site must give beside the address."""

TAKEN = {
    "zendesk": ["tf_subject", "tf_360001", "tf_type", "ticket_form_id"],
    "freshdesk": ["helpdesk_ticket[priority]", "helpdesk_ticket[custom_field][cf_part_2]", "formTitle"],
    "github": ["labels", "assignees", "milestone"],
    "gitlab": ["issue[confidential]", "issue[issue_type]", "issuable_template"],
    "jira": ["labels", "customfield_10010", "components"],
    "google-forms": ["entry.12345", "entry.1.other_option_response", "emailAddress"],
    "typeform": ["hidden1", "_x"],
    "linear": ["team", "labels", "assignee"],
    "mailto": ["cc"],
    "api": ["email", "channel_2"],
}
NOT_TAKEN = {
    "zendesk": ["subject", "tf_", "tf_12a", "TF_SUBJECT", "tf_subject\n"],
    "freshdesk": ["subject", "helpdesk_ticket[nothing]", "helpdesk_ticket[custom_field][part]"],
    "github": ["description", "title2", "what"],
    "gitlab": ["title", "issue[title", "issue[labels]"],
    "jira": ["title", "customfield_x", "customfield_"],
    "google-forms": ["entry.x", "subject", "entry1"],
    "typeform": ["hidden-1", "1x", "a b", "ä"],
    "linear": ["body", "subject"],
    "mailto": ["bcc", "to", "Subject"],
    "api": ["attachments", "a-b", "__proto__ "],
}


def form(provider: str, **changes: Any) -> Any:
    fields = {**MAPPED.get(provider, {}), **changes.pop("fields", {})}
    return ticket_form({"provider": provider, "url": URLS[provider], "fields": fields, **changes})


def messages(provider: str, **changes: Any) -> list[str]:
    return [fault.message for fault in form_faults(form(provider, **changes))]


def test_the_tables_know_every_provider() -> None:
    names = {provider.value for provider in TicketProvider}
    assert set(URLS) == set(TAKEN) == set(NOT_TAKEN) == names == {str(name) for name in PROVIDERS}
    assert {path.stem for path in EXAMPLES.glob("*.yml")} == names


@pytest.mark.parametrize("provider", TicketProvider)
def test_the_documented_example_has_no_fault(provider: TicketProvider) -> None:
    assert list(form_faults(example_form(provider))) == []


@pytest.mark.parametrize("provider", URLS)
def test_the_least_that_a_site_must_say_has_no_fault(provider: str) -> None:
    assert messages(provider) == []


@pytest.mark.parametrize(("provider", "name"), [(p, name) for p, names in TAKEN.items() for name in names])
def test_a_field_of_the_provider_is_taken(provider: str, name: str) -> None:
    assert messages(provider, fields={name: "{subject} {description}"}) == []


@pytest.mark.parametrize(
    ("provider", "name"), [(p, name) for p, names in NOT_TAKEN.items() for name in names]
)
def test_a_field_that_the_provider_does_not_have_is_refused(provider: str, name: str) -> None:
    (fault,) = form_faults(form(provider, fields={name: "x"}))
    label = PROVIDERS[TicketProvider(provider)].label
    assert fault.path == ("fields", name)
    assert fault.at_key
    assert fault.message.startswith(f"{label} does not take the field '{name}'. It takes ")


@pytest.mark.parametrize("provider", TicketProvider)
def test_what_is_filled_in_unasked_is_what_the_provider_takes(provider: TicketProvider) -> None:
    recipe = PROVIDERS[provider]
    assert messages(provider.value, fields=dict(recipe.params)) == []
    for template in recipe.params.values():
        assert set(placeholders(template)) <= set(PLACEHOLDERS)
    assert all(name in recipe.takes for name in ("pid", "issuetype") if name in recipe.required)


@pytest.mark.parametrize("name", ["pid", "issuetype"])
@pytest.mark.parametrize("value", [None, "SUP", "{subject}"])
def test_jira_needs_its_numbers(name: str, value: str | None) -> None:
    fields = {**MAPPED["jira"], name: value}
    kept = {key: text for key, text in fields.items() if text is not None}
    faults = list(form_faults(ticket_form({"provider": "jira", "url": URLS["jira"], "fields": kept})))
    assert [fault.message for fault in faults] == [
        f"Jira needs `{name}`: the number of your own, in quotes, in `fields`."
    ]
    assert faults[0].path == (("fields", name) if value else ("fields",))


def test_the_numbers_may_stand_in_the_address() -> None:
    url = f"{URLS['jira']}?pid=10000&issuetype=3"
    assert list(form_faults(ticket_form({"provider": "jira", "url": url}))) == []


@pytest.mark.parametrize("provider", ["google-forms", "typeform"])
def test_a_form_without_names_of_its_own_needs_to_be_told_where_the_text_goes(provider: str) -> None:
    faults = list(form_faults(ticket_form({"provider": provider, "url": URLS[provider]})))
    assert [fault.message.partition(",")[0] for fault in faults] == [
        "No field takes {subject}",
        "No field takes {description}",
    ]


def test_a_form_of_github_takes_the_ids_of_its_fields_and_needs_one_for_the_text() -> None:
    form_fields = {"template": "bug.yml", "what-happened": "{description}"}
    assert messages("github", fields=form_fields) == []
    assert (
        messages("github", url=f"{URLS['github']}?template=bug.yaml", fields={"what": "{description}"}) == []
    )
    (lost,) = messages("github", fields={"template": "bug.yml"})
    assert lost.startswith("No field takes {description}")
    (odd,) = messages("github", fields={**form_fields, "what happened": "x"})
    assert odd.startswith("GitHub issues does not take the field 'what happened'.")
    assert messages("github", fields={"template": "bug.md", "x": "y"}) != []


def test_a_field_that_hides_the_text_is_found() -> None:
    (lost,) = messages("zendesk", fields={"tf_description": "Sent from the help center"})
    assert lost.startswith("No field takes {description}, so what people write would be lost.")


@pytest.mark.parametrize("end", ["#", "#x"])
@pytest.mark.parametrize("provider", ["zendesk", "typeform", "api"])
def test_an_address_has_no_fragment(provider: str, end: str) -> None:
    (message,) = messages(provider, url=URLS[provider] + end)
    assert message == "Leave out # and what follows: the fields are written there or before it."


def test_an_api_has_no_query() -> None:
    (message,) = messages("api", url="/api?x=1")
    assert message == "Leave out ? and what follows: a request is sent to the address as it is."


def test_a_field_stands_in_one_place() -> None:
    url = f"{URLS['zendesk']}?ticket_form_id=1"
    (message,) = messages("zendesk", url=url, fields={"ticket_form_id": "2"})
    assert message == "The address holds 'ticket_form_id' already. Say it here, or there."


def test_an_address_leaves_room_for_the_text() -> None:
    assert messages("zendesk", url=f"{URLS['zendesk']}?x={'y' * 900}") != []
    assert messages("zendesk", fields={f"tf_{number}": "ä" * 100 for number in range(2)}) != []
    assert messages("zendesk", fields={f"tf_{number}": "a" * 100 for number in range(2)}) == []
    assert messages("api", fields={f"x{number}": "ä" * 150 for number in range(20)}) == []


@pytest.mark.parametrize("provider", TicketProvider)
def test_the_site_has_the_last_word_on_each_field(provider: TicketProvider) -> None:
    params = form_params(form(provider.value))
    changed = form_params(
        form(provider.value, fields=dict.fromkeys(params, "{subject} {description} {email}"))
    )
    assert set(changed) == set(params)
    assert set(changed.values()) == {"{subject} {description} {email}"}


def test_only_an_api_gets_json_and_only_typeform_reads_the_fragment() -> None:
    places = {
        provider: recipe.place
        for provider, recipe in PROVIDERS.items()
        if recipe.place is not FieldPlacement.QUERY
    }
    assert places == {
        TicketProvider.API: FieldPlacement.JSON,
        TicketProvider.TYPEFORM: FieldPlacement.FRAGMENT,
    }
