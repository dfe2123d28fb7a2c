"""Which commands a service can be asked for, and which have nothing to do with one.

A command that stands in none of these works on this machine alone, and is refused where a service
is named: nobody is to read or change the home of this machine and believe it was the service's.
"""

REACHES = frozenset(
    {
        "acknowledge",
        "acknowledgements",
        "alerts",
        "approvals",
        "approve",
        "deadletters",
        "deadletters list",
        "deadletters purge",
        "deadletters resubmit",
        "deadletters show",
        "events",
        "explain",
        "gate",
        "health",
        "intent declare",
        "intent list",
        "intent withdraw",
        "override declare",
        "override list",
        "override withdraw",
        "promotions",
        "release",
        "replay list",
        "replay resume",
        "replay run",
        "replay stop",
        "report",
        "retraining list",
        "retraining resume",
        "send",
        "silence declare",
        "silence list",
        "silence withdraw",
        "status",
        "verify",
        "watch",
        "withdraw-approval",
    }
)
"""What has its twin in the API."""
STAYS = frozenset(
    {
        "deadletters edit",
        "erase",
        "policy route",
        "retention",
        "rollout",
        "smoke",
        "whatif",
    }
)
"""What works on stores or on the workspace itself, and is done where these can be reached."""
ALONE = frozenset(
    {
        "canary",
        "demo",
        "diagnose",
        "drift",
        "performance",
        "policy check",
        "policy lint",
        "policy schema",
        "policy test",
        "profile",
        "scenario",
        "serve",
    }
)
"""What works on files or on a home of its own, and passes over the service that is named.

`diagnose` of a deployment refuses it itself.
"""
ALIASES = {
    "intend": "intent declare",
    "intents": "intent list",
    "overrides": "override list",
    "replays": "replay list",
    "resume-replay": "replay resume",
    "resume-retraining": "retraining resume",
    "retrainings": "retraining list",
    "silences": "silence list",
    "stop-replay": "replay stop",
    "unsilence": "silence withdraw",
    "withdraw": "intent withdraw",
    "withdraw-override": "override withdraw",
}
"""Other words for some of them, which no help lists."""
