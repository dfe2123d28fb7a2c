"""In whose name something is said with a form, and why."""

from shared.service.people.saying import Signed
from shared.web.console.forms import Fields
from shared.web.console.frame import Frame


def signed_by(frame: Frame, form: Fields) -> Signed:
    """Whoever is signed in; where nobody is, whom the form names. Raises InvalidData for nobody.

    What is said has a reason, in the field `reason`.
    """
    author = frame.caller.name or form.needed("author", "Your name")
    reason = form.needed("reason", "The reason")
    return Signed(author=author, reason=reason, now=frame.now, via="api")
