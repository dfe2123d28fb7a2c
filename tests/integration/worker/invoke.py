"""Loads the app as the Functions worker does and invokes one function of each trigger kind.

Run by Python 3.13 with `azure-functions-runtime`: `invoke.py APP_FOLDER < payloads > answers`, both
JSON. `payloads` is a list of {function, argument, kind, value, metadata}; `answers` holds what the
index found and what each call came to.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any


async def load(app: str) -> dict[str, Any]:
    """Index the app; the bindings of each function by its name."""
    import azure_functions_runtime as worker
    from azure_functions_runtime.utils.threadpool import start_threadpool_executor
    from protocol import PROTOS, to_worker

    start_threadpool_executor()
    init = SimpleNamespace(capabilities={}, function_app_directory=app)
    answer = await worker.worker_init_request(to_worker(worker_init_request=init))
    if answer.result.status != PROTOS.StatusResult.Success:
        raise SystemExit(
            f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}"
        )
    listed = await worker.functions_metadata_request(to_worker())
    return {one.name: one for one in listed.function_metadata_results}


async def invoke(function: Any, payload: dict[str, Any], number: int) -> dict[str, Any]:
    """One call; its status, what it raised, and the answer of an HTTP function."""
    import azure_functions_runtime as worker
    from protocol import ParameterBinding, TypedData, to_worker

    call = SimpleNamespace(
        invocation_id=f"call-{number}",
        function_id=function.function_id,
        input_data=[ParameterBinding(payload["argument"], _typed(payload))],
        trigger_metadata={
            name: TypedData(**{"json" if name == "UserProperties" else "string": value})
            for name, value in payload.get("metadata", {}).items()
        },
        trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
        retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
    )
    answer = await worker.invocation_request(to_worker(invocation_request=call))
    told: dict[str, Any] = {"status": answer.result.status}
    if hasattr(answer.result, "exception"):
        told["raised"] = answer.result.exception.message
    returned = getattr(answer, "return_value", None)
    if returned is not None:
        body = returned.http.body
        content = getattr(body, body.WhichOneof("data"))
        told["code"] = str(returned.http.status_code)
        told["body"] = content.decode() if isinstance(content, bytes) else content
    return told


def _typed(payload: dict[str, Any]) -> Any:
    from protocol import TypedData

    value = payload["value"]
    if payload["kind"] == "http":
        body = TypedData(bytes=value.pop("body", "").encode())
        value = SimpleNamespace(**{"headers": {}, "query": {}, "params": {}, **value}, body=body)
    return TypedData(**{payload["kind"]: value})


async def _main(app: str) -> dict[str, Any]:
    functions = await load(app)
    calls = [
        await invoke(functions[payload["function"]], payload, number)
        for number, payload in enumerate(json.load(sys.stdin))
    ]
    triggers = {
        name: [json.loads(binding) for binding in function.raw_bindings]
        for name, function in functions.items()
    }
    return {"functions": triggers, "calls": calls}


if __name__ == "__main__":
    sys.path[:0] = [sys.argv[1], str(Path(__file__).parent)]
    answers = asyncio.run(_main(sys.argv[1]))
    sys.stdout.write("\n" + json.dumps(answers))
