# A stand-in for nats:2.14-alpine3.22 where no registry can be reached: Debian's server (2.10), and the wget and nc that
# Alpine's busybox has
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends nats-server wget netcat-openbsd && rm -rf /var/lib/apt/lists/*
CMD ["nats-server"]
