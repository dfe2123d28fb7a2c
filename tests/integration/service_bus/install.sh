#!/bin/sh
# Installs the AMQP engine of the test broker into the given interpreter's environment.
# The official package is built from source, which needs a C compiler and Python's headers; it is
# built without optimisation, for half the time. Where it cannot be built, a third party's wheel of
# the same engine takes its place.
set -eu
python=${1:?name the interpreter, e.g. .venv/bin/python}
pip="$python -m pip install --quiet --disable-pip-version-check"

if "$python" -c 'import proton' 2>/dev/null; then
    exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if CFLAGS="${CFLAGS:--O0}" $pip 'python-qpid-proton>=0.40,<1' >"$log" 2>&1; then
    exit 0
fi
tail -n 3 "$log" >&2
echo 'python-qpid-proton could not be built; taking the wheel python-qpid-proton-wheel.' >&2
$pip --only-binary :all: --pre 'python-qpid-proton-wheel>=0.39'
