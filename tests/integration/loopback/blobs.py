"""Blobs of one account, read only: list, properties and content with ETags and ranges."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.integration.loopback.server import Answer, Request, Router

ACCOUNT = "wsprodstorage"
CONTAINER = "azureml"
_WRITTEN = datetime(2026, 2, 3, 10, tzinfo=UTC)


def serve_blobs(
    router: Router, blobs: dict[str, bytes], written: dict[str, datetime] | None = None
) -> None:
    """The container `azureml`; an edited entry of `blobs` has another ETag.

    `written` gives the time of a blob's last change, where it matters.
    """

    def changed(name: str) -> str:
        return format_datetime((written or {}).get(name, _WRITTEN), usegmt=True)

    def listed(request: Request) -> Answer:
        prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter")
        entries: dict[str, str] = {}
        for name in sorted(blobs):
            if not name.startswith(prefix):
                continue
            below, slash, _ = name[len(prefix) :].partition(delimiter or "\0")
            if slash and delimiter:
                folder = prefix + below + delimiter
                entries[folder] = f"<BlobPrefix><Name>{escape(folder)}</Name></BlobPrefix>"
            else:
                entries[name] = (
                    f"<Blob><Name>{escape(name)}</Name><Properties><Etag>{_etag(blobs[name])}"
                    f"</Etag><Last-Modified>{changed(name)}</Last-Modified><Content-Length>"
                    f"{len(blobs[name])}</Content-Length><BlobType>AppendBlob</BlobType>"
                    "</Properties></Blob>"
                )
        content = (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults '
            f'ContainerName="{CONTAINER}"><Blobs>{"".join(entries.values())}</Blobs>'
            "<NextMarker/></EnumerationResults>"
        )
        return Answer(body=content.encode(), headers={"Content-Type": "application/xml"})

    def content(request: Request) -> Answer:
        blob = blobs.get(request.parts["name"])
        if blob is None:
            return Answer(
                status=404,
                body=b"<Error><Code>BlobNotFound</Code><Message>None.</Message></Error>",
                headers={"Content-Type": "application/xml", "x-ms-error-code": "BlobNotFound"},
            )
        headers = {
            "ETag": f'"{_etag(blob)}"',
            "Last-Modified": changed(request.parts["name"]),
            "Content-Type": "application/octet-stream",
            "x-ms-blob-type": "AppendBlob",
        }
        if request.method == "HEAD":
            return Answer(body=blob, headers=headers)
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("x-ms-range", ""))
        if span is None:
            return Answer(body=blob, headers=headers)
        first, last = int(span[1]), min(int(span[2]), len(blob) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(blob)}"
        return Answer(status=206, body=blob[first : last + 1], headers=headers)

    router.add("GET", f"/{ACCOUNT}/{CONTAINER}", listed)
    router.add("GET", f"/{ACCOUNT}/{CONTAINER}/{{name:path}}", content)
    router.add("HEAD", f"/{ACCOUNT}/{CONTAINER}/{{name:path}}", content)


def _etag(content: bytes) -> str:
    return "0x" + hashlib.sha256(content).hexdigest()[:15].upper()
