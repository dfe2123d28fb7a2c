"""Sign-in by Entra ID: the platform tells who calls, the API refuses, machines keep their keys."""

import json
import os
import re
import subprocess
import sys
from uuid import UUID

from shared.domain.roles import Role
from tests.infra.bicep import INFRA, ROOT, app_settings, config, parsed, resources

SIGN_IN = parsed((INFRA / "modules" / "sign_in.bicep").read_text())
LEVELS = """
import json
import function_app
bindings = {f.get_function_name(): json.loads(f.get_function_json())["bindings"][0]
            for f in function_app.app.get_functions()}
print(json.dumps({name: one["authLevel"] for name, one in bindings.items() if "authLevel" in one}))
"""


def levels(**environment):
    done = subprocess.run(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-c", LEVELS],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_manifest_has_the_roles_that_the_api_asks_for():
    roles = json.loads((INFRA / "app_roles.json").read_text())

    assert [role["value"] for role in roles] == list(Role)
    assert all(Role(role["value"]).may in role["description"] for role in roles)
    assert all(role["allowedMemberTypes"] == ["User", "Application"] for role in roles)
    assert all(role["isEnabled"] for role in roles)
    assert len({UUID(role["id"]) for role in roles}) == len(roles)


def test_the_platform_lets_machines_through_and_the_api_refuses_people_without_a_token():
    [signing] = resources(SIGN_IN, "Microsoft.Web/sites/config")
    properties = signing["properties"]

    assert signing["name"] == "authsettingsV2"
    assert properties["platform"]["enabled"] is True
    assert properties["globalValidation"] == {
        "requireAuthentication": False,
        "unauthenticatedClientAction": "AllowAnonymous",
    }
    [provider] = properties["identityProviders"].values()
    assert provider["enabled"] is True
    assert provider["validation"]["allowedAudiences"] == ["clientId", "api://${clientId}"]


def test_roles_are_asked_for_exactly_where_sign_in_is_deployed():
    main = (INFRA / "main.bicep").read_text()

    assert "module signIn 'modules/sign_in.bicep' = if (!empty(accessClientId))" in main
    assert "accessClientId: accessClientId" in main
    text = (INFRA / "modules" / "app.bicep").read_text()
    assert "DRIFTGATE_ACCESS: empty(accessClientId) ? 'key' : 'entra'" in text
    assert "DRIFTGATE_ACCESS" in app_settings()
    assert config(parsed(main)["modules"]["signIn"])["params"]["clientId"] == "accessClientId"


def test_machines_keep_their_keys_beside_sign_in_and_a_browser_needs_none():
    keyed = levels(DRIFTGATE_ACCESS="key", DRIFTGATE_ADAPTERS="azure")
    signed_in = levels(DRIFTGATE_ACCESS="", DRIFTGATE_ADAPTERS="azure")

    assert set(keyed.values()) == {"FUNCTION"}
    assert signed_in == {**keyed, "operations": "ANONYMOUS", "console": "ANONYMOUS"}


def test_what_the_documentation_gives_az_is_there():
    docs = (ROOT / "docs" / "api.md").read_text()

    assert "--app-roles @infra/app_roles.json" in docs
    assert "/.auth/login/aad/callback" in docs
    assert re.search(r"azd env set DRIFTGATE_ACCESS_CLIENT_ID", docs)
    assert "DRIFTGATE_ACCESS_CLIENT_ID=" in (INFRA / "main.parameters.json").read_text()
