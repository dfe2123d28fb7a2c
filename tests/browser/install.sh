#!/bin/sh
# Installs what the browser tests ask a page with, beside this file; the browser is the system's.
# Usage: install.sh .venv/bin
set -eu
bin=$(cd "${1:?name the folder of the environment commands, e.g. .venv/bin}" && pwd)
cd "$(dirname "$0")"
PATH="$bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
