"""Which of a deployment's two containers to read: the server, or what fetched its model."""

import re
from collections.abc import Callable

_LOGS_BEGIN = "Container logs:"
_NOT_FETCHED = re.compile(r"Name: DownloadFailed|^ModelDownload: (?!Succeeded)", re.MULTILINE)


def last_lines(server: str, initializer: Callable[[], str], tail: int) -> str:
    """The last lines of the server's log; where it cannot tell, the initializer's are below them.

    The platform puts its own events above what a container wrote, so a server that wrote nothing
    has a log all the same. What fetches model and code has the word before the server starts and
    whenever a download failed.
    """
    own = server.partition(_LOGS_BEGIN)[2] if _LOGS_BEGIN in server else server
    if not own.strip() or _NOT_FETCHED.search(server):
        server = "\n".join(filter(str.strip, (server.rstrip("\n"), initializer())))
    lines = server.splitlines()
    return "\n".join(lines[-tail:]) if tail > 0 else ""
