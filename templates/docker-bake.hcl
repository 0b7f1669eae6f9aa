{%- for image in images %}{% if not image.published %}{% set_global unpublished = true %}{% endif %}{% if image.proxy %}{% set_global proxied = true %}{% endif %}{% endfor -%}
# docker buildx bake                  builds for this machine
# docker buildx bake release --push   builds for every platform, with SBOM and provenance, and publishes
#
# Each variable can be set by one of the same name in the environment.

variable "TAG" {
  default = "dev"
}

variable "REVISION" {
  # The commit that is built.
  default = ""
}

variable "CACHE" {
  # A repository that keeps the layers between builds on different machines.
  default = ""
}
{%- if unpublished %}

variable "REGISTRY" {
  # Where the images are published, such as "registry.example.com/team/".
  default = ""
}
{%- endif %}
{%- if proxied %}
{%- for name in ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] %}

variable "{{ name | word }}" {
  default = null
}
{%- endfor %}
{%- endif %}

group "default" {
  targets = [{% for image in images %}{{ image.job | hcl }}{% if not loop.last %}, {% endif %}{% endfor %}]
}

group "release" {
  targets = [{% for image in images %}"{{ image.job | word }}-release"{% if not loop.last %}, {% endif %}{% endfor %}]
}
{%- for image in images %}

target {{ image.job | hcl }} {
  context    = {{ image.context | hcl }}
  dockerfile = "Dockerfile"
  tags       = ["{% if image.published %}{{ image.repository | word }}{% else %}${REGISTRY}{{ image.name | word }}{% endif %}:${TAG}"]
{%- if image.mounts %}
  # The value comes from the environment of the build and is in no layer.
  secret = [{% for secret in image.mounts %}"id={{ secret.id | word }},{% if secret.file %}src={{ secret.file | word }}{% else %}env={{ secret.variable | word }}{% endif %}"{% if not loop.last %}, {% endif %}{% endfor %}]
{%- endif %}
{%- if image.ssh %}
  ssh = ["default"]
{%- endif %}
{%- if image.proxy %}
  args = {
    HTTP_PROXY  = HTTP_PROXY
    HTTPS_PROXY = HTTPS_PROXY
    NO_PROXY    = NO_PROXY
  }
{%- endif %}
  cache-from = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:{{ image.name | word }}"]
}

target "{{ image.job | word }}-release" {
  inherits  = [{{ image.job | hcl }}]
  platforms = [{% for platform in platforms %}{{ platform | hcl }}{% if not loop.last %}, {% endif %}{% endfor %}]
  labels = {
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.version"  = TAG
  }
  attest   = ["type=provenance,mode=max", "type=sbom"]
  cache-to = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:{{ image.name | word }},mode=max"]
}
{%- if image.dev and outputs.dev %}

target "{{ image.job | word }}-dev" {
  inherits = [{{ image.job | hcl }}]
  target   = "dev"
  tags     = ["{{ image.name | word }}-dev"]
}
{%- endif %}
{%- endfor %}
