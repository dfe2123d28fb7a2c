"""The host's messages as plain objects: the worker's library uses them by attribute alone."""

from types import SimpleNamespace
from typing import Any


class TypedData:
    """One value of one kind, such as `TypedData(json="{}")`."""

    def __init__(self, **value: Any) -> None:
        [(self._kind, content)] = value.items()
        setattr(self, self._kind, content)

    def WhichOneof(self, _group: str) -> str:  # noqa: N802  protobuf's own spelling
        """The kind it holds."""
        return self._kind


class ParameterBinding:
    """An argument of a function under its name."""

    def __init__(self, name: str, data: TypedData) -> None:
        self.name = name
        self.data = data

    def WhichOneof(self, _group: str) -> str:  # noqa: N802  protobuf's own spelling
        """Never shared memory."""
        return "data"


class Status(SimpleNamespace):
    """How a request ended."""

    Success, Failure = "Success", "Failure"


class Binding(SimpleNamespace):
    """A binding's direction and type."""

    undefined, out, inout = 0, 1, 2


setattr(Binding, "in", 0)


class Message(SimpleNamespace):
    """Any answer: what it was made of can be read by name."""


PROTOS = SimpleNamespace(
    StatusResult=Status,
    BindingInfo=Binding,
    TypedData=TypedData,
    ParameterBinding=ParameterBinding,
    **dict.fromkeys(
        (
            "FunctionLoadResponse",
            "FunctionMetadataResponse",
            "InvocationResponse",
            "NullableBool",
            "NullableDouble",
            "NullableString",
            "NullableTimestamp",
            "RpcException",
            "RpcFunctionMetadata",
            "RpcHttp",
            "RpcHttpCookie",
            "RpcRetryOptions",
            "WorkerInitResponse",
            "WorkerMetadata",
        ),
        Message,
    ),
)


def to_worker(**request: Any) -> Message:
    """A request of the host, under the name of its kind."""
    return Message(
        properties={"host": "127.0.0.1", "protos": PROTOS}, request=SimpleNamespace(**request)
    )
