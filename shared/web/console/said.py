"""What a page answers to what somebody has just said; the address holds the word, never a text."""

_DECIDED = "It counts once it is decided, in a moment; this page then shows it."
_SENTENCES = {
    "silenced": f"The silence is kept. {_DECIDED}",
    "unsilenced": f"The silence is taken back. {_DECIDED}",
    "acknowledged": f"You have it in hand. {_DECIDED}",
    "released": f"You gave it back. {_DECIDED}",
    "intended": f"The intent is kept. {_DECIDED}",
    "withdrawn": f"The intent is taken back. {_DECIDED}",
    "overridden": f"The override is kept. {_DECIDED}",
    "override-withdrawn": f"The override is taken back. {_DECIDED}",
    "approved": f"Your approval is kept. {_DECIDED}",
    "refused": f"Your refusal is kept. {_DECIDED}",
    "approval-withdrawn": f"Your approval is taken back. {_DECIDED}",
    "resumed": f"The retraining goes on. {_DECIDED}",
    "replayed": "The replay has begun; this page shows how far it has come.",
    "replay-stopped": f"The replay is to stop. {_DECIDED}",
    "replay-resumed": f"The replay is to go on. {_DECIDED}",
    "resubmitted": "They were sent again; what becomes of them is among the events.",
    "purged": "They are gone for good.",
    "sent": f"The event was taken in. {_DECIDED}",
}


def sentence_of(word: str | None) -> str | None:
    """The sentence of a word out of an address; None for one that nobody here gave."""
    return None if word is None else _SENTENCES.get(word)
