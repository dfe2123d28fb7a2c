"""Registers the blueprints of functions/; nothing else."""

import azure.functions as func

from functions import (
    checks,
    deployments,
    monitoring,
    notifications,
    operations,
    profiling,
    promotion,
    registry,
    replays,
    retraining,
    schedules,
)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
for family in (
    registry,
    deployments,
    monitoring,
    schedules,
    checks,
    notifications,
    retraining,
    profiling,
    promotion,
    replays,
    operations,
):
    app.register_functions(family.blueprint)
