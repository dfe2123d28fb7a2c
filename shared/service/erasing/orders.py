"""What was kept while a model's rows were counted elsewhere: it holds values of them."""

from datetime import datetime
from itertools import groupby

from shared.domain.profiling import profile_name
from shared.ports import Profiles

_FOLDER = "profiling"
_OF_MODELS = ("model/", "profiling/")


def remove_orders(profiles: Profiles, subject: str, before: datetime) -> int:
    """Remove the orders of a model with all that was counted for them, saved `before` then.

    The order itself goes last, since it says whose it is. Returns how many went.
    """
    if not subject.startswith(_OF_MODELS):
        return 0
    model, count = subject.partition("/")[2], 0
    for order, names in groupby(
        profiles.walk(_FOLDER, before), key=lambda name: name.split("/")[1]
    ):
        itself = profile_name(order, "order")
        asked = (profiles.load(itself) or {}).get("order")
        if isinstance(asked, dict) and asked.get("model") == model:
            for name in (*(one for one in names if one != itself), itself):
                count += profiles.remove(name, before)
    return count
