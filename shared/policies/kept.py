"""The fleet's rules outlive their file: a slip of the pen keeps nobody from being called."""

from collections.abc import Sequence

from shared.domain.canonical import to_plain
from shared.domain.policy import Fleet, Policy
from shared.errors import InvalidPolicy
from shared.ports import Policies, Profiles

_NAME = "fleet/last-good"
GONE = (
    "fleet.yaml is gone; put it back, or write one with `receivers: []` where nobody is to be told."
)


class KeptPolicies:
    """Policies as they are; of the fleet's file the last good one, while it is wrong or gone.

    What was good is kept among the profiles, so that it outlives a restart too.
    """

    def __init__(self, policies: Policies, profiles: Profiles) -> None:
        self._policies = policies
        self._profiles = profiles
        self._last: Fleet | None = None

    def for_model(self, model: str) -> Policy | None:
        """The model's policy. Raises InvalidPolicy when its file is wrong."""
        return self._policies.for_model(model)

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint."""
        return self._policies.for_endpoint(endpoint)

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name."""
        return self._policies.all()

    def fleet(self) -> Fleet | None:
        """The fleet's file, or the last good one; None where there never was any.

        Raises InvalidPolicy where it is wrong and never was right.
        """
        try:
            fleet = self._policies.fleet()
        except InvalidPolicy:
            kept = self._recalled()
            if kept is None:
                raise
            return kept
        if fleet is None:
            return self._recalled()
        if fleet is not self._last:
            self._remember(fleet)
        return fleet

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file, and one for a fleet's file that is gone.

        It is asked at each heartbeat, so the fleet's file is known before it is needed.
        """
        problems = list(self._policies.problems())
        try:
            gone = self.fleet() is not None and self._policies.fleet() is None
        except InvalidPolicy:
            return problems
        return [*problems, GONE] if gone else problems

    def template(self, name: str) -> str:
        """The text of a template beside the policies. Raises NotFound."""
        return self._policies.template(name)

    def _remember(self, fleet: Fleet) -> None:
        if fleet != self._recalled():
            plain = to_plain(fleet)
            self._profiles.save(_NAME, {"fleet": plain})
        self._last = fleet

    def _recalled(self) -> Fleet | None:
        if self._last is None:
            kept = self._profiles.load(_NAME)
            if kept is not None:
                self._last = _decoded(kept["fleet"])
        return self._last


def _decoded(plain: object) -> Fleet | None:
    """None for what an older version wrote in another form."""
    import msgspec

    try:
        return msgspec.convert(plain, Fleet, strict=False)
    except msgspec.ValidationError:
        return None
