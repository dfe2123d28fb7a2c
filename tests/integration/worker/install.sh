#!/usr/bin/env bash
# The worker's library needs Python 3.13; where there is one it gets an environment of its own.
# Usage: install.sh FOLDER. Without Python 3.13 the folder is not made, and the test says so.
set -euo pipefail
folder=$1
root=$(cd "$(dirname "$0")/../../.." && pwd)
for python in "${PYTHON313:-python3.13}" "$HOME"/.pyenv/versions/3.13*/bin/python3.13 "$folder/bin/python"; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
        "$python" -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$root/requirements.txt" "azure-functions-runtime>=1.3,<2"
        exit 0
    fi
done
echo "No Python 3.13 here: the test of the Functions worker's own view will be skipped."
