# The agent that keeps the secrets of {{ name | comment }} fresh: HashiCorp Vault's or OpenBao's.

vault {
  address = {{ providers.vault.address | json }}
{%- if providers.vault.namespace %}
  namespace = {{ providers.vault.namespace | json }}
{%- endif %}
}

auto_auth {
  method "approle" {
    # A login that fails ends the agent; it would try for ever otherwise.
    exit_on_err = true
    config = {
      role_id_file_path   = "/run/approle/role_id"
      secret_id_file_path = "/run/approle/secret_id"
      # The file holds no secret_id but a token that unwraps one, once: whoever comes second is told.
      secret_id_response_wrapping_path      = "auth/approle/role/{{ providers.vault.role | word }}/secret-id"
      remove_secret_id_file_after_reading = false
    }
  }
}

template_config {
  static_secret_render_interval = "5m"
  exit_on_retry_failure         = true
}
{%- for audience in sidecar.audiences %}
{%- for secret in audience.secrets %}

template {
  destination          = "/secrets/{{ audience.volume | word }}/{{ secret.name | word }}"
  perms                = "0440"
  error_on_missing_key = true
{%- if secret.provider == "vault" %}
  contents             = "{% raw %}{{ with secret `{% endraw %}{{ providers.vault.mount | word }}/data/{{ secret.key | word }}{% if secret.version %}?version={{ secret.version | word }}{% endif %}{% raw %}` }}{{ with index .Data.data `{% endraw %}{{ secret.property | word }}{% raw %}` }}{{ . }}{{ else }}{{ sprig_fail `the field is missing or empty` }}{{ end }}{{ end }}{% endraw %}"
{%- else %}
  contents             = "{% raw %}{{ file `/run/files/{% endraw %}{{ secret.name | word }}{% raw %}` }}{% endraw %}"
{%- endif %}
}
{%- endfor %}
{%- endfor %}
