#!/bin/sh
# The secrets of {{ name | comment }} as files in memory, each fetched from where it is kept.
#
#   eval "$(sh scripts/secrets.sh)" && docker compose up --detach
#   sh scripts/secrets.sh --stdout NAME | docker secret create NAME_v1 -
set -eu
umask 077
{%- if providers.file or providers.swarm %}

project=$(dirname -- "$0")/..
{%- endif %}
{%- if providers.aws or providers.azure or providers.environment %}
newline='
'
{%- endif %}
new=

say() {
    printf 'secrets.sh: %s\n' "$*" >&2
}
{%- if providers.vault %}

# Vault's own client or OpenBao's, whichever is there.
from_vault() {
    vault=$(command -v vault || command -v bao) || {
        say 'neither vault nor bao is installed'
        return 1
    }
    [ -n "${VAULT_ADDR-}" ] || VAULT_ADDR={{ providers.vault.address | sh }}
    export VAULT_ADDR
{%- if providers.vault.namespace %}
    [ -n "${VAULT_NAMESPACE-}" ] || VAULT_NAMESPACE={{ providers.vault.namespace | sh }}
    export VAULT_NAMESPACE
{%- endif %}
    "$vault" kv get -mount={{ providers.vault.mount | sh }} -field="$2" -version="$3" "$1"
}
{%- endif %}
{%- if providers.aws %}

# A secret that holds no text would be printed as the word None: join() takes nothing but text.
from_aws() {
    aws secretsmanager get-secret-value --region {{ providers.aws.region | sh }} --secret-id "$1" --version-stage "$2" \
        --query "join('', [SecretString])" --output text
}
{%- endif %}
{%- if providers.azure %}

from_azure() {
    az keyvault secret show --vault-name {{ providers.azure.vault | sh }} --name "$1" ${2:+--version "$2"} --query value --output tsv
}
{%- endif %}
{%- if providers.gcp %}

from_gcp() {
    gcloud secrets versions access "$2" --secret="$1" --project={{ providers.gcp.project | sh }}
}
{%- endif %}
{%- if providers.file or providers.swarm %}

from_file() {
    cat -- "$project/secrets/$1"
}
{%- endif %}
{%- if providers.aws or providers.azure or providers.environment %}

# What the command prints without the newline that it adds: $(...) alone would take all of them, also a key's own.
line() {
    value=$("$@" && printf x) || return 1
    value=${value%x}
    printf %s "${value%"$newline"}"
}
{%- endif %}
{%- if providers.environment %}

from_environment() {
    line printenv "$1" || {
        say "the variable $1 is not set"
        return 1
    }
}
{%- endif %}
{%- if providers.fields %}

# One field of a secret that is JSON.
field() {
    wanted=$1
    shift
    value=$("$@") || return 1
    printf %s "$value" | jq --exit-status --join-output --arg field "$wanted" '.[$field]'
}
{%- endif %}

fetch() {
{%- if sidecar and not providers.vault %}
    # The container is given what lies on the host as files.
    if [ -n "${SECRETS_SOURCE-}" ] && [ -f "$SECRETS_SOURCE/$1" ]; then
        cat -- "$SECRETS_SOURCE/$1"
        return
    fi
{%- endif %}
    case $1 in
{%- for secret in secrets %}
    {{ secret.name | word }})
{%- if secret.provider == "vault" %} from_vault {{ secret.key | sh }} {{ secret.property | sh }} {% if secret.version %}{{ secret.version | sh }}{% else %}0{% endif %} ;;
{%- elif secret.provider == "environment" %} from_environment {{ secret.key | word }} ;;
{%- elif secret.provider == "file" or secret.provider == "swarm" %} from_file {{ secret.name | word }} ;;
{%- else %} {% if secret.property %}field {{ secret.property | sh }}{% elif secret.provider != "gcp" %}line{% endif %}
{%- if secret.property or secret.provider != "gcp" %} {% endif %}
{%- if secret.provider == "aws" %}from_aws {{ secret.key | sh }} {% if secret.version %}{{ secret.version | sh }}{% else %}AWSCURRENT{% endif %} ;;
{%- elif secret.provider == "azure" %}from_azure {{ secret.key | sh }} {% if secret.version %}{{ secret.version | sh }}{% else %}''{% endif %} ;;
{%- else %}from_gcp {{ secret.key | sh }} {% if secret.version %}{{ secret.version | sh }}{% else %}latest{% endif %} ;;
{%- endif %}
{%- endif %}
{%- endfor %}
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
    [ -n "$dir" ] || dir=${XDG_RUNTIME_DIR:-/dev/shm}/{{ name | word }}
    mkdir -p -- "$dir" || return 1
    if [ -h "$dir" ] || [ -z "$(find "$dir" -prune -user "$(id -u)")" ]; then
        say "$dir belongs to somebody else: set SECRETS_DIR to a folder of yours, in memory if you can"
        return 1
    fi
    chmod 0700 "$dir" && dir=$(cd -- "$dir" && pwd)
}
{%- if sidecar and not providers.vault %}

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
{%- endif %}

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
{%- if sidecar and not providers.vault %}
--refresh)
    shift
    trap 'exit 0' TERM
{%- if providers.azure %}
    az account show --output none 2>/dev/null || az login --identity --output none
{%- endif %}
    refresh "$@" || exit 1
    while :; do
        # A trap waits for a command in the foreground, and not for this.
        sleep "${REFRESH:-300}" &
        wait $!
        refresh "$@" || say 'the old values stay'
    done
    ;;
{%- endif %}
'')
    if folder && stage "$dir" {% for secret in secrets %}{% if not loop.first %} {% endif %}{{ secret.name | word }}{% endfor %} && publish "$dir" 0444; then
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
