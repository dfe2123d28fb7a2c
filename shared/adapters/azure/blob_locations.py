"""Where data lies: the forms in which Azure Machine Learning writes the place of a file."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from shared.errors import InvalidData

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"\$?[a-z0-9][a-z0-9-]{1,62}")
_CLOUDS = ("core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn")
_IN_DATASTORE = re.compile(
    r"azureml://(?:subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"(?:/providers/Microsoft\.MachineLearningServices)?/workspaces/(?P<workspace>[^/]+)/)?"
    r"datastores/(?P<datastore>[^/]+)(?:/paths/(?P<path>.*))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobLocation:
    """A blob, or a folder of blobs, in a container of an account."""

    account: str
    container: str
    path: str

    def __post_init__(self) -> None:
        """Refuse what is no name of an account or container: it becomes part of a host."""
        if not _ACCOUNT.fullmatch(self.account) or not _CONTAINER.fullmatch(self.container):
            raise InvalidData(
                f"{self.account[:80]!r} with {self.container[:80]!r} is no storage account with a "
                "container; register the data on blob storage."
            )

    def below(self, path: str) -> "BlobLocation":
        """A place below this folder."""
        joined = "/".join(part for part in (self.path.rstrip("/"), path.lstrip("/")) if part)
        return BlobLocation(account=self.account, container=self.container, path=joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastorePath:
    """A path in a datastore; the ids are None when the place does not name its workspace."""

    datastore: str
    path: str
    subscription: str | None = None
    group: str | None = None
    workspace: str | None = None


def read_location(uri: str) -> BlobLocation | DatastorePath:
    """Read `azureml://`, `https://`, `wasbs://` and `abfss://` places.

    Hosts other than Azure Storage's own are refused: our token would go there.
    Raises InvalidData.

    >>> read_location("abfss://lake@loans.dfs.core.windows.net/train/")
    BlobLocation(account='loans', container='lake', path='train/')
    """
    match = _IN_DATASTORE.fullmatch(uri)
    if match is not None:
        return DatastorePath(
            datastore=match["datastore"],
            path=match["path"] or "",
            subscription=match["subscription"],
            group=match["group"],
            workspace=match["workspace"],
        )
    try:
        split = urlsplit(uri)
        account, kind, cloud = (split.hostname or "").split(".", 2)
        known = kind in {"blob", "dfs"} and cloud in _CLOUDS and split.port in {None, 443}
    except ValueError:
        known = False
    path = unquote(split.path.lstrip("/")) if known else ""
    if known and split.scheme in {"wasbs", "abfss"} and split.username:
        return BlobLocation(account=account, container=split.username, path=path)
    if known and split.scheme == "https" and not split.username:
        container, _, rest = path.partition("/")
        return BlobLocation(account=account, container=container, path=rest)
    raise InvalidData(
        f"{uri.partition('?')[0][:200]!r} is no place Driftgate reads; register the data on a blob "
        "datastore, or as https://, wasbs:// or abfss:// of Azure Storage."
    )
