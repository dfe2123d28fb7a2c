"""Pages of the console as a person reads them, and forms as a person sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from shared.web.operations import api
from tests.conftest import Scene
from tests.web.fuzzed import UNLIMITED
from tests.web.platform import Platform, ask, with_access

_VOID = {"input", "meta", "link", "br", "hr", "img"}
_UNSEEN = {"script", "style", "head", "title"}
_FORM = "application/x-www-form-urlencoded"


@dataclass
class SentForm:
    """A form of a page: where it is sent, and what stands in its fields."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What stands on a page: its text, headings, links and forms, and what is wrong in it."""

    def __init__(self, status: int, html: str, location: str | None = None) -> None:
        super().__init__()
        self.status, self.html, self.location = status, html, location
        self.title = ""
        self.headings: list[tuple[int, str]] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[SentForm] = []
        self.ids: list[str] = []
        self.labels = 0
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        """All that can be read, on one line."""
        return " ".join(" ".join(self._texts).split())

    @property
    def h1(self) -> str:
        """The page's one heading of the first level."""
        [(_, text)] = [one for one in self.headings if one[0] == 1]
        return " ".join(text.split())

    def form(self, action: str) -> SentForm:
        """The form that is sent to an address."""
        [found] = [one for one in self.forms if one.action == action and one.method == "post"]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append((int(tag[1]), ""))
        if tag == "a":
            self.links.append((given.get("href", ""), ""))
        if tag == "form":
            self.forms.append(SentForm(given.get("method", "get"), given["action"]))
        checked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if tag in {"input", "textarea", "select"} and self.forms and "name" in given:
            self.forms[-1].fields.setdefault(
                given["name"], given.get("value", "") if checked else ""
            )
        if tag == "option" and "selected" in given and self.forms:
            name = list(self.forms[-1].fields)[-1]
            self.forms[-1].fields[name] = given.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{tag} ends that never began"
        assert self._open[-1] == tag, f"{tag} ends within {self._open[-1]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        if _UNSEEN.intersection(self._open):
            return
        self._texts.append(data)
        if self.headings and any(one in self._open for one in ("h1", "h2", "h3", "h4")):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        if self.links and "a" in self._open:
            address, text = self.links[-1]
            self.links[-1] = (address, text + data)
        if self.forms and "textarea" in self._open:
            name = list(self.forms[-1].fields)[-1]
            self.forms[-1].fields[name] += data


class Console:
    """The console of a scene, for somebody who was given a role."""

    def __init__(self, scene: Scene, role: str | None = "administrator") -> None:
        """Without a role it is the console of one's own machine, where nobody signs in."""
        self.app: Any = api(scene.application, UNLIMITED)
        self.headers: dict[str, str] = {"accept": "text/html"}
        if role is not None:
            self.app = Platform(api(with_access(scene.application), UNLIMITED))
            self.headers["Authorization"] = f"Bearer {role}"

    def get(self, path: str) -> Page:
        """A page; whole and well formed, with one heading of the first level."""
        page = self._page(ask(self.app, "GET", path, **self.headers))
        if page.status != 302:
            assert page.h1
            assert len(page.ids) == len(set(page.ids)), "an id stands twice on the page"
        return page

    def send(self, form: SentForm, **typed: Any) -> Page:
        """What is answered to a form that has these fields filled in besides what stands there."""
        return self.post(form.action, **{**form.fields, **typed})

    def post(self, path: str, **fields: Any) -> Page:
        """What is answered to a form; a field of several texts is sent as often."""
        body = urlencode(fields, doseq=True).encode()
        return self._page(
            ask(self.app, "POST", path, body, **self.headers, **{"content-type": _FORM})
        )

    def _page(self, answer: Any) -> Page:
        where = answer.headers.get("location")
        return Page(answer.status_code, answer.get_body().decode(), where)
