"""A pipeline succeeds, the new deployment receives 0 % of the traffic, and somebody notices."""

from datetime import timedelta

GREEN_IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'


def test_a_deployment_without_traffic_is_told_after_its_grace_and_closed_by_itself(
    scene, completed
):
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    assert [kind for _, kind in scene.told()] == []

    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    [notice] = scene.notices
    assert notice["data"]["alert"]["title"] == (
        "deployment green of loan-endpoint succeeded 30 min ago and receives 0 % of the traffic"
    )

    scene.endpoint("{blue: 0, green: 100}", GREEN_IDLE)
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.told() == [("PostAlert", "no_traffic"), ("ResolveAlert", "no_traffic")]
    assert scene.notices[1]["data"]["reason"] == "deployment green receives 100 % of the traffic"


def test_traffic_within_the_grace_keeps_everybody_undisturbed(scene, completed):
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=1)))
    scene.send(completed("green"))
    scene.endpoint("{green: 100}", GREEN_IDLE)

    scene.clock.advance(timedelta(hours=3))
    scene.drain()

    assert scene.told() == []


def test_a_problem_that_lasts_is_told_once(scene, completed):
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("green"))

    for _ in range(20):
        scene.clock.advance(timedelta(minutes=30))
        scene.drain()

    assert scene.told().count(("PostAlert", "no_traffic")) == 1


def test_mirrored_traffic_is_a_legitimate_zero(scene, completed):
    scene.write(
        "workspace/endpoints/loan-endpoint.yaml",
        f"traffic: {{blue: 100}}\nmirror_traffic: {{green: 20}}\ndeployments: {GREEN_IDLE}\n",
    )
    scene.send(completed("green"))
    scene.clock.advance(timedelta(hours=1))
    scene.drain()

    assert scene.told() == []


def test_the_grace_comes_from_the_policy(scene, completed):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\nrouting: {grace: 2h}\n")
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("green"))

    scene.clock.advance(timedelta(minutes=119))
    scene.drain()
    assert scene.told() == []

    scene.clock.advance(timedelta(minutes=1))
    scene.drain()
    assert scene.told() == [("PostAlert", "no_traffic")]


def test_a_deployment_that_failed_without_an_event_is_found_by_the_reconcile_timer(scene):
    from shared.domain.event import Check

    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    scene.application.service.fan_out(Check.RECONCILE)
    scene.drain()

    assert scene.told() == [("PostAlert", "deployment_failed")]


def test_a_deployment_that_is_still_being_made_is_looked_at_again(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Updating}}")
    scene.send(completed("green"))

    assert scene.last("endpoint/loan-endpoint")["verdict"] == "inconclusive"
    assert scene.application.queue.next_due() == scene.clock.now + timedelta(minutes=30)


def test_deleting_the_deployment_closes_its_alert(scene, completed):
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.notices[-1]["data"]["reason"] == "deployment green was deleted"


def test_an_endpoint_that_cannot_be_found_is_an_error_and_no_pass(scene, completed):
    scene.send(completed("green"))

    decision = scene.last("endpoint/loan-endpoint")
    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "The workspace has no online endpoint loan-endpoint."
    )


def test_an_endpoint_that_gives_nobody_traffic_while_it_is_called_is_told_and_closed(
    scene, completed
):
    scene.endpoint("{blue: 0}", "{blue: {}}")
    lines = ["time,deployment", *[f"2026-02-03T11:{minute}:00Z,blue" for minute in range(30, 40)]]
    scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")
    scene.send(completed("blue"))

    assert scene.notices[0]["data"]["alert"]["title"] == (
        "loan-endpoint gives no deployment any traffic while 10 requests were seen"
    )

    scene.endpoint("{blue: 100}", "{blue: {}}")
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.notices[-1]["data"]["reason"] == "a deployment has traffic again"


def test_a_workspace_file_that_cannot_be_read_is_an_error_that_names_it(scene, completed):
    scene.write("workspace/endpoints/loan-endpoint.yaml", "traffic: [1]\n")
    scene.send(completed("blue"))

    decision = scene.last("endpoint/loan-endpoint")
    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "loan-endpoint.yaml: traffic is [1]; give a mapping."
    )
    assert scene.application.queue.dead_letters("checks") == []


def test_a_deployment_is_found_when_only_model_deployed_tells_of_it(scene, sample):
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    payload = sample("aml_model_deployed.eventgrid.json")
    payload[0]["data"]["ServiceName"] = "loan-endpoint"
    payload[0]["eventTime"] = scene.clock.now.isoformat()
    scene.send(payload)

    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.told() == [("PostAlert", "no_traffic")]


def test_a_service_that_is_no_online_endpoint_is_not_watched(scene, sample):
    scene.send(sample("aml_model_deployed.eventgrid.json"))

    decision = scene.last("endpoint/my-sklearn-service")
    assert decision["verdict"] == "pass"
    assert decision["findings"][0]["sentence"] == (
        "my-sklearn-service is no online endpoint of this workspace; only those are watched."
    )
    assert scene.told() == []
