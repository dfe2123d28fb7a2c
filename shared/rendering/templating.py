"""Templates that replace a message's text: read as data, and bounded in time and size.

A template may look at values, choose and repeat. It may not call, assign, import or reckon, so that
nothing it says can grow without end; every turn of its loops and all its filters make are counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import format_time
from shared.domain.notices import NoticedAlert
from shared.domain.policy import ChannelKind
from shared.domain.wording import spell_duration, spell_time
from shared.ports import Sending
from shared.rendering.addresses import report_of
from shared.rendering.escaping import clean, clean_line, unlinked
from shared.rendering.shortening import shortened
from shared.rendering.wording import importance, lasting, state_of, why_now

if TYPE_CHECKING:
    import jinja2
    import jinja2.nodes

_SOURCE = 20_000
_OUTPUT = 12_000
_TURNS = 2_000
_WORK = 1_000_000
"""Parts looked at in loops and letters made by filters; 50 alerts of the longest take a fifth."""

_A_FILTER = 10
_DIGITS = 10
_ALERTS = 50
_TEXT = 4_000
_DEPTH = 30
_HTML = re.compile(r"\.html?(?:\.|$)")
_SHOW_HTML = frozenset({ChannelKind.EMAIL, ChannelKind.WORK_ITEM})
_FILTERS = frozenset(
    {"abs", "capitalize", "count", "d", "default", "e", "escape", "first", "int", "items"}
    | {"join", "last", "length", "lower", "round", "title", "trim", "truncate", "upper"}
)


class TemplateFailed(Exception):
    """A template that cannot be used; the sentence says why."""


def is_html(sending: Sending) -> bool:
    """Whether the template is named as HTML, such as `mail.html.j2`."""
    return _HTML.search(sending.receiver.template or "") is not None


def render_template(sending: Sending) -> str:
    """What the template writes of a notice, cut where it is too long.

    Values are escaped where it is HTML. Raises TemplateFailed.
    """
    source = sending.template or ""
    if len(source) > _SOURCE:
        raise TemplateFailed(f"it has {len(source)} characters, and may have {_SOURCE}.")
    if is_html(sending) and sending.receiver.channel not in _SHOW_HTML:
        channel = sending.receiver.channel.value
        raise TemplateFailed(f"it is named as HTML, which {channel} does not show; rename it.")
    import jinja2

    budget = _Budget()
    try:
        template = _template(source, is_html(sending))
        parts: list[str] = []
        size = 0
        told = variables(sending)
        for part in template.generate(**told, _counted=budget.counted, _weighed=budget.weighed):
            parts.append(part)
            size += len(part)
            if size > _OUTPUT:
                break
    except TemplateFailed:
        raise
    except jinja2.TemplateSyntaxError as problem:
        said = clean_line(problem.message or "")[:160].rstrip(".")
        raise TemplateFailed(f"line {problem.lineno}: {said}.") from problem
    except (
        jinja2.TemplateError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        NameError,
        RecursionError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as problem:
        said = clean_line(str(problem))[:160].rstrip(".") or type(problem).__name__
        raise TemplateFailed(f"{said}.") from problem
    made = "".join(parts).encode(errors="replace").decode()
    text = shortened(made.strip(), _OUTPUT)
    if not text:
        raise TemplateFailed("it wrote nothing.")
    return text


def variables(sending: Sending) -> dict[str, Any]:
    """What a template may look at: text, numbers and truth alone, everything cleaned."""
    notice = sending.notice
    ranked = sorted(notice.alerts, key=importance)[:_ALERTS]
    return {
        "title": clean_line(notice.title)[:300],
        "state": state_of(notice).value,
        "severity": notice.severity.value,
        "reason": notice.reason.value,
        "why": why_now(notice),
        "scope": clean_line(notice.scope)[:120],
        "receiver": clean_line(notice.receiver)[:120],
        "labels": _labels(notice.labels),
        "number": notice.number,
        "made": format_time(notice.made),
        "since": format_time(notice.since),
        "omitted": notice.omitted + len(notice.alerts) - len(ranked),
        "held": notice.held,
        "folded": {clean_line(kind)[:80]: count for kind, count in notice.folded.items()},
        "summary": unlinked(clean(notice.summary or ""))[:600],
        "alerts": [_alert(alert, sending) for alert in ranked],
        "firing": [_alert(alert, sending) for alert in ranked if alert.ended is None],
        "ended": [_alert(alert, sending) for alert in ranked if alert.ended is not None],
    }


def _alert(alert: NoticedAlert, sending: Sending) -> dict[str, Any]:

    made, ours = sending.notice.made, sending.public_url

    def told(text: str) -> str:
        return shortened(unlinked(clean(text), ours), _TEXT)

    return {
        "fingerprint": clean_line(alert.fingerprint)[:64],
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "subject": clean_line(alert.subject)[:300],
        "title": told(clean_line(alert.title)),
        "text": told(alert.text),
        "first_step": told(alert.first_step),
        "since": spell_time(alert.since),
        "lasting": lasting(alert, made),
        "duration": _duration(alert, made),
        "labels": _labels(alert.labels),
        "new": alert.new,
        "over": alert.ended is not None,
        "ended_by": told(clean_line(alert.over or "")),
        "owner": clean_line(alert.owner or "")[:120],
        "flapping": alert.flapping,
        "report": report_of(sending, alert.fingerprint) or "",
    }


def _duration(alert: NoticedAlert, made: datetime) -> str:
    return spell_duration(max((alert.ended or made) - alert.since, alert.since - alert.since))


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    return {clean_line(name)[:80]: clean_line(value)[:200] for name, value in labels.items()}


class _Budget:
    """The turns that all loops of one template may take together, and the work of them."""

    def __init__(self) -> None:
        self._turns = _TURNS
        self._work = _WORK

    def counted(self, things: Iterable[Any], parts: int) -> Iterator[Any]:
        """The same things, each counted, with the parts that are looked at for each."""
        for thing in things:
            self._turns -= 1
            if self._turns < 0:
                raise TemplateFailed(f"its loops take more than {_TURNS} turns.")
            self._spend(parts)
            yield thing

    def weighed(self, made: Any) -> Any:
        """The same thing that a filter made, its letters counted."""
        self._spend(_A_FILTER + (len(made) if isinstance(made, str) else 0))
        return made

    def _spend(self, work: int) -> None:
        self._work -= work
        if self._work < 0:
            raise TemplateFailed("its loops and filters have too much to do; write it shorter.")


@cache
def _environment(escaped: bool) -> "jinja2.Environment":
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=escaped,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    environment.globals.clear()
    environment.filters = {
        name: made for name, made in environment.filters.items() if name in _FILTERS
    }
    environment.filters |= {"join": _joined, "round": _rounded}
    return environment


def _joined(things: Any, between: str = "") -> str:
    """Lists alone, so that no text is made longer again and again."""
    if not isinstance(things, list):
        raise TemplateFailed("join is for lists.")
    if len(between) > 20:
        raise TemplateFailed("join puts at most 20 characters between two.")
    return str(between).join(str(thing) for thing in things)


def _rounded(value: Any, precision: int = 0, method: str = "common") -> Any:
    """To few digits alone: ten to the power of many takes all the time there is."""
    from jinja2.filters import do_round

    if not 0 <= precision <= _DIGITS:
        raise TemplateFailed(f"round takes 0 to {_DIGITS} digits.")
    return do_round(value, precision, method)  # type: ignore[arg-type]


def _template(source: str, escaped: bool) -> "jinja2.Template":
    import jinja2
    from jinja2 import nodes

    environment = _environment(escaped)
    tree = environment.parse(source)
    _check(tree, 0)
    for loop in list(tree.find_all(nodes.For)):
        parts = sum(1 for _ in loop.find_all(nodes.Node))
        counted = [loop.iter, nodes.Const(parts)]
        loop.iter = nodes.Call(nodes.Name("_counted", "load"), counted, [], None, None)
    for parent in [tree, *tree.find_all(nodes.Node)]:
        _weigh_filters(parent)
    tree.set_environment(environment)
    code = environment.compile(tree)
    return jinja2.Template.from_code(environment, code, environment.globals)


def _weigh_filters(parent: "jinja2.nodes.Node") -> None:
    """Put the count around each filter that stands right below a node."""
    from jinja2 import nodes

    for name, below in list(parent.iter_fields()):
        if isinstance(below, nodes.Filter):
            setattr(parent, name, _weighed(below))
        elif isinstance(below, list):
            below[:] = [_weighed(one) if isinstance(one, nodes.Filter) else one for one in below]


def _weighed(filtered: "jinja2.nodes.Filter") -> "jinja2.nodes.Call":
    from jinja2 import nodes

    return nodes.Call(nodes.Name("_weighed", "load"), [filtered], [], None, None)


def _check(node: "jinja2.nodes.Node", depth: int) -> None:
    from jinja2 import nodes

    allowed = (
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.Tuple,
        nodes.Const,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Filter,
        nodes.Test,
        nodes.Compare,
        nodes.Operand,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.CondExpr,
        nodes.If,
        nodes.For,
        nodes.Keyword,
    )
    if depth > _DEPTH:
        raise TemplateFailed(f"it is nested more than {_DEPTH} deep.")
    if not isinstance(node, allowed):
        line, kind = getattr(node, "lineno", 0), type(node).__name__.lower()
        raise TemplateFailed(
            f"line {line}: {kind} is not allowed; a template may only look, choose and repeat."
        )
    named = getattr(node, "attr", None) if isinstance(node, nodes.Getattr) else None
    if isinstance(node, nodes.Name):
        named = node.name
    if isinstance(named, str) and named.startswith("_"):
        raise TemplateFailed(f"line {node.lineno}: {named[:40]} is private.")
    if isinstance(node, nodes.For) and node.recursive:
        raise TemplateFailed(f"line {node.lineno}: a loop may not be recursive.")
    for child in node.iter_child_nodes():
        _check(child, depth + 1)
