# The agent that keeps the secrets of {{ name | comment }} fresh: HashiCorp Vault's or OpenBao's.

vault {
  address = {{ providers.vault.address | json }}
{%- if providers.vault.namespace %}
  namespace = {{ providers.vault.namespace | json }}
{%- endif %}
}

auto_auth {
  # It tries again where it fails: were it to end instead, what it logs in with could not be unwrapped twice.
  method "approle" {
    config = {
      role_id_file_path = "/run/approle/role_id"
      # No secret_id is in this file, but a token that unwraps one, once: whoever comes second is told.
      secret_id_file_path              = "/tmp/secret_id"
      secret_id_response_wrapping_path = "auth/approle/role/{{ providers.vault.role | word }}/secret-id"
    }
  }
}

template_config {
  static_secret_render_interval = "5m"
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
