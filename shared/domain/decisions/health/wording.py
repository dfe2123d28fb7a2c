"""What an alert of a deployment's health says besides its reason."""

from shared.domain.decisions.health.look import Look, traffic_after
from shared.domain.wording import spell_number, spell_time
from shared.domain.world import Load, Served

_MEASURES = (("processor", "cpu"), ("memory", "memory"), ("disk", "disk"), ("GPU", "gpu"))


def chance(look: Look) -> str:
    """How sure it is, in days: what the confidence promises."""
    days = spell_number(round(1.0 / (1.0 - look.policy.confidence)))
    return f"One that keeps the limit looks like this by chance at most once in {days} days."


def carried(look: Look) -> str:
    """The model, since when, and the share of the traffic."""
    model = look.deployment.model
    what = f"carries {model}:{look.deployment.version}" if model else "carries an unknown model"
    since = f", written {spell_time(look.changed)}," if look.changed is not None else ""
    return f"It {what}{since} and has {look.share:g} % of the traffic."


def latency(served: Served) -> str:
    """The percentiles, and whether they are percentiles at all."""
    if not served.latency:
        return "How long its answers took is not known."
    told = ", ".join(
        f"p{percentile} {spell_number(level)} ms"
        for percentile, level in sorted(served.latency.items())
    )
    if served.exact:
        return f"Its answers took: {told}."
    return (
        f"Its answers took, as averages of each minute's percentiles: {told}. The traffic log is "
        "not switched on, so true percentiles are not known."
    )


def worked(load: Load | None) -> str:
    """What its instances held, as far as it was measured."""
    if load is None:
        return ""
    levels = [(name, getattr(load, key)) for name, key in _MEASURES]
    told = ", ".join(f"{name} {level:.0f} %" for name, level in levels if level is not None)
    return f"Its busiest instance held for ten minutes of the last hour: {told}." if told else ""


def give_back(look: Look, to: str) -> str:
    """The command that gives its share to another deployment."""
    shares = sorted(traffic_after(look, to).items())
    told = " ".join(f"{name}={share:g}" for name, share in shares)
    return (
        f"Give its traffic back to {to}: az ml online-endpoint update --name "
        f'{look.endpoint.name} --traffic "{told}"'
    )


def read_log(look: Look) -> str:
    """The command that shows what its container wrote."""
    return (
        f"az ml online-deployment get-logs --endpoint-name {look.endpoint.name} "
        f"--name {look.name} --lines 200"
    )


def scale_out(look: Look) -> str:
    """The command that adds an instance."""
    more = (look.deployment.instances or 1) + 1
    return (
        f"az ml online-deployment update --endpoint-name {look.endpoint.name} --name {look.name} "
        f"--set instance_count={more}"
    )


def joined(*lines: str) -> str:
    """The lines that say something, each on its own."""
    return "\n".join(line for line in lines if line)
