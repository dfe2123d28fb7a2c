"""The infrastructure names what the code uses; it was never compiled here, so text is compared."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = (ROOT / "infra" / "app.bicep").read_text()
EVENTS = (ROOT / "infra" / "events.bicep").read_text()
FUNCTIONS = "".join(path.read_text() for path in (ROOT / "functions").glob("*.py"))


def test_every_queue_topic_and_subscription_of_a_trigger_is_deployed():
    used = set(re.findall(r'(?:queue_name|topic_name|subscription_name)="([^"]+)"', FUNCTIONS))

    assert used == {"checks", "retraining-requests", "promotion-requests", "alerts", "log"}
    for name in used:
        assert f"name: '{name}'" in APP


def test_every_schedule_is_set_as_in_the_sample_settings():
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    for setting in set(re.findall(r"%(\w+)%", FUNCTIONS)):
        assert f"{setting}: '{sample[setting]}'" in APP


def test_events_are_delivered_to_functions_that_exist():
    for name in re.findall(r"/functions/(\w+)", EVENTS):
        assert f'function_name("{name}")' in FUNCTIONS


def test_no_key_is_read_or_put_out_and_local_sign_in_is_off():
    text = APP + EVENTS + (ROOT / "infra" / "main.bicep").read_text()

    assert "listKeys" not in text
    assert "allowSharedKeyAccess: false" in APP
    assert APP.count("disableLocalAuth: true") == 1
    assert not re.search(r"^output .*(key|secret|connection)", text, re.IGNORECASE | re.MULTILINE)


def test_settings_that_flex_consumption_refuses_are_absent():
    for refused in ("FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE", "linuxFxVersion"):
        assert refused not in APP


def test_every_module_exists():
    for path in re.findall(r"module \w+ '([^']+)'", (ROOT / "infra" / "main.bicep").read_text()):
        assert (ROOT / "infra" / path).is_file()
