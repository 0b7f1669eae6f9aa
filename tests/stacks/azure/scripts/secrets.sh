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

from_azure() {
    az keyvault secret show --vault-name shop-vault --name "$1" ${2:+--version "$2"} --query value --output tsv
}

# What the command prints without the newline that it adds: $(...) alone would take all of them, also a key's own.
line() {
    value=$("$@" && printf x) || return 1
    value=${value%x}
    printf %s "${value%"$newline"}"
}

from_environment() {
    line printenv "$1" || {
        say "the variable $1 is not set"
        return 1
    }
}

fetch() {
    case $1 in
    api_token) line from_azure api-api-token '' ;;
    webhook_key) from_environment WEBHOOK_KEY ;;
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
'')
    if folder && stage "$dir" api_token webhook_key && publish "$dir" 0444; then
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
