FROM a
HEALTHCHECK NONE
HEALTHCHECK --interval=5s --timeout=1m30s --retries=3 CMD curl -f http://x/ || exit 1
HEALTHCHECK --start-period=1s cmd ["a", "b"]
HEALTHCHECK CMD
HEALTHCHECK \
  --start-interval=2s \
  CMD x
