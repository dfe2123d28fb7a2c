"""The words by which servers tell that they start, are ready, and answered a call."""

import re

BANNER = re.compile(
    r"Azure ML Inferencing HTTP server v|Started server process|Started parent process"
    r"|Initializing plugins manager|Serving Flask app|== Triton Inference Server|vLLM API server"
    r"|Starting development server|Error loading ASGI app"
)
GUNICORN = re.compile(r"^Starting gunicorn ")
INIT_BEGINS = re.compile(r"Invoking user's init function")
INIT_ENDS = re.compile(
    r"init has completed successfully|init function failed|ready for serving traffic"
)
READY = re.compile(
    r"ready for serving traffic|Application startup complete|Started HTTPService"
    r"|init has completed successfully|State of WORKER .{0,80} to WORKER_MODEL_LOADED"
)
REPORTED = re.compile(
    r"Encountered Exception:?|Exception in worker process|Exception in ASGI application"
    r"|Exception on /\S{0,80} \[\w+\]|Error handling request(?: /\S{0,80})?|Unhandled [Ee]xception"
)
NOT_BOOTED = re.compile(r"Worker failed to boot|App failed to load")
STOPPED = re.compile(r"Handling signal: ")
CALL = re.compile(
    r"\"?(?:POST|PUT) (?P<path>/[^\s\"]{0,300})(?: HTTP/[\d.]{1,4}\")? (?P<status>[1-5]\d\d)\b"
)
STARTS = re.compile(
    BANNER.pattern + r"|^Starting gunicorn|Booting worker|Invoking user's init|^Instance status:"
    r"|gunicorn/run"
)
SERVES = re.compile(READY.pattern + "|" + CALL.pattern)
