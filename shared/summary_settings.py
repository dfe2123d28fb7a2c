"""Settings of the language model that may write summaries; without them there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.environment import PREFIX, InvalidSetting, https_address

API_VERSION = "2024-10-21"
_DEPLOYMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(?:-preview)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySettings:
    """An Azure OpenAI resource, the deployment in it, and the version of its API."""

    endpoint: str
    deployment: str
    api_version: str = API_VERSION

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "SummarySettings | None":
        """None where neither is named. Raises InvalidSetting for one without the other."""
        endpoint = https_address(environment, "OPENAI_ENDPOINT")
        deployment = environment.get(f"{PREFIX}OPENAI_DEPLOYMENT") or None
        version = environment.get(f"{PREFIX}OPENAI_API_VERSION") or API_VERSION
        if endpoint is None and deployment is None:
            return None
        if endpoint is None or deployment is None:
            given, missing = "OPENAI_ENDPOINT", "OPENAI_DEPLOYMENT"
            if endpoint is None:
                given, missing = missing, given
            raise InvalidSetting(
                f"{PREFIX}{given} is set and {PREFIX}{missing} is not; set both for summaries, or "
                "neither."
            )
        if not _DEPLOYMENT.fullmatch(deployment):
            raise InvalidSetting(
                f"{PREFIX}OPENAI_DEPLOYMENT is {deployment[:80]!r}; write a deployment's name, "
                "of letters, digits, dots, dashes and underscores."
            )
        if not _VERSION.fullmatch(version):
            raise InvalidSetting(
                f"{PREFIX}OPENAI_API_VERSION is {version[:40]!r}; write it as {API_VERSION}."
            )
        return cls(endpoint=endpoint, deployment=deployment, api_version=version)
