# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
#
# Sourced by the commands beside it: makes sure of root and of a Python with
# venv, then runs a module of this checkout, which does the rest.
#
#     source "$(dirname -- "$(readlink -f -- "$0")")/launch.sh"
#     launch NAME MODULE [ARGUMENT ...]
#
# shellcheck shell=bash

self=$(readlink -f -- "$0")
checkout=${self%/scripts/*}
python=/usr/bin/python3
# Debian's Python knows venv without being able to make one: ensurepip is
# in a package of its own.
probe='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

# Seconds for another program that holds a lock of apt: on a machine that was
# just booted for the first time there always is one.
patience=300

say() {
    echo "$name: $1" >&2
}

fail() {
    say "$1"
    exit 1
}

wants_help() {
    local word
    for word in "$@"; do
        case $word in
        --) return 1 ;;
        -h | --help) return 0 ;;
        esac
    done
    return 1
}

become_root() {
    local variable kept=()
    command -v sudo >/dev/null ||
        fail 'must run as root, and sudo is not installed; become root'
    say 'root is needed; running again with sudo'
    for variable in CI IPV6_LAB_CACHE NO_COLOR {http,https,no,all}_proxy \
        {HTTP,HTTPS,NO,ALL}_PROXY $(compgen -e PIP_ || true); do
        [[ ! -v $variable ]] || kept+=("$variable")
    done
    # By name: every user of the machine can read a command line, and the
    # address of a proxy or of a package index may hold a password.
    exec sudo ${kept:+"--preserve-env=$(IFS=,; echo "${kept[*]}")"} \
        -- "$self" "$@"
}

# Runs apt-get, again while another program holds its lock. apt itself waits
# for the lock of dpkg only, not for those of its lists and its archives.
patient_apt() {
    local log=$1 ends=$((SECONDS + patience))
    shift
    until LC_ALL=C apt-get -q -o "DPkg::Lock::Timeout=$patience" "$@" \
        >"$log" 2>&1 </dev/null; do
        grep -q 'Could not get lock' "$log" && ((SECONDS < ends)) || return 1
        sleep 2
    done
}

install_python() {
    local log install=(-y --no-install-recommends install python3-venv)
    command -v apt-get >/dev/null ||
        fail 'needs Python 3.11 or later with venv, and apt-get to install it'
    say 'installing python3-venv'
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    patient_apt "$log" "${install[@]}" ||
        { patient_apt "$log" update && patient_apt "$log" "${install[@]}"; } ||
        { tail -n 5 "$log" >&2; fail "python3-venv cannot be installed; see $log"; }
    rm -f "$log"
    "$python" -c "$probe" 2>/dev/null ||
        fail "expected Python 3.11 or later with venv at $python, seen \
$("$python" --version 2>&1); use Debian 12 or later"
}

launch() {
    name=$1
    local module=$2
    shift 2
    if ! wants_help "$@"; then
        ((EUID == 0)) || become_root "$@"
        "$python" -c "$probe" 2>/dev/null || install_python
    fi
    # -B: no bytecode in the checkout. The services' bytecode is a matter of
    # their own environments, so the variables that would govern it go.
    exec env -u PYTHONDONTWRITEBYTECODE -u PYTHONPYCACHEPREFIX -u PYTHONHOME \
        PYTHONPATH="$checkout" "$python" -B -s -m "$module" "$@"
}
