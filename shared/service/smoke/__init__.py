"""What a live workspace really does, where its documentation says nothing: looked at, not assumed.

One file a topic: what may be read, what the events are like, where requests are counted, what a
model's record holds. Nothing is written and nothing is sent.
"""

from shared.service.smoke.look import look
from shared.service.smoke.observation import Answer, Observation

__all__ = ["Answer", "Observation", "look"]
