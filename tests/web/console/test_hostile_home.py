"""Every page of a home in which every name and text is hostile: none of it becomes markup."""

import json
import re
import sqlite3
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from shared.bootstrap import build
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.web.console.charts.drawing import drawn
from shared.web.operations import ROUTERS, api
from tests.conftest import NOON
from tests.service.explained import commit
from tests.service.silenced import alert
from tests.web.fuzzed import KNOWN, UNLIMITED, told
from tests.web.platform import Platform, ask, with_access

HOSTILE = (
    '"\'><xss onload=x>{{7*7}}</script></title></textarea></pre>--><svg/onload=x> role="z d="1'
)
LINK = "javascript:alert(1)//xss"
FREE = frozenset(
    {"title", "text", "first_step", "reason", "sentence", "author", "why", "owner", "because"}
    | {"description", "withdrawn_because", "withdrawn_by", "by", "person", "refusal", "missing"}
    | {"note", "pipeline", "stage_name", "champion", "figures", "told", "rule_name", "matchers"}
)
MOST_PAGES = 180
_SCRIPTS = re.compile(r"/console/assets/[0-9a-f]{12}/[\w.-]+\.js")
_OURS = re.compile(
    r"(?:/(?!/)|#|\?|https://(?:dev\.azure\.com|github\.com|ml\.azure\.com|portal\.azure\.com)/)"
)
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href"})


