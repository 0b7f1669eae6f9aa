FROM --platform=$BUILDPLATFORM a AS b
RUN --mount=type=cache,\
target=/x \
  --mount=type=bind,source=.,target=/y \
  # note
  make
