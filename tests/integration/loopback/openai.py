"""Chat completions of Azure OpenAI, api-version 2024-10-21, in the forms it answers in."""

from typing import Any

from tests.integration.loopback.server import Answer, Request, Router

PATH = "/openai/deployments/gpt-4o-mini/chat/completions"
RESOURCE = "https://cognitiveservices.azure.com"
_SAFE = {
    name: {"filtered": False, "severity": "safe"}
    for name in ("hate", "self_harm", "sexual", "violence")
}


def completion(content: str | None, finish: str = "stop", tokens: int = 412) -> dict[str, Any]:
    """A completion; `finish` is also `length` or `content_filter`, which may have no content."""
    message: dict[str, Any] = {"role": "assistant", "refusal": None}
    if content is not None:
        message["content"] = content
    return {
        "id": "chatcmpl-made-up",
        "object": "chat.completion",
        "created": 1_770_112_800,
        "model": "gpt-4o-mini-2024-07-18",
        "system_fingerprint": "fp_made_up",
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}],
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": message,
                "content_filter_results": _SAFE,
            }
        ],
        "usage": {
            "prompt_tokens": tokens - 40,
            "completion_tokens": 40,
            "total_tokens": tokens,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def filtered() -> Answer:
    """The prompt was taken for an attack."""
    return Answer(
        status=400,
        body={
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's "
                "content management policy. Please modify your prompt and retry.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {
                        **_SAFE,
                        "jailbreak": {"filtered": True, "detected": True},
                    },
                },
            }
        },
    )


def unsupported() -> Answer:
    """A newer model, which wants its limit under another name."""
    return Answer(
        status=400,
        body={
            "error": {
                "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                "type": "invalid_request_error",
                "param": "max_tokens",
                "code": "unsupported_parameter",
            }
        },
    )


def fault(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error in Azure OpenAI's form."""
    return Answer(
        status=status,
        body={"error": {"code": code, "message": message}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def serve_openai(router: Router, written: str) -> None:
    """A deployment that always writes the same."""

    def answer(request: Request) -> Answer:
        if request.query.get("api-version") != "2024-10-21":
            return fault(404, "404", "Resource not found")
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return fault(401, "401", "Access denied due to missing credentials.")
        return Answer(body=completion(written))

    router.add("POST", PATH, answer)
