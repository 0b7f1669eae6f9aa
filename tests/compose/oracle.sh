#!/bin/sh
# The answers of docker compose to the cases beside this file. No engine is needed, only the client and its plugin.
set -eu
cd "$(dirname "$0")"
for case in */; do
    (
        cd "$case"
        set -- compose.yaml
        [ ! -e compose.override.yaml ] || set -- compose.yaml compose.override.yaml
        # shellcheck disable=SC2046
        [ ! -e files ] || set -- $(cat files)
        args=
        for file; do args="$args -f $file"; done
        # shellcheck disable=SC2086
        if env -i PATH="$PATH" HOME=/home/u docker compose -p p --profile '*' $args config --format json \
            --no-path-resolution --no-env-resolution --no-normalize >oracle.json.new 2>oracle.err; then
            mv oracle.json.new oracle.json
        else
            grep -v level=warning oracle.err | sed "s|$PWD/||g" |
                python3 -c 'import json, sys; print(json.dumps({"error": sys.stdin.read().strip()}, indent=1))' >oracle.json
        fi
        rm -f oracle.json.new oracle.err
    )
done
