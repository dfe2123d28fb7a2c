"""The fleet's rules outlive their file: a slip of the pen keeps nobody from being called."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Self

import msgspec

from shared.domain.canonical import to_plain
from shared.domain.policy import Fleet, Policy
from shared.errors import DriftgateError, InvalidPolicy
from shared.ports import Policies, Profiles

_LOG = logging.getLogger("driftgate.policies")
_NAME = "fleet/last-good"
GONE = (
    "fleet.yaml is gone; put it back, or write one with `receivers: []` where nobody is to be told."
)


class KeptPolicies:
    """Policies as they are; of the fleet's file the last good one, while it is wrong or gone.

    What was good is kept among the profiles, so that it outlives a restart too. Where these do not
    answer, a file that is good counts all the same, and is kept at a later heartbeat.
    """

    def __init__(self, policies: Policies, profiles: Profiles) -> None:
        self._policies = policies
        self._profiles = profiles
        self._last: Fleet | None = None
        self._unkept: Fleet | None = None
        self._asked = False

    def steady(self) -> AbstractContextManager[None]:
        """Within, one thread is told of one reading."""
        return self._policies.steady()

    def kept_in(self, profiles: Profiles) -> Self:
        """The same policies, with what is good kept in another place."""
        return type(self)(self._policies, profiles)

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

        Raises InvalidPolicy where it is wrong and never was right, or where it is not known whether
        there was one.
        """
        try:
            fleet = self._policies.fleet()
        except InvalidPolicy as wrong:
            kept = self._recalled(str(wrong))
            if kept is None:
                raise
            return kept
        if fleet is None:
            return self._recalled("There is no fleet.yaml.")
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
        except InvalidPolicy as problem:
            told = any(str(problem).startswith(one) for one in problems)
            return problems if told else [*problems, str(problem)]
        if self._unkept is not None:
            self._keep(self._unkept)
        return [*problems, GONE] if gone else problems

    def template(self, name: str) -> str:
        """The text of a template beside the policies. Raises NotFound."""
        return self._policies.template(name)

    def text_of(self, model: str) -> str | None:
        """The file that names the model, as it was written; None where none can be read."""
        return self._policies.text_of(model)

    def _remember(self, fleet: Fleet) -> None:
        try:
            known = self._last or self._loaded()
        except DriftgateError:
            known = None
        if fleet != known:
            self._keep(fleet)
        self._last, self._asked = fleet, False

    def _keep(self, fleet: Fleet) -> None:
        try:
            self._profiles.save(_NAME, {"fleet": to_plain(fleet)})
        except DriftgateError as problem:
            _LOG.warning("the fleet's rules cannot be kept yet: %s", problem)
            self._unkept = fleet
        else:
            self._unkept = None

    def _recalled(self, why: str) -> Fleet | None:
        """Asked once for as long as the file is wrong: another process may have seen a later one.

        `why` says why it is needed. Raises InvalidPolicy where nothing is known without an answer.
        """
        if self._unkept is None and not (self._asked and self._last is not None):
            try:
                self._last = self._loaded() or self._last
            except DriftgateError as problem:
                if self._last is None:
                    raise InvalidPolicy(
                        f"{why} What was good before cannot be read: {problem}"
                    ) from problem
            else:
                self._asked = True
        return self._last

    def _loaded(self) -> Fleet | None:
        """None for what is no JSON, or of the form of an older version."""
        try:
            kept = self._profiles.load(_NAME)
            return None if kept is None else msgspec.convert(kept.get("fleet"), Fleet, strict=False)
        except ValueError:
            return None
