"""Templates of the console to pages: everything escaped, times as people read them."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse, Response

from shared.domain.action_text import action_text
from shared.domain.canonical import parse_time
from shared.domain.roles import Role
from shared.domain.wording import one_line, spell_count, spell_duration, spell_number
from shared.web.console.assets import address_of
from shared.web.console.navigation import Place

if TYPE_CHECKING:
    import jinja2

HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Vary": "Accept",
}
_TEMPLATES = Path(__file__).resolve().parent / "templates"
_SHARED = [_TEMPLATES.parents[1] / "reports" / "templates"]
"""Parts of reports that pages of the console show too."""


def shown(template: str, code: int = 200, **values: Any) -> Response:
    """The page of a template of `templates/`."""
    html = _environment().get_template(template).render(**values)
    return HTMLResponse(html, status_code=code, headers=HEADERS)


@cache
def _environment() -> "jinja2.Environment":
    """One for the process, so that a template is compiled once."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([_TEMPLATES, *_SHARED]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset=address_of, Place=Place, Role=Role)
    made.filters.update(
        line=_line,
        acted=action_text,
        minute=minute,
        iso=_iso,
        ago=ago,
        lasting=lasting,
        number=spell_number,
        counted=spell_count,
    )
    return made


def minute(time: datetime | str | None) -> str:
    """A time to the minute, in UTC, as a table shows it.

    >>> minute("2026-02-03T04:05:06Z"), minute(None)
    ('2026-02-03 04:05', '')
    """
    read = _read(time)
    return "" if read is None else read.strftime("%Y-%m-%d %H:%M")


def ago(time: datetime | str | None, now: datetime) -> str:
    """How long ago it was, or in how long it will be.

    >>> ago("2026-02-03T04:05:00Z", parse_time("2026-02-03T05:05:00Z"))
    '1 h ago'
    >>> ago("2026-02-03T05:05:30Z", parse_time("2026-02-03T05:05:00Z"))
    'now'
    """
    read = _read(time)
    if read is None:
        return ""
    passed = now - read
    if abs(passed) < timedelta(minutes=1):
        return "now"
    rounded = _rounded(abs(passed))
    return f"{rounded} ago" if passed > timedelta() else f"in {rounded}"


def lasting(begun: datetime | str | None, now: datetime) -> str:
    """How long something that began then has lasted; its time where that is still to come."""
    read = _read(begun)
    if read is None:
        return ""
    return f"for {_rounded(now - read)}" if now - read >= timedelta(minutes=1) else "just now"


def _rounded(passed: timedelta) -> str:
    """Minutes below two hours, hours below two days, days beyond."""
    if passed >= timedelta(days=2):
        return spell_duration(timedelta(days=passed.days))
    unit = timedelta(hours=1) if passed >= timedelta(hours=2) else timedelta(minutes=1)
    return spell_duration(passed // unit * unit)


def _iso(time: datetime | str | None) -> str:
    read = _read(time)
    return "" if read is None else read.isoformat()


def _read(time: datetime | str | None) -> datetime | None:
    return parse_time(time) if isinstance(time, str) else time


def _line(text: object, most: int = 200) -> str:
    """Somebody's text on one line, without what cannot be printed."""
    return one_line(str(text), most)
