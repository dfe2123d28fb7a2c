"""In which moments of which scenarios processes are ended: every family does something in one."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.scenarios.playing import Player
from tests.crash.worlds import World, play_up_to

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A moment and what comes in it, besides what the scenario lets come.

    `families` decide something there; the test of it looks whether they do. `extra` are payloads of
    samples/events, `operations` what an operator does then, by the `fleet`'s file. Where it is
    `later` than the scenario, nobody misses the looks between. Where `found` is, the timers find
    what an event told when that is lost. The next process is looked at for so many `minutes`, in
    which all comes to rest.
    """

    name: str
    families: tuple[str, ...]
    scenario: str
    moment: str
    extra: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    later: timedelta = timedelta()
    fleet: str = ""
    found: bool = False
    minutes: int = 45

    def prepare(self, folder: Path) -> World:
        """Play the scenario up to the moment; what is there then is kept in `folder`."""

        def before(player: Player) -> None:
            for name in self.extra:
                player.stage.say((EVENTS / name).read_bytes())
            if self.fleet:
                (player.stage.home / "policies" / "fleet.yaml").write_text(self.fleet)

        return play_up_to(
            self.scenario,
            self.moment,
            folder,
            before,
            later=self.later,
            operations=self.operations,
        )


CASES = (
    Case(
        name="a deployment gets no traffic",
        families=("routing",),
        scenario="01-the-incident",
        moment="00:35",
    ),
    Case(
        name="a deployment fails",
        families=("routing", "alerts"),
        scenario="126-silenced-until-it-is-over",
        moment="00:05",
        found=True,
    ),
    Case(
        name="an endpoint is deleted",
        families=("routing",),
        scenario="36-the-endpoint-goes",
        moment="01:00",
        found=True,
    ),
    Case(
        name="an intent is withdrawn",
        families=("routing",),
        scenario="07-standby-taken-back",
        moment="03:00",
    ),
    Case(
        name="a version is put forward",
        families=("promotion", "watchdog"),
        scenario="50-put-forward-for-promotion",
        moment="01:02",
        found=True,
    ),
    Case(
        name="a version brings its baseline",
        families=("promotion",),
        scenario="108-other-customers-than-it-was-trained-on",
        moment="03:30",
    ),
    Case(
        name="a version nobody told of",
        families=("promotion",),
        scenario="52-a-registration-nobody-told",
        moment="01:15",
    ),
    Case(
        name="a pipeline that cannot be started",
        families=("promotion",),
        scenario="89-the-pipeline-cannot-be-started",
        moment="00:14",
    ),
    Case(
        name="a gate is let pass",
        families=("promotion",),
        scenario="76-let-pass-in-a-persons-name",
        moment="00:20",
    ),
    Case(
        name="a stage is over",
        families=("pipelines", "promotion"),
        scenario="81-dev-staging-production",
        moment="00:21",
        found=True,
    ),
    Case(
        name="the next stage is asked for",
        families=("promotion",),
        scenario="81-dev-staging-production",
        moment="00:26",
    ),
    Case(
        name="an approval is given and a check called",
        families=("promotion",),
        scenario="81-dev-staging-production",
        moment="01:11",
    ),
    Case(
        name="a check that fails",
        families=("promotion",),
        scenario="83-an-approver-says-no",
        moment="00:22",
    ),
    Case(
        name="a version is rolled back",
        families=("promotion",),
        scenario="82-rolled-back-in-the-watch",
        moment="00:26",
    ),
    Case(
        name="traffic is shifted",
        families=("promotion", "pipelines"),
        scenario="91-step-by-step",
        moment="00:18",
    ),
    Case(
        name="traffic is given back",
        families=("promotion",),
        scenario="92-given-back",
        moment="00:23",
    ),
    Case(
        name="a batch run fails",
        families=("runs", "batch"),
        scenario="45-a-batch-run-fails",
        moment="02:07",
        found=True,
    ),
    Case(
        name="a batch run never comes",
        families=("batch",),
        scenario="46-a-batch-run-never-comes",
        moment="04:00",
    ),
    Case(
        name="a monitor of Azure's own",
        families=("monitors", "retraining"),
        scenario="113-several-findings-one-retraining",
        moment="01:00",
    ),
    Case(
        name="an alert rule of Azure's own",
        families=("azure_alerts",),
        scenario="48-azures-own-alert-rule",
        moment="01:00",
    ),
    Case(
        name="an alert rule of Azure's own resolves",
        families=("azure_alerts",),
        scenario="48-azures-own-alert-rule",
        moment="01:45",
    ),
    Case(
        name="a retraining is granted and started",
        families=("budget", "retraining", "monitors"),
        scenario="115-one-at-a-time",
        moment="01:00",
    ),
    Case(
        name="a retraining is resumed",
        families=("retraining",),
        scenario="119-none-of-them-helped",
        moment="05:30",
    ),
    Case(
        name="the customers change",
        families=("drift", "retraining"),
        scenario="120-the-loop-closes",
        moment="02:05",
    ),
    Case(
        name="a deployment answers with errors",
        families=("health",),
        scenario="40-the-new-one-answers-with-errors",
        moment="00:24",
    ),
    Case(
        name="approvals fall",
        families=("kpi",),
        scenario="60-approvals-fall",
        moment="05:10",
    ),
    Case(
        name="the rows stop",
        families=("collection",),
        scenario="69-the-rows-stop-half-way",
        moment="04:35",
    ),
    Case(
        name="the watcher is watched",
        families=("watchdog",),
        scenario="32-the-watcher-is-watched",
        moment="01:32",
    ),
    Case(
        name="a notice is posted",
        families=("alerts", "receivers"),
        scenario="121-told-as-one-notice",
        moment="00:35:30",
    ),
    Case(
        name="a channel hangs",
        families=("alerts", "receivers"),
        scenario="132-the-channel-hangs",
        moment="00:40:30",
    ),
    Case(
        name="a channel is gone",
        families=("receivers",),
        scenario="134-the-channel-is-gone",
        moment="00:35:30",
    ),
    Case(
        name="a digest is posted",
        families=("receivers",),
        scenario="143-five-at-once",
        moment="00:06:30",
    ),
    Case(
        name="a silence is given",
        families=("silences",),
        scenario="124-silenced",
        moment="00:01",
        minutes=20,
    ),
    Case(
        name="a silence of what was told",
        families=("silences",),
        scenario="125-silenced-after-it-was-told",
        moment="00:50",
    ),
    Case(
        name="an alert is taken on",
        families=("alerts", "receivers"),
        scenario="127-taken-on",
        moment="01:20",
    ),
    Case(
        name="what is kept is over",
        families=("retaining",),
        scenario="24-a-new-endpoint",
        moment="00:31",
        later=timedelta(days=500),
        operations=("retain",),
        fleet="retention: {archive: 400d, evidence: 400d, decisions: 450d}\n",
        minutes=20,
    ),
    Case(
        name="an endpoint is erased",
        families=("erasing",),
        scenario="24-a-new-endpoint",
        moment="00:31",
        operations=("erase",),
        minutes=20,
    ),
    Case(
        name="all is told again in a replay",
        families=("replay", "routing"),
        scenario="24-a-new-endpoint",
        moment="00:31",
        operations=("replay",),
        minutes=20,
    ),
    Case(
        name="what nothing reacts to, and what cannot be read",
        families=("record",),
        scenario="24-a-new-endpoint",
        moment="01:01",
        extra=("aml_dataset_drift_detected.eventgrid.json", "mdc_request_line.json"),
        minutes=20,
    ),
)
