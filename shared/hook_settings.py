"""Settings of the hooks that others call: the secret they show beside the function key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from shared.environment import PREFIX, InvalidSetting

SECRET = f"{PREFIX}HOOK_SECRET"
NEXT_SECRET = f"{PREFIX}HOOK_SECRET_NEXT"
FEWEST_SIGNS = 24
_REFERENCE = "@Microsoft.KeyVault("


class HookRule(Enum):
    """What a call of a hook has to show besides the function key that the host asks for."""

    SECRET = "secret"  # noqa: S105  the name of a rule
    FUNCTION_KEY_ONLY = "function-key-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSettings:
    """The rule, and the secrets that are known: two while one takes the other's place.

    With a `fault` the hooks are closed and say so in the log; nothing else is stopped by it.
    """

    rule: HookRule = HookRule.FUNCTION_KEY_ONLY
    secrets: tuple[str, ...] = field(default=(), repr=False)
    fault: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, in_cloud: bool) -> "HookSettings":
        """Read them: in the cloud a secret is wanted unless a setting says that there is none.

        Raises InvalidSetting for a rule that does not exist.
        """
        written = environment.get(f"{PREFIX}HOOKS")
        try:
            rule = HookRule(written or HookRule.SECRET.value)
        except ValueError as problem:
            raise InvalidSetting(
                f"{PREFIX}HOOKS is {str(written)[:40]!r}; use `secret` or `function-key-only`."
            ) from problem
        given = {
            name: value
            for name in (SECRET, NEXT_SECRET)
            if (value := (environment.get(name) or "").strip())
        }
        if rule is HookRule.FUNCTION_KEY_ONLY or not (given or written or in_cloud):
            return cls()
        return cls(rule=rule, secrets=tuple(given.values()), fault=_fault(given))


def _fault(given: Mapping[str, str]) -> str | None:
    if not given:
        return (
            f"{SECRET} is not set; set it, or {PREFIX}HOOKS to `function-key-only` to let calls in "
            "without it."
        )
    for name, value in given.items():
        if value.startswith(_REFERENCE):
            return (
                f"{name} is still the reference to a vault; give the app's identity the role Key "
                "Vault Secrets User on it, and see that the secret exists."
            )
        if len(value) < FEWEST_SIGNS or not (value.isascii() and value.isprintable()):
            return f"{name} is too weak; use {FEWEST_SIGNS} printable ASCII signs or more."
    return None
