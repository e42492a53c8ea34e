#!/bin/sh
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
# On a runner: a command that outlives the connection that started it.
#
#   runner.sh start DIRECTORY COMMAND [ARGUMENT ...]
#
# starts it; what it prints goes to DIRECTORY/stream, its errors go to
# DIRECTORY/log, and when it has ended its exit status to DIRECTORY/status.
#
#   runner.sh follow DIRECTORY SECONDS
#
# waits for its end, but not longer, and prints "running", "ended with N", or
# "died" when it went without leaving a status.
#
#   runner.sh tell DIRECTORY FROM
#
# prints the stream from that byte on as a line of base64, and the log as
# another.

set -eu

verb=$1 directory=$2
shift 2

state() {
    if [ -e "$directory/status" ]; then
        echo "ended with $(cat "$directory/status")"
    elif kill -0 "$(cat "$directory/pid")" 2>/dev/null; then
        echo running
    # It may have ended between the two questions.
    elif [ -e "$directory/status" ]; then
        echo "ended with $(cat "$directory/status")"
    else
        echo died
    fi
}

encode() {
    base64 | tr -d '\n'
    echo
}

case $verb in
start)
    rm -f "$directory/status" "$directory/pid"
    # A session of its own: the end of the connection does not reach it.
    # shellcheck disable=SC2016
    setsid sh -c '
        directory=$1
        shift
        echo "$$" >"$directory/pid.new"
        mv "$directory/pid.new" "$directory/pid"
        status=0
        "$@" >"$directory/stream" 2>"$directory/log" || status=$?
        echo "$status" >"$directory/status.new"
        mv "$directory/status.new" "$directory/status"
    ' runner.sh "$directory" "$@" </dev/null >/dev/null 2>&1 &
    left=100
    until [ -e "$directory/pid" ]; do
        [ "$left" -gt 0 ] || { echo "runner.sh: $1 did not start" >&2; exit 1; }
        sleep 0.1
        left=$((left - 1))
    done
    ;;
follow)
    left=$1
    while [ "$left" -gt 0 ] && [ "$(state)" = running ]; do
        sleep 1
        left=$((left - 1))
    done
    state
    ;;
tell)
    # Neither may be there yet.
    tail -c "+$(($1 + 1))" "$directory/stream" 2>/dev/null | encode
    cat "$directory/log" 2>/dev/null | encode
    ;;
*)
    echo "runner.sh: expected start, follow or tell, seen $verb" >&2
    exit 2
    ;;
esac
