"""An action that was written down, in a few words."""

from collections.abc import Mapping
from typing import Any


def action_text(action: Mapping[str, Any]) -> str:
    """What an action is about, in a few words."""
    match action["action"]:
        case "PostAlert" | "ResolveAlert":
            return str(action["alert"]["title"])
        case "ScheduleCheck":
            event = action["event"]
            return f"{event['data']['check']} of {event['subject']} at {event['time']}"
        case "Notify" | "Deliver" | "PutAside":
            notice = action["notice"]
            return f"to {notice['receiver']}: {notice['title']} ({notice['reason']})"
        case "Tell":
            return f"{action['event']['subject']} of it"
        case "RequestRetraining" | "WantRetraining":
            return f"of {action['model']} because of {action['cause']}"
        case "RequestPromotion":
            return f"of {action['model']}:{action['version']} to {action['stage']}"
        case "RequestRollback":
            back = f" back to version {action['to']}" if action.get("to") else ""
            return f"of {action['model']}:{action['version']} in {action['stage']}{back}"
        case "StepReplay":
            return f"{action['step']} of {action['replay']} at {action['at']}"
        case _:
            return f"of {action.get('model')}:{action.get('version')}"
