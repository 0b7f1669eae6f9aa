# one
# two

# three
FROM a
#
# four
RUN a \
  # inside
  b \
# at the margin
  c
  # indented
RUN d
