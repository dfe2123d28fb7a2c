"""Resources that the deployment's identity may not use."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_VAULT = re.compile(
    r"does not have secrets (?P<right>\w{1,20}) permission on key vault '(?P<vault>[\w-]{1,80})"
    r"|vaults?/(?P<by_role>[\w-]{1,80}).{0,200}ForbiddenByRbac|ForbiddenByRbac"
)
_STORAGE_ROLE = re.compile(r"AuthorizationPermissionMismatch|using this permission")
_FIREWALL = re.compile(
    r"ForbiddenBy(?:Firewall|Connection)|AuthorizationFailure"
    r"|Public (?:network )?access is (?:disabled|not permitted)"
    r"|PublicAccessNotPermitted|Client address is not authorized"
    r"|is not authorized to perform this operation\.?$"
)
_KEYS = re.compile(
    r"KeyBasedAuthenticationNotPermitted|AuthenticationFailed|InvalidAuthenticationInfo"
    r"|Signature did not match|Signature not valid"
)
_IDENTITY = re.compile(
    r"ManagedIdentityCredential|DefaultAzureCredential failed|No credential in this chain"
    r"|identity has not been assigned"
    r"|Identity not found|IMDS|Unable to get authority configuration"
)
_GATED = re.compile(
    r"gated repo|access to (?:model|this repo).{0,80}restricted|Invalid (?:user )?token"
    r"|Invalid username or password"
)
_STATUS = re.compile(
    r"\b(?P<status>40[13])[ :](?:Client Error|Unauthorized|Forbidden)|(?:status(?:_code"
    r"| code)?[:= ]{1,3}|Error code: |RESPONSE |HTTP Error )(?P<code>40[13])\b"
    r"|\((?P<word>Forbidden|Unauthorized|AccessDenied)\)"
)
_AT = (
    re.compile(r"https?://(?P<host>[\w.-]{3,200})"),
    re.compile(r"[Vv]ault:? '?(?P<host>[\w-]{3,80})"),
)
_ROLES = {
    "blob.core": "Storage Blob Data Reader",
    "dfs.core": "Storage Blob Data Reader",
    "vault.azure": "Key Vault Secrets User",
    "azurecr.io": "AcrPull",
    "openai.azure": "Cognitive Services OpenAI User",
    "cognitiveservices": "Cognitive Services User",
    "search.windows": "Search Index Data Reader",
    "servicebus": "Azure Service Bus Data Sender",
    "documents.azure": "Cosmos DB Built-in Data Reader",
}


def forbidden(trouble: Trouble) -> Diagnosis | None:
    """A store, vault or registry answers 401 or 403."""
    text = trouble.message
    host = next((m["host"] for pattern in _AT if (m := pattern.search(text))), None)
    if match := _VAULT.search(text):
        vault = match["vault"] or match["by_role"] or host
        return _grant(trouble, "Key Vault Secrets User", "the secrets of key vault", vault)
    if _STORAGE_ROLE.search(text):
        return _grant(trouble, "Storage Blob Data Reader", "the storage account", host)
    if _FIREWALL.search(text):
        return trouble.blame(
            Cause.NO_ACCESS,
            f"{host or 'A store'} refuses the deployment: its firewall does not let it in, or its "
            "identity has no role.",
            "Add a private endpoint or an outbound rule for it to the workspace's managed network, "
            "and give the endpoint's identity its role.",
            named=host,
        )
    if _KEYS.search(text):
        return trouble.blame(
            Cause.NO_ACCESS,
            f"{host or 'A store'} refuses the key or signature that the deployment uses.",
            "Use the endpoint's managed identity with a role in place of keys, or renew the key "
            "(`az ml workspace sync-keys` for the workspace's own).",
            named=host,
        )
    if _IDENTITY.search(text) and trouble.error:
        return trouble.blame(
            Cause.NO_ACCESS,
            f"{trouble.who} gets no token: the deployment has no such managed identity.",
            "Give the endpoint a system-assigned identity, or set AZURE_CLIENT_ID to the client id "
            "of the user-assigned identity it has.",
        )
    if _GATED.search(text):
        return trouble.blame(
            Cause.NO_ACCESS,
            f"{trouble.who} downloads a model that needs a token with access to it.",
            "Register the model's files in the workspace, or set HF_TOKEN by reference to a "
            "secret.",
            named=host,
        )
    return _by_status(trouble, host)


def _by_status(trouble: Trouble, host: str | None) -> Diagnosis | None:
    match = _STATUS.search(trouble.message)
    if match is None or not (trouble.error or host):
        return None
    role = next((role for part, role in _ROLES.items() if host and part in host), None)
    if role is not None:
        return _grant(trouble, role, "", host)
    told = match["status"] or match["code"] or match["word"]
    return trouble.blame(
        Cause.NO_ACCESS,
        f"{host or 'A service'} refuses the deployment ({told}).",
        "Give the endpoint's identity the role it needs there, or correct the key it is called "
        "with.",
        named=host,
    )


def _grant(trouble: Trouble, role: str, what: str, host: str | None) -> Diagnosis:
    of = f"{what} {host or ''}".strip() or "the service"
    return trouble.blame(
        Cause.NO_ACCESS,
        f"The deployment's identity may not use {of}: it lacks the role {role}.",
        f"Give the endpoint's managed identity the role {role} there (it may take some minutes to "
        "hold), and deploy again.",
        named=role,
    )
