"""Every command of `driftgate`, joined: one panel of the help a question, one file a family."""

from collections.abc import Callable
from typing import Annotated, Any

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
from shared.cli.reach.place import HELP, name_place
from shared.cli.reach.table import ALIASES
from shared.cli.replay import replay, replays
from shared.cli.scenarios import demo, scenario
from shared.cli.statistics import canary, drift, performance, profile
from shared.cli.terminal.ending import Commands
from shared.cli.terminal.nouns import Run
from shared.cli.terminal.version import print_version
from shared.cli.whatif import whatif

app = typer.Typer(
    cls=Commands,
    name="driftgate",
    help="Watches models on Azure Machine Learning and decides which may be promoted.",
    epilog="Exit codes: 0 done, 1 a fault, 2 the answer is no, 3 refused, 4 no answer, "
    "130 interrupted. More with each command. --install-completion sets up Tab.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
replaying = typer.Typer(
    cls=Run, help="Tell what would be decided of old events, or have them told again."
)
replaying.command("run")(replay.replay)
replaying.command("list")(replays.replays)
replaying.command("stop")(replays.stop_replay)
replaying.command("resume")(replays.resume_replay)

PANELS: dict[str, list[Callable[..., Any] | typer.Typer]] = {
    "Begin": [demo.demo, serve.serve, sending.send, scenario.scenario],
    "What is known": [
        looking.status,
        looking.alerts,
        looking.events,
        watch.watch,
        explain.explain,
        health.health,
        diagnose.diagnose,
    ],
    "What people say": [
        intents.app,
        silences.app,
        acknowledgements.acknowledge,
        acknowledgements.release,
        acknowledgements.acknowledgements,
        overrides.app,
        approvals.approve,
        approvals.withdraw_approval,
        approvals.approvals,
    ],
    "From version to traffic": [
        gate.gate,
        promotions.promotions,
        promotions.report,
        rollout.rollout,
        retrainings.app,
    ],
    "Policies, and the past under them": [policy.app, replaying, whatif.whatif],
    "Data": [drift.drift, profile.profile, performance.performance, canary.canary],
    "Running it": [
        deadletters.app,
        verify.verify,
        retention.retention,
        erase.erase,
        smoke.smoke,
    ],
}
"""What the help lists, in its order. A group goes by the name it stands under in `GROUPS`."""
GROUPS: dict[str, typer.Typer] = {
    "deadletters": deadletters.app,
    "intent": intents.app,
    "override": overrides.app,
    "policy": policy.app,
    "replay": replaying,
    "retraining": retrainings.app,
    "silence": silences.app,
}


@app.callback()
def driftgate(
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help=HELP)] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version, and end."
        ),
    ] = False,
) -> None:
    """What every command is told before its own words."""
    del version
    name_place(url)


def _join() -> None:
    names = {id(group): name for name, group in GROUPS.items()}
    for panel, commands in PANELS.items():
        for one in commands:
            if isinstance(one, typer.Typer):
                app.add_typer(one, name=names[id(one)], rich_help_panel=panel)
            else:
                app.command(rich_help_panel=panel)(one)
    for alias, words in ALIASES.items():
        group, _, word = words.partition(" ")
        [meant] = (one.callback for one in GROUPS[group].registered_commands if one.name == word)
        app.command(alias, hidden=True)(meant)  # type: ignore[type-var]


_join()
