"""Matchers as people write them, and what is refused before it silences too much or nothing."""

import pytest

from shared.domain.notices import Matcher
from shared.domain.notices.matching import matchers_of, spell_matchers
from shared.errors import InvalidData

READ = [
    ("one", "kind=drift", "kind=drift"),
    ("several, in order", "severity!=critical  kind=drift", "kind=drift severity!=critical"),
    ("one said twice", "kind=drift kind=drift", "kind=drift"),
    ("a pattern", "deployment=green-* kind=kpi_?*", "deployment=green-* kind=kpi_?*"),
    ("a value with blanks", "column='years at work'", "column='years at work'"),
    ("the same in double quotes", 'column="years at work"', "column='years at work'"),
    ("an apostrophe", 'column="driver\'s age"', 'column="driver\'s age"'),
    ("a value that has to be missing", "kind=drift batch=", "batch='' kind=drift"),
    ("a sign in a value", "shares=blue=90,green=10", "shares=blue=90,green=10"),
    ("another alphabet", "column=доход", "column=доход"),
    ("a backslash's neighbour, the slash", "subject=endpoint/loan*", "subject=endpoint/loan*"),
    ("how a fingerprint begins", "fingerprint=9c1d*", "fingerprint=9c1d*"),
    ("one field twice with a pattern", "column=a* column=*b", "column=*b column=a*"),
]
REFUSED = [
    ("nothing", " ", "matchers is empty; name what is meant, such as kind=drift deployment="),
    ("no field", "drift", "matchers has 'drift', which is no matcher; write kind=drift or"),
    ("no name of a field", "=drift", "matchers has '=drift', which is no matcher"),
    ("everything", "kind=*", "matchers fits every alert; name what is meant"),
    ("everything in other words", "kind=?* model=**", "matchers fits every alert"),
    ("all but something", "severity!=critical", "matchers fits every alert"),
    ("what is empty alone", "batch=", "matchers fits every alert"),
    ("a regular expression", "kind=~drift.*", "matchers has 'kind=~drift.*'; patterns know * and"),
    ("an expression's any", "deployment=green.*", "patterns know * and ? alone and no regular"),
    ("a choice", "kind=drift|slow", "patterns know * and ? alone and no regular expressions"),
    ("a set of letters", "deployment=[bg]*", "patterns know * and ? alone"),
    ("two signs", "kind==drift", "patterns know * and ? alone"),
    ("an end of line", "deployment=green$", "patterns know * and ? alone"),
    ("a misspelt kind", "kind=drfit", "which no alert has; write for example drift"),
    ("a misspelt field", "knd=drift", "knd is no field of alerts, write kind."),
    ("a misspelt field that is denied", "kind=drift modle!=a", "modle is no field of alerts, writ"),
    ("a kind in capitals", "kind=DRIFT", "matchers has 'kind=DRIFT', which no alert has"),
    ("a severity that is none", "kind=drift severity=high", "write for example critical, warning"),
    ("a fingerprint that is none", "fingerprint=xyz", "a fingerprint has 16 of the characters"),
    ("two values of one field", "deployment=blue deployment=green", "names two values of deploy"),
    ("an open quote", "column='years", "matchers opens a quote that nothing closes; close it."),
    ("text that turns around", "column=a\u202eb", "with characters that cannot be printed"),
    ("a bell", "column=a\x07b", "matchers has 'column=ab', with characters that cannot be"),
    ("a line break within quotes", "column='a\nb'", "with characters that cannot be printed"),
    ("a long pattern", f"column={'a' * 201}", "matchers has more than 200 characters for column"),
    ("very many", " ".join(f"l{n}=a" for n in range(21)), "matchers has more than 20; write fewer"),
    ("a very long text", "kind=drift " * 1_000, "matchers has more than 1000 characters"),
]


@pytest.mark.parametrize(("text", "written"), [r[1:] for r in READ], ids=[r[0] for r in READ])
def test_what_is_written_is_read_and_written_again_as(text, written):
    matchers = matchers_of(text)

    assert spell_matchers(matchers) == written
    assert matchers_of(written) == matchers


@pytest.mark.parametrize(
    ("text", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_would_silence_too_much_or_nothing_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(InvalidData) as refusal:
        matchers_of(text)

    assert sentence in str(refusal.value)
    assert str(refusal.value).isprintable()


def test_a_matcher_knows_its_field_its_pattern_and_whether_it_excludes():
    assert matchers_of("deployment!=green-* kind=drift") == (
        Matcher(field="deployment", pattern="green-*", negated=True),
        Matcher(field="kind", pattern="drift"),
    )
