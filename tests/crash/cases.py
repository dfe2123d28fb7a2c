"""In which moments of which scenarios processes are ended: every family does something in one."""

from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from pathlib import Path

from shared.scenarios.playing import Player
from tests.crash.worlds import World, play_up_to

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"


@dataclass(frozen=True, slots=True)
class Case:
    """A moment and what comes in it, besides what the scenario lets come.

    `families`, with blanks between, decide something there; the test of it looks whether they do.
    `extra` are payloads of samples/events, `operations` what an operator does then, by the
    `fleet`'s file. Where it is `later` than the scenario, nobody misses the looks between. What
    Azure told within `held` before comes only then, the last first. Where `found` is, the timers
    find what an event told when that is lost. The next process is looked at for so many `minutes`,
    in which all comes to rest.
    """

    name: str
    scenario: str
    moment: str
    families: str
    _: KW_ONLY
    extra: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    later: timedelta = timedelta()
    held: timedelta = timedelta()
    fleet: str = ""
    found: bool = False
    minutes: int = 45

    @property
    def needs_past(self) -> bool:
        """Whether it is about what was kept before, which on Azurite is not there."""
        return bool({"retain", "erase"} & set(self.operations))

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
            held=self.held,
            operations=self.operations,
        )


CASES = (
    Case("a deployment gets no traffic", "01-the-incident", "00:35", "routing"),
    Case(
        "a deployment fails", "126-silenced-until-it-is-over", "00:05", "routing alerts", found=True
    ),
    Case("an endpoint is deleted", "36-the-endpoint-goes", "01:00", "routing", found=True),
    Case("an intent is withdrawn", "07-standby-taken-back", "03:00", "routing"),
    Case(
        "a version is put forward",
        "50-put-forward-for-promotion",
        "01:02",
        "promotion watchdog",
        found=True,
    ),
    Case(
        "a version brings its baseline",
        "108-other-customers-than-it-was-trained-on",
        "03:30",
        "promotion",
    ),
    Case("a version nobody told of", "52-a-registration-nobody-told", "01:15", "promotion"),
    Case(
        "a pipeline that cannot be started",
        "89-the-pipeline-cannot-be-started",
        "00:14",
        "promotion",
    ),
    Case("a gate is let pass", "76-let-pass-in-a-persons-name", "00:20", "promotion"),
    Case(
        "a stage is over", "81-dev-staging-production", "00:21", "pipelines promotion", found=True
    ),
    Case("the next stage is asked for", "81-dev-staging-production", "00:26", "promotion"),
    Case(
        "an approval is given and a check called", "81-dev-staging-production", "01:11", "promotion"
    ),
    Case("a check that fails", "83-an-approver-says-no", "00:22", "promotion"),
    Case("a version is rolled back", "82-rolled-back-in-the-watch", "00:26", "promotion"),
    Case("traffic is shifted", "91-step-by-step", "00:18", "promotion pipelines"),
    Case("traffic is given back", "92-given-back", "00:23", "promotion"),
    Case("a batch run fails", "45-a-batch-run-fails", "02:07", "runs batch", found=True),
    Case("a batch run never comes", "46-a-batch-run-never-comes", "04:00", "batch"),
    Case(
        "a monitor of Azure's own",
        "113-several-findings-one-retraining",
        "01:00",
        "monitors retraining",
    ),
    Case("an alert rule of Azure's own", "48-azures-own-alert-rule", "01:00", "azure_alerts"),
    Case(
        "an alert rule of Azure's own resolves", "48-azures-own-alert-rule", "01:45", "azure_alerts"
    ),
    Case(
        "a retraining is granted and started",
        "115-one-at-a-time",
        "01:00",
        "budget retraining monitors",
    ),
    Case("a retraining is resumed", "119-none-of-them-helped", "05:30", "retraining"),
    Case("the customers change", "120-the-loop-closes", "02:05", "drift retraining"),
    Case("a job has counted the rows", "152-counted-by-a-spark-job", "00:40", "profiling drift"),
    Case(
        "a deployment answers with errors", "40-the-new-one-answers-with-errors", "00:24", "health"
    ),
    Case("approvals fall", "60-approvals-fall", "05:10", "kpi"),
    Case("the rows stop", "69-the-rows-stop-half-way", "04:35", "collection"),
    Case("the watcher is watched", "32-the-watcher-is-watched", "01:32", "watchdog"),
    Case("a notice is posted", "121-told-as-one-notice", "00:35:30", "alerts receivers"),
    Case("a channel hangs", "132-the-channel-hangs", "00:40:30", "alerts receivers"),
    Case("a channel is gone", "134-the-channel-is-gone", "00:35:30", "receivers"),
    Case("a digest is posted", "143-five-at-once", "00:06:30", "receivers"),
    Case("a silence is given", "124-silenced", "00:01", "silences", minutes=20),
    Case("a silence of what was told", "125-silenced-after-it-was-told", "00:50", "silences"),
    Case("an alert is taken on", "127-taken-on", "01:20", "alerts receivers"),
    Case(
        "what is kept is over",
        "24-a-new-endpoint",
        "00:31",
        "retaining",
        operations=("retain",),
        later=timedelta(days=500),
        fleet="retention: {archive: 400d, evidence: 400d, decisions: 450d}\n",
        minutes=20,
    ),
    Case(
        "an endpoint is erased",
        "24-a-new-endpoint",
        "00:31",
        "erasing",
        operations=("erase",),
        minutes=20,
    ),
    Case(
        "all is told again in a replay",
        "24-a-new-endpoint",
        "00:31",
        "replay routing",
        operations=("replay",),
        minutes=20,
    ),
    Case(
        "what nothing reacts to, and what cannot be read",
        "24-a-new-endpoint",
        "01:01",
        "record",
        extra=("aml_dataset_drift_detected.eventgrid.json", "mdc_request_line.json"),
        minutes=20,
    ),
    Case(
        "a failure that is told after its end",
        "140-every-event-twice",
        "00:20",
        "routing",
        held=timedelta(minutes=19),
    ),
    Case(
        "a run that is told before its version",
        "91-step-by-step",
        "00:18",
        "promotion pipelines",
        held=timedelta(minutes=5),
    ),
    Case(
        "findings that come late and at once",
        "113-several-findings-one-retraining",
        "01:30",
        "monitors retraining",
        held=timedelta(minutes=31),
        minutes=100,
    ),
)
