# A stand-in for caddy:2.11-alpine where no registry can be reached: Debian's server (2.11 in forky), with the file capability that
# the official image gives its binary (caddyserver/caddy-docker 62d1326), and the wget that Alpine's busybox has
FROM debian:forky-slim
RUN apt-get update && apt-get install -y --no-install-recommends caddy wget libcap2-bin ca-certificates && rm -rf /var/lib/apt/lists/* && setcap cap_net_bind_service=+ep /usr/bin/caddy
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
