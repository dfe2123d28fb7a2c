"""What a request becomes: the job or the pipeline's run that is ordered, under names of its own.

Causes and features are texts of whoever writes the data: what is handed on is bounded and plain, so
that it is an argument wherever it is put and never a command.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.action import RequestRetraining
from shared.domain.canonical import content_hash
from shared.domain.pipelines import PipelineOrder
from shared.domain.world import RETRAINING_TAG, Training

TAG_OF_MODEL = "driftgate-model"
TAG_OF_CAUSE = "driftgate-cause"
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_BESIDES = frozenset(" ._:/+-")
_MOST_OF_A_NAME = 100
_MOST_OF_A_TEXT = 200
_MOST_OF_A_LIST = 1000


def identity_of(request: RequestRetraining) -> str:
    """The retraining's id; made of model, cause and window where the request names none."""
    return retraining_named(
        {
            "retraining": request.retraining,
            "model": request.model,
            "cause": request.cause,
            "window": request.window,
        }
    )


def retraining_named(data: Mapping[str, Any]) -> str:
    """The same of a request as it is written in a message. Raises KeyError."""
    named = data.get("retraining")
    return str(named or content_hash([data["model"], data["cause"], data["window"]])[:16])


def training_of(request: RequestRetraining) -> Training:
    """The job that a component's request starts; its name makes a repeat harmless.

    What the version is recognised by is in the tags of the job and of its step.
    """
    told = _told(request)
    return Training(
        name=job_name(request),
        component=request.component or "",
        compute=request.compute or "",
        experiment=request.experiment or "driftgate-retraining",
        inputs=dict(request.inputs),
        offers={name: value for name, value in told.items() if name not in request.inputs},
        tags={
            RETRAINING_TAG: told["retraining"],
            TAG_OF_MODEL: request.model,
            TAG_OF_CAUSE: told["cause"],
        },
    )


def job_name(request: RequestRetraining) -> str:
    """A name that Azure takes, whatever the model is called: no two retrainings share one."""
    model = _NO_NAME.sub("-", request.model)[:_MOST_OF_A_NAME]
    return f"retrain-{model}-{identity_of(request)[:12]}"


def pipeline_order(request: RequestRetraining, requested: datetime) -> PipelineOrder:
    """The run that a pipeline's request starts; what Driftgate says stands over the policy's."""
    branch = request.branch or "main"
    return PipelineOrder(
        pipeline=request.pipeline or "",
        correlation=identity_of(request),
        requested=requested,
        parameters={**request.parameters, **_told(request)},
        branch=branch if branch.startswith("refs/") else f"refs/heads/{branch}",
    )


def _told(request: RequestRetraining) -> dict[str, str]:
    features = ",".join(plain(name, _MOST_OF_A_TEXT) for name in request.features)
    return {
        "model": request.model,
        "cause": plain(request.cause, _MOST_OF_A_TEXT),
        "window": plain(request.window, _MOST_OF_A_TEXT),
        "features": features[:_MOST_OF_A_LIST],
        "retraining": identity_of(request),
    }


def plain(text: str, most: int) -> str:
    """Letters, digits and a few signs that mean nothing to a shell or an agent; the rest is `_`.

    >>> plain("kpi/approvals", 80), plain("$(rm -rf .); ##vso[x]", 80), plain("--help", 80)
    ('kpi/approvals', '__rm -rf .__ __vso_x_', '_-help')
    """
    kept = "".join(letter if letter.isalnum() or letter in _BESIDES else "_" for letter in text)
    return re.sub(r"^[-+]", "_", kept[:most])
