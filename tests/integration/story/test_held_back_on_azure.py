"""What people say of alerts over HTTP, and what they are told of why, on Azure's adapters."""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ANNA = {"X-MS-CLIENT-PRINCIPAL-NAME": "anna@example.org"}


def test_a_silence_and_an_acknowledgement_are_said_obeyed_and_explained(told):
    told.fleet("room", "pager")
    people = told.people
    said = {"matchers": "kind=no_traffic", "for": "2h", "reason": "load test"}
    silence = told.call("POST", "silences", said, **ANNA)["silence"]["id"]
    told.drain()
    told.incident()
    told.later(seconds=30)

    assert (people.texts, people.incidents) == ({}, {})
    [fingerprint] = told.ledger.state("alerts/loan-default").state["scope"]["lives"]
    found = told.call("GET", f"explain/alert {fingerprint}")["explanation"]
    assert found["now"][1].startswith("pager was not told yet; held back now (silence")
    assert "anna@example.org silenced it until" in found["now"][1]

    told.call("DELETE", f"silences/{silence}", {"reason": "done"}, **ANNA)
    told.drain()
    assert "What held it back has ended, and it is not over." in people.texts["1.0"]
    assert list(people.incidents.values()) == [["trigger"]]

    told.call("POST", "acknowledgements", {"fingerprint": fingerprint, "reason": "on it"}, **ANNA)
    told.drain()
    told.later(minutes=5)
    assert list(people.texts) == ["1.0"]
    assert "anna@example.org has taken it on." in people.texts["1.0"]
    assert list(people.incidents.values()) == [["trigger", "acknowledge"]]
    page = told.page(f"alerts/{fingerprint}")
    for moment in ("silence, held", "silence, withdrawn", "notice, delivered", "takes it on until"):
        assert moment in page
