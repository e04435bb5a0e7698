"""The words by which rules judge the content of an update, in English and German.

A rule must not report what is good, so the lists are generous: a text that may say it counts as saying it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from waypost.base.markdown.plain_text import plain_text

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.casefold())


def sentences(body: str) -> Iterator[str]:
    """Give the sentences of a Markdown text without its marks; the end of a paragraph ends one too."""
    for paragraph in body.split("\n\n"):
        yield from filter(None, _SENTENCE_END.split(plain_text(paragraph)))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


LITTLE = _set("""
a an and any are as at be been being but by can cannot currently few for from has have in into is it its may
more most no not now of off on or our over several some soon still than that the their there these they this
to up us very was we were which while who will with you your again all also due here aktuell alle am an auch
auf aus bei beim bitte das dass dem den der des die diese dieser dieses ein eine einem einen einer eines
einige es für gerade haben hat ihnen ihre ihrer im in ist kann können leider mehr mehrere mit nach nicht noch
oder sehr sich sie sind so über um und uns unser unsere unserem unseren unserer von vom vor wir wird werden
wurde zu zum zur zurzeit derzeit momentan bereits
""")
"""Words that say nothing by themselves."""

VAGUE = _set("""
affected broken bug bugs customer customers defect degradation degraded difficulties difficulty disruption
disruptions down elevated error errors experiencing fail failed failing fails failure failures fault faults
impact impacted impaired incident incidents intermittent interruption issue issues major malfunction minor
outage outages partial performance problem problems rate rates service services slow something system systems
technical temporary trouble unavailable unexpected unknown user users unplanned working works wrong
problematic ausfall ausfälle ausgefallen beeinträchtigt beeinträchtigung beeinträchtigungen betroffen defekt
dienst dienste eingeschränkt einschränkung einschränkungen fehler fehlerhaft gestört größere kaputt kleinere
kunden kundinnen nutzer nutzerinnen probleme schwierigkeiten störung störungen technische technischer
technisches teilweise unbekannt unbekannte vorfall vorfälle vorübergehende vorübergehend systeme langsam
server servers backend infrastructure internal platform ongoing general critical urgent unusual behaviour
behavior alert notice today event situation availability stability slowness downtime unstable global
großstörung aktuelle aktuellen allgemeine allgemeiner wichtige hinweis meldung verfügbarkeit plattform
infrastruktur
""")
"""Words that say that something is wrong, and not what."""

PROMISES = _set("""
aware actively apologies apologise apologize asap attention been cause caused causes causing continue continuing
details engineers find fix fixing follow further identify inconvenience information informed investigate
investigated investigating investigation keep know look looked looking monitor monitoring patience possible
post posted quickly report reported reports resolve resolved resolving restore restoring share shortly
solution soon sorry stand team teams thank thanks understand understanding update updated updates work worked
provide let root available become when once hear received learn reason arbeiten arbeitet ursache behebung
beheben bitten dank danken entschuldigen entschuldigung folgen folgt geduld gemeldet informationen informieren
kenntnis lösung lösen melden meldungen möglich nähere prüfen schnell schnellstmöglich sobald suchen techniker
team teams untersuchen untersucht untersuchung unannehmlichkeiten unterrichten update updates verständnis
vielen weitere weiteren wissen details hochdruck daran halten laufenden halten bekannt kürze
""")
"""Words of sentences that only say that somebody is at work."""

_EMPTY = LITTLE | VAGUE | PROMISES


def own_words(text: str) -> list[str]:
    """Return the words that could not stand in any incident of any service."""
    return [word for word in words(text) if word not in _EMPTY]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})", re.IGNORECASE)


_NUMBER = (
    r"\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|half an|a few|several|"
    r"eine[nr]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|wenige[nr]?|einige[nr]?"
)
_UNIT = (
    r"min(?:ute[ns]?|s)?\b|h\b|hrs?\b|hours?\b|days?\b|sec(?:ond)?s?\b|weeks?\b|std\b|stunden?\b|tage?n?\b|"
    r"sekunden?\b|wochen?\b"
)
_CLOCK = r"\d{1,2}[:.]\d\d(?:\s*(?:am|pm|uhr))?"

DURATION = _any(
    rf"(?:{_NUMBER})(?:[\s\u00a0-]+(?:and a half\s+|full\s+|ganze\s+|halbe\s+)?)?(?:{_UNIT})",
    r"(?:duration|dauer):?\W{0,4}\d",
    r"(?:half|viertel|halbe|quarter of an)[\s-]*(?:hour|stunde)",
    rf"(?:from|between|von|zwischen)\s+(?:about\s+|etwa\s+)?{_CLOCK}[^.\n]{{0,40}}?(?:to|until|and|bis|und|till)\s+(?:etwa\s+)?\d",
    rf"{_CLOCK}\s*(?:-|–|—|to|until|bis)\s*{_CLOCK}",
)
"""How long it lasted."""

CAUSE = _any(
    *r"""caus(?:e|ed|es|ing)\b|because\b|reasons?\b|due\sto\b|led\sto\b|result(?:ed)?\s(?:of|from)|trigger(?:ed|s)?\b|
    owing\sto\b|came\sfrom\b|blocked\b|brought\son\b|thanks\sto\b|fault\sof\b|wasn?(?:'t|’t)?\sto\sblame|after\san?\s|
    ursachen?\b|grund\b|gründe\b|weil\b|wegen\b|aufgrund\b|auf\sgrund\b|verursacht|ausgelöst|auslöser|lag\s(?:es\s)?an|
    schuld\b|durch\b|infolge|nachdem\b|da\b|denn\b|hervorgerufen|zurückzuführen|
    expired\b|faulty\b|overload|ran\sout|misconfigur|mistake|bugs?\b|fault\sin|failure\sof|abgelaufen|überlast|
    versehen|fehler\s(?:in|bei|beim|im)\b""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Why it happened."""

WHAT_NOW = _any(
    *r"""please\b|you\scan\b|you\smay\b|you\sshould\b|you\sdo\s|you\sdon['’]t|you\sneed|you\shave\sto|you\smust|you\swill|
    if\syour?\b|what\sto\sdo|nothing\b|no\saction|no\sfurther\saction|try\s|reload|retry|restart|start\s|sign\sin|log\sin|
    open\sthe|choose\b|contact\sus|write\sto\sus|clear\s(?:the|your)|repeat\b|send\s.{0,20}again|needs?\sto\sbe\sdone|resend\b|
    actions?\s(?:is\s)?(?:needed|required)|once\smore|bitte\b|sie\s(?:können|müssen|brauchen|sollten|dürfen)|
    können\ssie|müssen\ssie|brauchen\ssie|falls\s|wenn\ssie|
    nichts\b|nicht\snötig|laden\ssie|versuchen\ssie|starten\ssie|öffnen\ssie|melden\ssie|wählen\ssie|schreiben\ssie|
    keine\smaßnahmen|was\ssie\s|zu\stun\b""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""What customers have to do now."""

STEPPED_BACK = _any(
    r"again\b|back\b|return(?:s|ed)?\b|still\b|not\b|\w+n['’]t\b|no longer\b|another\b|new\b|second\b|reopen|"
    r"relapse|continu|remain|but\b|however|unfortunately|more (?:than|time)|worse|failed|recur",
    r"erneut|wieder|zurück|noch\b|doch\b|weiter|nicht\b|kein|aber\b|jedoch|leider|andere|neue[rsn]?\b|zweite|schlimmer",
)
"""Words of an update that says why it went back."""

WORKAROUND = _any(
    r"work[\s-]?arounds?\b|way (?:a?round|to avoid)\b|ways (?:a?round|to avoid)\b|as an alternative\b|alternatively\b",
    r"in the meantime,? (?:you can|please|use|try)|until then,? (?:you can|please|use|try)",
    r"umgeh(?:en|ung|ungslösung)\b|behelf|übergangslösung|ausweichlösung|alternativ\b|"
    r"(?:bis dahin|in der zwischenzeit|solange|so lange|vorerst) (?:können sie|bitte|nutzen sie|verwenden sie)",
)
"""A way for customers to help themselves meanwhile."""

NO_WORKAROUND = _any(r"no\b|not\b|none\b|never\b|kein|nicht\b|\w+n['’]t\b")
"""Words of a sentence that says there is none."""


def names_workaround(body: str) -> bool:
    """Tell whether a sentence of a text names a way round the problem."""
    return any(WORKAROUND.search(text) and not NO_WORKAROUND.search(text) for text in sentences(body))


EMERGENCY = _any(r"emergency\b|urgent\b|unplanned\b|notfall|dringend|außerplanmäßig|ungeplant|eilig")
"""Titles of work that could not be told ahead."""
