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

group "default" {
  targets = ["api", "web"]
}

group "release" {
  targets = ["api-release", "web-release"]
}

target "api" {
  context    = "./api"
  dockerfile = "Dockerfile"
  tags       = ["registry.example.com/shop/api:${TAG}"]
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

target "web" {
  context    = "./web"
  dockerfile = "Dockerfile"
  tags       = ["registry.example.com/shop/web:${TAG}"]
  cache-from = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:web"]
}

target "web-release" {
  inherits  = ["web"]
  platforms = ["linux/amd64", "linux/arm64"]
  labels = {
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.version"  = TAG
  }
  attest   = ["type=provenance,mode=max", "type=sbom"]
  cache-to = CACHE == "" ? [] : ["type=registry,ref=${CACHE}:web,mode=max"]
}

target "web-dev" {
  inherits = ["web"]
  target   = "dev"
  tags     = ["web-dev"]
}
