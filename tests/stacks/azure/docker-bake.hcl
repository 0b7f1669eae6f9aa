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

variable "REGISTRY" {
  # Where the images are published, such as "registry.example.com/team/".
  default = ""
}

variable "HTTP_PROXY" {
  default = null
}

variable "HTTPS_PROXY" {
  default = null
}

variable "NO_PROXY" {
  default = null
}

group "default" {
  targets = ["api"]
}

group "release" {
  targets = ["api-release"]
}

target "api" {
  context    = "."
  dockerfile = "Dockerfile"
  tags       = ["${REGISTRY}api:${TAG}"]
  # The value comes from the environment of the build and is in no layer.
  secret = ["id=build_ca,src=certs/corp.pem"]
  args = {
    HTTP_PROXY  = HTTP_PROXY
    HTTPS_PROXY = HTTPS_PROXY
    NO_PROXY    = NO_PROXY
  }
  cache-from = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:api"]
}

target "api-release" {
  inherits  = ["api"]
  platforms = ["linux/amd64", "linux/arm64"]
  labels = {
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.version"  = TAG
  }
  attest   = ["type=provenance,mode=max", "type=sbom"]
  cache-to = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:api,mode=max"]
}

target "api-dev" {
  inherits = ["api"]
  target   = "dev"
  tags     = ["api-dev"]
}
