#!/bin/sh
# Installs Azurite, the storage emulator of the tests, beside this file.
# Node.js comes with the Python environment, so nothing has to be there before.
# Usage: install.sh .venv/bin
set -eu
bin=$(cd "${1:?name the folder of the environment commands, e.g. .venv/bin}" && pwd)
cd "$(dirname "$0")"
PATH="$bin:$PATH" npm ci --no-audit --no-fund --loglevel=error