class Checked(HTMLParser):
    """Raises AssertionError for what no template of ours writes; knows where the page leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.leads: set[str] = set()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"xss", "iframe", "object", "embed", "base", "style", "foreignobject"}
        if tag not in {"input", "meta", "link", "br", "hr", "img"}:
            self._open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert re.fullmatch(r"[a-z][a-z0-9:-]*", name), (tag, name)
            if name == "style":
                assert re.fullmatch(r"[a-z0-9 :;.%()-]*", value or "", re.IGNORECASE), value
            if name in _ADDRESSES:
                assert _OURS.match(value or "/"), (tag, name, value)
                if name in {"href", "hx-get"} and (value or "").startswith("/console"):
                    self.leads.add((value or "").partition("#")[0])
        if tag == "script":
            assert _SCRIPTS.fullmatch(dict(attrs).get("src") or ""), attrs

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{tag} ends that never began"
        assert self._open.pop() == tag, tag


def poisoned(value: Any, key: str = "") -> Any:
    """The same with every free text hostile, and a script wherever an address is."""
    if isinstance(value, dict):
        return {name: poisoned(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    if not isinstance(value, str):
        return value
    if value.startswith("http") or key in {"address", "url", "link"}:
        return LINK
    return f"{HOSTILE} {value}" if key in FREE else value


def poison(home: Any) -> None:
    """All that the stores of a home hold."""
    for name, table, columns in (
        ("driftgate.db", "state", ("state",)),
        ("driftgate.db", "decision", ("decision",)),
        ("driftgate.db", "archive", ("event", "body")),
        ("queues.db", "dead_letter", ("message",)),
        ("queues.db", "note", ("note",)),
    ):
        with sqlite3.connect(home / name) as stored:
            for column in columns:
                rows = stored.execute(f"SELECT rowid, {column} FROM {table}").fetchall()  # noqa: S608
                for row, content in rows:
                    if content is None:
                        continue
                    text = json.dumps(poisoned(json.loads(content)))
                    kept = text.encode() if isinstance(content, bytes) else text
                    stored.execute(
                        f"UPDATE {table} SET {column} = ? WHERE rowid = ?",  # noqa: S608
                        (kept, row),
                    )
            stored.execute(f"UPDATE {table} SET rowid = rowid")  # noqa: S608
        stored.close()


@pytest.fixture
def hostile(scene):
    """The application on a home of hostile texts, with subjects of hostile names."""
    told(scene)
    for kind in ("model", "endpoint"):
        named = f"{kind}/{HOSTILE}"
        one = replace(
            alert(deployment=HOSTILE),
            title=HOSTILE,
            text=HOSTILE,
            first_step=HOSTILE,
            subject=named,
            labels={"model": HOSTILE, "endpoint": HOSTILE, "deployment": HOSTILE, HOSTILE: HOSTILE},
        )
        record = AlertRecord(alert=replace(one, since=NOON), status=AlertStatus.FIRING, posted=NOON)
        state = SubjectState(
            alerts={one.fingerprint: record}, versions={HOSTILE: "fail"}, checks={"drift": NOON}
        )
        commit(scene.application.ledger, named, subject=named, state=state)
    poison(scene.home)
    return build(scene.application.settings, clock=scene.clock)


def addresses(method: str = "GET") -> set[str]:
    """Every page there is, of what the scene has and of what is hostile, asked in hostile words."""
    found = set()
    for router in ROUTERS:
        for route in router.routes:
            if not route.path.startswith("/console") or method not in route.methods:
                continue
            plain = route.path.replace(":path", "")
            for choose in (lambda name: KNOWN.get(name, ["x"])[0], lambda _: HOSTILE):
                path = plain
                for name in re.findall(r"{(\w+)}", plain):
                    path = path.replace(f"{{{name}}}", quote(choose(name), safe=""))
                found.add(path)
            if method == "GET":
                named = [one.alias for one in route.dependant.query_params]
                asked = urlencode(dict.fromkeys(named, HOSTILE))
                found |= {f"{path}?{asked}", f"{path}?{urlencode({'said': HOSTILE[:40]})}"}
    return found


def test_nothing_hostile_is_markup_a_link_or_a_header_on_any_page(hostile):
    app = Platform(api(with_access(hostile), UNLIMITED))
    headers = {"accept": "text/html", "Authorization": "Bearer administrator"}
    waiting, known, shown = sorted(addresses()), addresses(), 0

    for path in waiting:
        answer = ask(app, "GET", path, **headers)
        html = answer.get_body().decode()
        assert answer.status_code in {200, 400, 404}, (path, answer.status_code)
        for name, value in answer.headers.items():
            assert "xss" not in value, (path, name, value)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        try:
            page = Checked(html)
        except AssertionError as fault:
            raise AssertionError(f"{path}: {fault}") from fault
        shown += "&lt;xss" in html
        fresh = sorted(page.leads - known)[: max(0, MOST_PAGES - len(waiting))]
        waiting += fresh
        known |= set(fresh)

    assert shown > 30, "the texts are on the pages, as texts"


FIELDS = {
    "reason",
    "author",
    "until",
    "opened",
    "basis",
    "stage",
    "gates",
    "letter",
    "policy",
    "since",
} | {"matchers", "model", "endpoint", "deployment", "traffic", "again", "ending", "lasts"}
FORMS = {
    "empty": b"",
    "hostile": urlencode(dict.fromkeys(FIELDS, HOSTILE)).encode(),
    "likely": urlencode({**dict.fromkeys(FIELDS, "x"), "until": "1d", "opened": "2026"}).encode(),
    "times": urlencode({**dict.fromkeys(FIELDS, "9999-12-31T23:59:59Z"), "reason": "x"}).encode(),
    "past": urlencode({**dict.fromkeys(FIELDS, "0001-01-01T00:00:00+14:00")}).encode(),
    "unprintable": urlencode(dict.fromkeys(FIELDS, "\x00\u202e\r\nLocation: x")).encode(),
    "no text": b"&".join(name.encode() + b"=%ff%fe%ed%a0%80%" for name in sorted(FIELDS)),
    "no unicode": b"reason=\xff\xfe",
    "many": b"&".join(b"reason=x" for _ in range(201)),
    "long": b"reason=" + b"x" * 60_000 + b"&author=x",
    "over": b"reason=" + b"x" * 70_000,
}


def test_no_form_is_answered_by_a_fault_of_ours_or_leads_elsewhere(scene):
    told(scene)
    app = Platform(api(with_access(scene.application), UNLIMITED))
    headers = {
        "accept": "text/html",
        "Authorization": "Bearer administrator",
        "content-type": "application/x-www-form-urlencoded",
    }
    for path, form in product(sorted(addresses("POST")), FORMS):
        if "xss" in path and form != "hostile":
            continue
        answer = ask(app, "POST", path, FORMS[form], **headers)

        assert answer.status_code in {200, 303, 400, 404, 413}, (path, form, answer.status_code)
        Checked(answer.get_body().decode())
        where = answer.headers.get("location", "/console")
        assert re.fullmatch(r"/console[\w/.?=&%+~-]*", where), where


@pytest.mark.parametrize("end", ["", ' role="', ' d="', ' transform="1.23456', ' aria-x="<'])
def test_nothing_hostile_in_a_chart_is_markup(end):
    """Nor does a name that ends as an attribute begins take a part of the picture with it."""
    text = f"{HOSTILE[:30]}{end}"
    svg = drawn(
        {
            "title": text,
            "data": {"values": [{"name": text, "much": 1.0}, {"name": LINK, "much": 2.0}]},
            "mark": {"type": "bar", "tooltip": True},
            "encoding": {
                "x": {"field": "name", "type": "nominal", "title": text},
                "y": {"field": "much", "type": "quantitative"},
                "color": {"field": "name", "type": "nominal"},
            },
        },
        text,
    )

    Checked(str(svg))
    assert f">{escape(text, quote=False)}</text>" in svg
    assert f'aria-label="{escape(text)}"' in svg
