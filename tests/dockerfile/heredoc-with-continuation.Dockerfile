FROM a
RUN cat <<EOF \
  > /x
y \
EOF
RUN --mount=type=cache,target=/c \
  # note
  <<EOF cat
z
EOF
