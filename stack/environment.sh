#!/usr/bin/env bash
# Makes .venv with the locked packages. Does nothing when the lock is the one installed last.
set -euo pipefail

lock=requirements-dev.lock

find_python() {
  local name
  for name in python3.13 python3.14 python3.12 python3; do
    # Running it, not only finding it: a version manager's stub may stand for a version that is not there.
    if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.12 or newer (3.13 is best) with its venv module is needed and none was found on the PATH." >&2
  echo "Debian 13 or Ubuntu 24.04: apt install python3-venv. Older systems: pyenv install 3.13, or uv python install 3.13." >&2
  return 1
}

if ! .venv/bin/python -c '' 2>/dev/null; then
  python=$(find_python)
  echo "Making .venv with $($python --version)"
  "$python" -m venv --clear .venv
fi
if ! cmp -s "$lock" .venv/installed.lock; then
  echo "Installing the locked packages"
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  .venv/bin/uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes "$lock"
  cp "$lock" .venv/installed.lock
fi
