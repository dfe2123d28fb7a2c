"""Every command of `driftgate`, joined: one file a family of them."""

import typer

from shared.cli import sending
from shared.cli.dead_letters import deadletters
from shared.cli.endpoints import diagnose, health, smoke
from shared.cli.hosting import serve, watch
from shared.cli.keeping import erase, retention, verify
from shared.cli.known import explain, looking
from shared.cli.people import acknowledgements, approvals, intents, overrides, silences
from shared.cli.policies import policy
from shared.cli.promotion import gate, promotions, retrainings, rollout
from shared.cli.replay import replay, replays
from shared.cli.scenarios import demo, scenario
from shared.cli.statistics import canary, drift, performance, profile
from shared.cli.terminal.ending import Commands
from shared.cli.whatif import whatif

app = typer.Typer(
    cls=Commands,
    name="driftgate",
    help="Watches models on Azure Machine Learning and decides which may be promoted.",
    epilog="Exit codes: 0 done, 1 a fault, 2 the answer is no, 3 refused, 4 no answer, "
    "130 interrupted. More with each command.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(watch.watch)
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
app.command()(approvals.approve)
app.command()(approvals.approvals)
app.command()(approvals.withdraw_approval)
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
