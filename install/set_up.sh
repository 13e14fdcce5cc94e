#!/bin/sh
# Makes or refreshes this checkout's virtual environment; what is wrong is said in one line.
#   sh install/set_up.sh VENV PYTHON PART...      a part: workflow, study, docs, test or slurm
# It has no work, and takes a few hundredths of a second, where all parts are there and fresh.
set -u
venv=$1 python=$2
shift 2

stop() {
  echo "$*" >&2
  exit 1
}

free_mb() {  # of the file system that holds a folder
  df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'
}

check_place() {
  # Snakemake starts its jobs by the path of Python, unquoted.
  case $venv in /*) path=$venv ;; *) path=$(pwd -P)/$venv ;; esac
  bad=$(printf %s "$path" | LC_ALL=C tr -d 'A-Za-z0-9_./+@%=:,~^\200-\377-' | cut -c 1)
  [ -z "$bad" ] || stop "$path: Snakemake starts no jobs from a path with '$bad'; move this checkout to another" \
    "path, or keep its environment elsewhere: make VENV=/some/folder ..."
  if [ -L results ] && ! [ -e results ]; then
    stop "results: a link to $(readlink results), which does not exist; make that folder, or remove the link"
  fi
  cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || stop "$cache: cannot be written, but Snakemake keeps" \
    "its cache there (by HOME); name another folder: XDG_CACHE_HOME=/some/folder make ..."
}

is_fresh() {
  # One environment may serve two checkouts in turn.
  installed=$(cat "$venv/checkout" 2>/dev/null) && ! [ "$installed" -ef . ] && return 1
  [ -e "$venv/$1.stamp" ] && ! [ pyproject.toml -nt "$venv/$1.stamp" ] \
    && ! [ constraints.txt -nt "$venv/$1.stamp" ]
}

replace() {  # because of what the message says
  if ! [ -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv" 2>/dev/null)" ]; then
    stop "$venv: a folder that is no virtual environment is in the way; remove it, or name another: make VENV=..."
  fi
  echo "$venv $1: making it again" >&2
  rm -rf "$venv"
}

replace_what_is_not_ours() {
  [ -e "$venv" ] || [ -L "$venv" ] || return 0
  # A copied environment runs the code of the checkout that it was copied from.
  made_for=$(sed -n 's/^command = .* -m venv //p' "$venv/pyvenv.cfg" 2>/dev/null | awk '{ print $NF }')
  if [ -n "$made_for" ] && ! [ "$made_for" -ef "$venv" ]; then
    replace "was made for $made_for, from where this checkout was copied or moved"
  elif ! "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    replace "is half-made, or of another Python"
  fi
}

check_python() {
  "$python" -c '' 2>/dev/null || stop "$python: not found, or does not start; name a Python of 3.11 or later: make PYTHON=..."
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    for newer in python3.14 python3.13 python3.12 python3.11; do
      "$newer" -c '' 2>/dev/null && stop "$python is Python $version; 3.11 or later is needed, such as: make PYTHON=$newer ..."
    done
    stop "$python is Python $version; 3.11 or later is needed: install one and name it: make PYTHON=python3.11 ..."
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || no_venv
}

no_venv() {
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  stop "$python cannot make virtual environments; install what it lacks (Debian, Ubuntu:" \
    "apt install python$version-venv), or name another Python: make PYTHON=..."
}

check_temporary() {  # downloads lie there before they are installed
  folder=${TMPDIR:-/tmp}
  { probe=$(mktemp -d "$folder/set-up.XXXXXX") && rmdir "$probe"; } 2>/dev/null \
    || stop "TMPDIR: $folder cannot be written, or is full; name another folder: TMPDIR=/some/folder make ..."
  free=$(free_mb "$folder")
  [ "${free:-$1}" -ge "$1" ] || stop "TMPDIR: $folder has $free MB free, and set-up needs $1 MB there;" \
    "name another folder: TMPDIR=/some/folder make ..."
}

install() {  # extras, as pip writes them
  log=$venv/set_up.log
  "$venv/bin/python" -m pip install --quiet --constraint constraints.txt --editable ".[$1]" >"$log" 2>&1 && return
  if grep -q "No space left on device" "$log"; then
    stop "No space left: $venv has $(free_mb "$venv") MB free and needs 1500;" \
      "TMPDIR, ${TMPDIR:-/tmp}, has $(free_mb "${TMPDIR:-/tmp}") MB and needs 400 while it is set up"
  elif grep -qE "NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Connection broken|timed out|is unreachable|from versions: none" "$log"; then
    stop "No network: pip finds nothing at its package index, which set-up needs once (a proxy: https_proxy=...;" \
      "a mirror: PIP_INDEX_URL=...); pip's own words: $log"
  fi
  stop "pip failed: $(grep -E '^ *(ERROR|error)' "$log" | head -n 1 | cut -c 1-200); all of it: $log"
}

check_place
replace_what_is_not_ours
for part in "$@"; do
  is_fresh "$part" && continue
  case $part in
    workflow) extras=workflow parts=workflow needs=100 ;;
    study) extras=training,workflow,report parts="workflow study" needs=400 ;;
    docs) extras=docs parts=docs needs=100 ;;
    test) extras=test parts="workflow study docs test slurm" needs=400 ;;
    slurm) extras=slurm parts=slurm needs=50 ;;
    *) stop "$part: no part; workflow, study, docs, test, slurm" ;;
  esac
  check_temporary "$needs"
  if ! [ -e "$venv/bin/python" ]; then
    check_python
    # Debian's Python says only now that a part of it is missing.
    if ! said=$("$python" -m venv "$venv" 2>&1); then
      rm -rf "$venv"
      case $said in *ensurepip*) no_venv ;; esac
      stop "$venv: $python could not make it: $(printf %s "$said" | tail -n 1)"
    fi
  fi
  [ "$needs" -lt 400 ] || echo "Installing into $venv: a minute or two and 1.5 GB on disk"
  install "$extras"
  pwd -P >"$venv/checkout"
  for done in $parts; do touch "$venv/$done.stamp"; done
done
