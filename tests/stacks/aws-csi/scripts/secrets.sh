#!/bin/sh
# The secrets of api as files in memory, each fetched from where it is kept.
#
#   eval "$(sh scripts/secrets.sh)" && docker compose up --detach
#   sh scripts/secrets.sh --stdout NAME | docker secret create NAME_v1 -
set -eu
umask 077
newline='
'
new=

say() {
    printf 'secrets.sh: %s\n' "$*" >&2
}

# A secret that holds no text would be printed as the word None: join() takes nothing but text.
from_aws() {
    aws secretsmanager get-secret-value --region eu-central-1 --secret-id "$1" --version-stage "$2" \
        --query "join('', [SecretString])" --output text
}

# What the command prints without the newline that it adds: $(...) alone would take all of them, also a key's own.
line() {
    value=$("$@" && printf x) || return 1
    value=${value%x}
    printf %s "${value%"$newline"}"
}

# One field of a secret that is JSON.
field() {
    wanted=$1
    shift
    value=$("$@") || return 1
    printf %s "$value" | jq --exit-status --join-output --arg field "$wanted" '.[$field]'
}

fetch() {
    # The container is given what lies on the host as files.
    if [ -n "${SECRETS_SOURCE-}" ] && [ -f "$SECRETS_SOURCE/$1" ]; then
        cat -- "$SECRETS_SOURCE/$1"
        return
    fi
    case $1 in
    api_token) line from_aws api/api_token AWSCURRENT ;;
    db_password) field password from_aws shop/db AWSCURRENT ;;
    *)
        say "there is no secret named $1"
        return 1
        ;;
    esac
}

# Fetches into a folder beside the files, so that no file is ever seen half written, nor some without the others.
stage() {
    new=$(mktemp -d "$1/.new.XXXXXX") || return 1
    shift
    for name in "$@"; do
        fetch "$name" >"$new/$name" || {
            say "$name cannot be fetched"
            return 1
        }
        [ -s "$new/$name" ] || {
            say "$name is empty"
            return 1
        }
    done
}

publish() {
    chmod "$2" "$new"/* && mv -f -- "$new"/* "$1" && discard
}

discard() {
    [ -z "$new" ] || rm -rf -- "$new"
    new=
}

# Closed to everybody else. The files in it are readable to all: the user in a container is another than this one.
folder() {
    dir=${SECRETS_DIR-}
    [ -n "$dir" ] || dir=${XDG_RUNTIME_DIR:-/dev/shm}/api
    mkdir -p -- "$dir" || return 1
    if [ -h "$dir" ] || [ -z "$(find "$dir" -prune -user "$(id -u)")" ]; then
        say "$dir belongs to somebody else: set SECRETS_DIR to a folder of yours, in memory if you can"
        return 1
    fi
    chmod 0700 "$dir" && dir=$(cd -- "$dir" && pwd)
}

# For the container beside the services. Each argument is FOLDER=NAME,NAME.
refresh() {
    failed=
    for audience in "$@"; do
        # shellcheck disable=SC2046 # no name holds a blank
        if stage "${audience%%=*}" $(printf %s "${audience#*=}" | tr , ' ') && publish "${audience%%=*}" 0440; then
            continue
        fi
        discard
        failed=1
    done
    [ -z "$failed" ]
}

trap discard EXIT
trap 'exit 1' HUP INT TERM
case ${1-} in
--stdout)
    case ${2-} in
    '' | */*)
        say 'which secret? --stdout NAME'
        exit 2
        ;;
    esac
    folder && stage "$dir" "$2" && cat -- "$new/$2"
    ;;
--refresh)
    shift
    trap 'exit 0' TERM
    refresh "$@" || exit 1
    while :; do
        # A trap waits for a command in the foreground, and not for this.
        sleep "${REFRESH:-300}" &
        wait $!
        refresh "$@" || say 'the old values stay'
    done
    ;;
'')
    if folder && stage "$dir" api_token db_password && publish "$dir" 0444; then
        printf "export SECRETS_DIR='%s'\n" "$(printf %s "$dir" | sed "s/'/'\\\\''/g")"
    else
        # What eval then runs, so that nothing behind && is.
        echo false
        exit 1
    fi
    ;;
*)
    say 'use: secrets.sh, or secrets.sh --stdout NAME'
    exit 2
    ;;
esac
