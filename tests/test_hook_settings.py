"""What the settings of the hooks mean, and which faults close the hooks and nothing else."""

import pytest

from shared.environment import InvalidSetting
from shared.hook_settings import HookRule, HookSettings
from shared.settings import Settings
from tests.test_settings import AZURE

GOOD = "a-secret-of-enough-signs-0123"


def read(in_cloud=True, **environment):
    return HookSettings.from_environment(
        {f"DRIFTGATE_{name}": value for name, value in environment.items()}, in_cloud=in_cloud
    )


def test_on_a_machine_nothing_is_asked_for_unless_a_secret_is_set():
    assert read(in_cloud=False) == HookSettings()
    assert read(in_cloud=False, HOOK_SECRET=GOOD).rule is HookRule.SECRET
    assert read(in_cloud=False, HOOKS="secret").fault is not None


def test_in_the_cloud_a_secret_is_needed_and_one_missing_does_not_stop_the_app():
    settings = Settings.from_environment(AZURE)

    assert settings.hooks.rule is HookRule.SECRET
    assert settings.hooks.fault.startswith("DRIFTGATE_HOOK_SECRET is not set; set it, or")


def test_only_the_word_for_it_lets_calls_in_by_the_function_key_alone():
    assert read(HOOKS="function-key-only", HOOK_SECRET=GOOD) == HookSettings()
    with pytest.raises(InvalidSetting, match=r"^DRIFTGATE_HOOKS is 'none'; use `secret` or"):
        read(HOOKS="none")


@pytest.mark.parametrize("names", [("HOOK_SECRET",), ("HOOK_SECRET", "HOOK_SECRET_NEXT")])
def test_one_secret_or_two_may_be_known(names):
    settings = read(**{name: f"{GOOD}-{name}" for name in names})

    assert settings.secrets == tuple(f"{GOOD}-{name}" for name in names)
    assert settings.fault is None


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("short", "DRIFTGATE_HOOK_SECRET is too weak; use 24 printable ASCII signs or more."),
        ("ä" * 30, "DRIFTGATE_HOOK_SECRET is too weak; use 24 printable ASCII signs or more."),
        (
            "@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/x)",
            "DRIFTGATE_HOOK_SECRET is still the reference to a vault;",
        ),
    ],
)
def test_a_value_that_is_no_secret_closes_the_hooks_and_is_not_told(value, sentence):
    settings = read(HOOK_SECRET=value)

    assert settings.fault.startswith(sentence)
    assert value not in settings.fault
    assert value not in repr(settings)
