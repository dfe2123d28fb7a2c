"""How much one policy may ask for, and how long a name may be, with the sentence beyond."""

import pytest

from shared.errors import InvalidPolicy
from shared.policies import read_policy
from shared.policies.alert_checks import MOST_ROUTES
from shared.policies.fleet import read_fleet
from shared.policies.fleet_checks import MOST_RECEIVERS
from shared.policies.gate_checks import MOST_LIMITS
from shared.policies.length_checks import LONGEST_NAME, MOST_BATCH, MOST_KPIS
from shared.policies.yaml_files import MOST_FILE


def read(text):
    return read_policy(text.encode(), "loan.yaml")


def kpis(count):
    return "model: loan\nkpis:\n" + "".join(f"- {{name: k{n}}}\n" for n in range(count))


def batch(count):
    named = "".join(f"- {{endpoint: b{n}, every: 1d}}\n" for n in range(count))
    return f"model: loan\nbatch:\n{named}"


def of_size(size):
    head = "model: loan\n# "
    return head + "x" * (size - len(head))


def limits(count):
    named = ", ".join(f"m{n}: {{min: 0.5}}" for n in range(count))
    return f"model: loan\ngates: {{metrics: {{{named}}}}}\n"


def routes(count):
    return "model: loan\nalerts:\n  routes:\n" + "  - {to: [team]}\n" * count


def receivers(count):
    return "receivers:\n" + "".join(f"- {{name: r{n}, channel: log}}\n" for n in range(count))


def test_as_much_as_may_be_is_read():
    assert len(read(kpis(MOST_KPIS)).kpis) == MOST_KPIS
    assert len(read(batch(MOST_BATCH)).batch) == MOST_BATCH
    assert read(f"model: {'m' * LONGEST_NAME}\n").model == "m" * LONGEST_NAME
    assert read(of_size(MOST_FILE)).model == "loan"
    already = len(read("model: loan\n").gates.bounds())
    assert len(read(limits(MOST_LIMITS - already)).gates.bounds()) == MOST_LIMITS
    assert len(read(routes(MOST_ROUTES)).alerts.routes) == MOST_ROUTES
    assert len(read_fleet(receivers(MOST_RECEIVERS).encode(), "f").receivers) == MOST_RECEIVERS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (kpis(MOST_KPIS + 1), "kpis are 201; keep to 200"),
        (batch(MOST_BATCH + 1), "batch are 101; keep to 100"),
        (f"model: {'m' * (LONGEST_NAME + 1)}\n", "model has 256 characters; give a name of 255 at"),
        (f"model: loan\nkpis: [{{name: {'k' * 9_000}}}]\n", r"kpis\[0\].name has 9000 characters"),
        (limits(MOST_LIMITS + 1), "has 30[1-9] limits on metrics.*keep the 300 that matter most"),
        (routes(MOST_ROUTES + 1), "has 201 routes; keep to 200, with patterns"),
        (of_size(MOST_FILE + 1), "has 262145 bytes; keep it below 262144"),
    ],
)
def test_what_is_beyond_is_refused_in_a_short_sentence(text, told):
    with pytest.raises(InvalidPolicy, match=told) as refused:
        read(text)
    assert len(str(refused.value)) < 400
