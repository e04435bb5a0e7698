"""The registry of ticket providers: the fields that each takes, and how its address is filled in.

One registry, PROVIDERS. The parameters are those of the providers' own documentation; docs/tickets.md names
them again with an example each, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waypost.formats.article import Priority
from waypost.formats.ticket import TicketProvider

WORDS = {level: level.value for level in Priority}


class FieldPlacement(StrEnum):
    """Where the fields are written."""

    QUERY = "query"
    FRAGMENT = "fragment"
    JSON = "json"


@dataclass(frozen=True)
class Provider:
    """The recipe of one provider."""

    label: str
    """Its name."""
    takes: str
    """The fields that it takes, in words, for a site that names another one."""
    accepts: str
    """The same as a pattern that a whole name matches."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The fields that are filled in unless the site says otherwise, with their templates."""
    place: FieldPlacement = FieldPlacement.QUERY
    newline: str = "\n"
    """The end of a line in the description."""
    is_markup: bool = False
    """The description is read as HTML, so the text of people must be escaped."""
    priorities: Mapping[Priority, str] = field(default_factory=lambda: WORDS)
    """Its words for our priorities."""
    required: Mapping[str, str] = field(default_factory=dict)
    """Fields that the site must give, with a pattern of their values."""


PROVIDERS: Mapping[TicketProvider, Provider] = {
    TicketProvider.ZENDESK: Provider(
        label="Zendesk",
        takes="ticket_form_id, tf_subject, tf_description, tf_anonymous_requester_email, tf_priority, tf_type, "
        "tf_due_at, and tf_ with the number of a field of your own",
        accepts=r"ticket_form_id|tf_(subject|description|anonymous_requester_email|priority|type|due_at|\d+)",
        params={
            "tf_subject": "{subject}",
            "tf_description": "{description}",
            "tf_anonymous_requester_email": "{email}",
            "tf_priority": "{priority}",
        },
        newline="<br>",
        is_markup=True,
        priorities={
            Priority.LOW: "low",
            Priority.MEDIUM: "normal",
            Priority.HIGH: "high",
            Priority.CRITICAL: "urgent",
        },
    ),
    TicketProvider.FRESHDESK: Provider(
        label="Freshdesk",
        takes="helpdesk_ticket[subject], [description], [requester], [priority], [ticket_type], [product_id], "
        "helpdesk_ticket[custom_field][cf_…], and the widget's widgetType, formTitle, submitTitle, submitThanks, "
        "screenshot, attachFile and searchArea",
        accepts=r"helpdesk_ticket\[(subject|description|requester|priority|ticket_type|product_id)\]"
        r"|helpdesk_ticket\[custom_field\]\[cf_\w+\]"
        r"|widgetType|formTitle|submitTitle|submitThanks|screenshot|attachFile|searchArea",
        params={
            "widgetType": "embedded",
            "helpdesk_ticket[subject]": "{subject}",
            "helpdesk_ticket[description]": "{description}",
            "helpdesk_ticket[requester]": "{email}",
        },
        priorities={Priority.LOW: "1", Priority.MEDIUM: "2", Priority.HIGH: "3", Priority.CRITICAL: "4"},
    ),
    TicketProvider.GITHUB: Provider(
        label="GitHub issues",
        takes="title, body, labels, assignees, milestone, projects, type, template, and with a template ending in "
        ".yml the ids of its form's fields",
        accepts=r"title|body|labels|assignees|milestone|projects|type|template",
        params={"title": "{subject}", "body": "{description}"},
    ),
    TicketProvider.GITLAB: Provider(
        label="GitLab issues",
        takes="issue[title], issue[description], issue[confidential], issue[issue_type], issue[milestone_id] and "
        "issuable_template",
        accepts=r"issue\[(title|description|confidential|issue_type|milestone_id)\]|issuable_template",
        params={"issue[title]": "{subject}", "issue[description]": "{description}"},
    ),
    TicketProvider.JIRA: Provider(
        label="Jira",
        takes="pid, issuetype, summary, description, priority, labels, components, environment, assignee, reporter, "
        "duedate, and customfield_ with its number",
        accepts=r"pid|issuetype|summary|description|priority|labels|components|environment|assignee|reporter|duedate"
        r"|customfield_\d+",
        params={"summary": "{subject}", "description": "{description}", "priority": "{priority}"},
        # The numbers of a new Jira, which its administrators may change.
        priorities={Priority.LOW: "4", Priority.MEDIUM: "3", Priority.HIGH: "2", Priority.CRITICAL: "1"},
        required={"pid": r"\d+", "issuetype": r"\d+"},
    ),
    TicketProvider.GOOGLE_FORMS: Provider(
        label="Google Forms",
        takes="entry. with the number of a question, emailAddress, and usp",
        accepts=r"entry\.\d+(\.other_option_response)?|emailAddress|usp",
        params={"usp": "pp_url"},
    ),
    TicketProvider.TYPEFORM: Provider(
        label="Typeform",
        takes="the names of its hidden fields: letters, digits and underscores",
        accepts=r"[A-Za-z_]\w*",
        place=FieldPlacement.FRAGMENT,
    ),
    TicketProvider.LINEAR: Provider(
        label="Linear",
        takes="title, description, team, priority, labels, status, assignee, project, cycle, estimate and template",
        accepts=r"title|description|team|priority|labels|status|assignee|project|cycle|estimate|template",
        params={"title": "{subject}", "description": "{description}", "priority": "{priority}"},
        priorities={**WORDS, Priority.CRITICAL: "urgent"},
    ),
    TicketProvider.MAILTO: Provider(
        label="Mail",
        takes="subject, body and cc",
        accepts=r"subject|body|cc",
        params={"subject": "{subject}", "body": "{description}"},
        # RFC 6068, section 5: a line break in a body is %0D%0A.
        newline="\r\n",
    ),
    TicketProvider.API: Provider(
        label="A ticket API",
        takes="names of JSON values: letters, digits and underscores, all but attachments",
        accepts=r"(?!attachments$)[A-Za-z_]\w*",
        params={
            "subject": "{subject}",
            "description": "{description}",
            "category": "{category}",
            "priority": "{priority}",
        },
        place=FieldPlacement.JSON,
    ),
}
"""Every provider, by the name that support.yml uses."""
