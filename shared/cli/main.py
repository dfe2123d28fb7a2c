"""The `driftgate` command: one file a subcommand family, joined here.

Exit codes: 0 handled or pass, 1 fault, 2 fail and 4 inconclusive (`health`, `drift`,
`performance`, `canary`), 2 broken (`verify`), 3 refused (`send`, `intend`, `withdraw`, `override`,
`withdraw-override`, `rollout`, `resume-retraining`, `silence`, `unsilence`, `acknowledge`,
`release`, `deadletters`, `replay`, `stop-replay`, `resume-replay`), 4 no cause found (`diagnose`).
`gate` has those that pipelines expect: 0 passed, 1 failed, 2 wrong usage, 3 inconclusive or an
error. `scenario` and `policy test`: 0 held, 2 failed, 1 not understood. `policy lint`: 1 errors,
2 warnings where it is strict. `policy route`: 2 nobody is told. `replay`: 2 something is not as it
was, 130 interrupted. `whatif`: 0 no difference, 2 a difference.
"""

import sys

import typer

from shared.cli import sending
from shared.cli.dead_letters import deadletters
from shared.cli.endpoints import diagnose, health, smoke
from shared.cli.keeping import erase, retention, verify
from shared.cli.known import explain, looking
from shared.cli.people import acknowledgements, intents, overrides, silences
from shared.cli.policies import policy
from shared.cli.promotion import gate, promotions, retrainings, rollout
from shared.cli.replay import replay, replays
from shared.cli.scenarios import demo, scenario
from shared.cli.statistics import canary, drift, performance, profile
from shared.cli.whatif import whatif
from shared.errors import DriftgateError

app = typer.Typer(
    name="driftgate",
    help="Watches models on Azure Machine Learning and decides which may be promoted.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command()(sending.send)
app.command()(looking.status)
app.command()(looking.alerts)
app.command()(looking.events)
app.command()(explain.explain)
app.command()(health.health)
app.command()(intents.intend)
app.command()(intents.intents)
app.command()(intents.withdraw)
app.command()(overrides.override)
app.command()(overrides.overrides)
app.command()(overrides.withdraw_override)
app.command()(silences.silence)
app.command()(silences.silences)
app.command()(silences.unsilence)
app.command()(acknowledgements.acknowledge)
app.command()(acknowledgements.acknowledgements)
app.command()(acknowledgements.release)
app.command()(drift.drift)
app.command()(profile.profile)
app.command()(performance.performance)
app.command()(canary.canary)
app.add_typer(policy.app, name="policy")
app.command()(gate.gate)
app.command()(promotions.promotions)
app.command()(promotions.report)
app.command()(rollout.rollout)
app.command()(retrainings.retrainings)
app.command()(retrainings.resume_retraining)
app.command()(replay.replay)
app.command()(replays.replays)
app.command()(replays.stop_replay)
app.command()(replays.resume_replay)
app.command()(scenario.scenario)
app.command()(whatif.whatif)
app.command()(smoke.smoke)
app.add_typer(deadletters.app, name="deadletters")
app.command()(diagnose.diagnose)
app.command()(verify.verify)
app.command()(retention.retention)
app.command()(erase.erase)
app.command()(demo.demo)


def main() -> None:
    """Run the command; a fault that was foreseen is one sentence and exit code 1."""
    try:
        app()
    except DriftgateError as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
