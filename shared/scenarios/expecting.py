"""Sentences that say what has to be told."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from shared.domain.alert import AlertKind
from shared.domain.finding import Rule
from shared.domain.notices import NoticeReason
from shared.scenarios.phrases import Form, Found, spell_shares
from shared.scenarios.script import Wanted

_SEVERITY = "critical|warning|info"
_VERDICT = "pass|fail|inconclusive|error"


def _notice(wanted: Wanted) -> Callable[[Found], dict[str, object]]:
    def read(found: Found) -> dict[str, object]:
        return {
            "wanted": wanted,
            "kind": _known(found.text("kind"), [kind.value for kind in AlertKind], "alert"),
            "severity": found.optional("word"),
        }

    return read


def _to_receiver(found: Found) -> dict[str, object]:
    reason = found.optional("reason")
    return {
        "wanted": Wanted.NOTICE,
        "kind": reason and _known(reason, [one.value for one in NoticeReason], "reason"),
        "severity": found.optional("word"),
        "key": found.text("receiver"),
    }


def _nothing(found: Found) -> dict[str, object]:
    return {"wanted": Wanted.NOTHING, "key": found.optional("receiver") or ""}


def _verdict(found: Found) -> dict[str, object]:
    rule = _known(found.text("rule"), [rule.value for rule in Rule], "rule")
    return {"wanted": Wanted.VERDICT, "kind": rule, "verdict": found.text("word")}


def _promotion(wanted: Wanted) -> Callable[[Found], dict[str, object]]:
    return lambda found: {
        "wanted": wanted,
        "thing": found.optional("model"),
        "kind": found.optional("stage") or found.optional("word"),
    }


def _shares(wanted: Wanted) -> Callable[[Found], dict[str, object]]:
    return lambda found: {
        "wanted": wanted,
        "thing": found.optional("endpoint"),
        "value": spell_shares(found.shares("shares")),
    }


def _tag(found: Found) -> dict[str, object]:
    return {
        "wanted": Wanted.TAG,
        "thing": found.text("model"),
        "key": found.text("name"),
        "value": found.text("text"),
    }


def _just(wanted: Wanted) -> Callable[[Found], dict[str, object]]:
    return lambda found: {"wanted": wanted, "thing": found.optional("model")}


EXPECTATIONS: Mapping[Form, Callable[[Found], dict[str, object]]] = {
    Form(f"expect alert KIND [{_SEVERITY}] [of THING] [TEXT]"): _notice(Wanted.ALERT),
    Form("expect resolve KIND [of THING] [because TEXT]"): _notice(Wanted.RESOLVE),
    Form("expect request retraining of THING [because TEXT]"): _just(Wanted.RETRAINING),
    Form("expect request promotion of MODEL [to STAGE]"): _promotion(Wanted.PROMOTION),
    Form("expect request rollback of MODEL [in STAGE] [because TEXT]"): _promotion(Wanted.ROLLBACK),
    Form("expect check of MODEL passes|fails [because TEXT]"): _promotion(Wanted.CHECK),
    Form("expect traffic SHARES [of ENDPOINT]"): _shares(Wanted.TRAFFIC),
    Form("expect mirror SHARES [of ENDPOINT]"): _shares(Wanted.MIRROR),
    Form("expect tag NAME TEXT of MODEL"): _tag,
    Form(f"expect verdict {_VERDICT} of RULE [for THING] [because TEXT]"): _verdict,
    Form("expect refusal [TEXT]"): _just(Wanted.REFUSAL),
    Form("expect dead letter [because TEXT]"): _just(Wanted.DEAD_LETTER),
    Form(
        f"expect notice [{_SEVERITY}] to RECEIVER [because REASON] [of THING] [TEXT]"
    ): _to_receiver,
    Form("expect nothing [to RECEIVER]"): _nothing,
    Form("nothing fires"): _just(Wanted.NOTHING_FIRING),
    Form("KIND fires [of THING]"): _notice(Wanted.FIRING),
}
"""What may be expected, by its form."""


def read_expectation(sentence: str) -> dict[str, object] | None:
    """The fields of an Expectation but its times; None for a sentence that expects nothing.

    Raises ValueError naming a kind or rule that does not exist.
    """
    for form, read in EXPECTATIONS.items():
        values = form.match(sentence)
        if values is not None:
            found = Found(values=values)
            fields = read(found)
            for name, key in (("thing", "thing"), ("text", "text")):
                if key in found:
                    fields[name] = found.text(key)
            return fields
    return None


def _known(word: str, words: list[str], what: str) -> str:
    if word in words:
        return word
    close = get_close_matches(word, words, n=1)
    hint = f"write {close[0]}" if close else f"known are {', '.join(words)}"
    raise ValueError(f"there is no {what} {word!r}; {hint}")
