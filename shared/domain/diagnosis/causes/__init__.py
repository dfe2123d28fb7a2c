"""The rules, one file a family of causes, all of one signature.

A rule looks at one trouble and says what it is, or None. To know a new cause, write its rule in
the file it belongs to and add it here; what stands first is asked first. Of all the troubles in a
log the earlier group explains the later one: a missing module explains the killed worker, and that
the failing probe.
"""

from collections.abc import Callable

from shared.domain.diagnosis.causes import (
    access,
    entry_script,
    inputs,
    libraries,
    memory,
    model_files,
    modules,
    network,
    platform,
    script,
    server,
    settings,
    times,
    versions,
)
from shared.domain.diagnosis.diagnosis import Diagnosis
from shared.domain.diagnosis.trouble import Trouble

Rule = Callable[[Trouble], Diagnosis | None]

ROOTS: tuple[Rule, ...] = (
    entry_script.no_script,
    entry_script.no_function,
    entry_script.not_python,
    versions.numpy_conflict,
    versions.known_conflict,
    versions.unpickled_class,
    versions.other_python,
    modules.missing_module,
    modules.missing_server,
    memory.gpu_unsuited,
    libraries.missing_library,
    libraries.old_library,
    versions.missing_name,
    versions.changed_estimator,
    settings.missing_setting,
    settings.wrong_setting,
    memory.disk_full,
    memory.gpu_memory,
    memory.no_memory,
    platform.no_quota,
    platform.image_not_pulled,
    access.forbidden,
    platform.model_not_downloaded,
    network.unreachable,
    server.port,
    model_files.missing_file,
    model_files.no_permission,
    model_files.unreadable_model,
    platform.image_not_built,
    inputs.too_large,
    inputs.against_signature,
    inputs.shape,
    inputs.columns,
    inputs.missing_key,
    inputs.values,
    inputs.body,
)
DEATHS: tuple[Rule, ...] = (
    times.worker_timeout,
    times.call_timeout,
    memory.killed,
    server.crashed,
)
OWN_ERRORS: tuple[Rule, ...] = (script.uncaught,)
CONSEQUENCES: tuple[Rule, ...] = (
    times.start_timeout,
    platform.download_failed,
    server.probe_failed,
)
GROUPS = (ROOTS, DEATHS, OWN_ERRORS, CONSEQUENCES)
