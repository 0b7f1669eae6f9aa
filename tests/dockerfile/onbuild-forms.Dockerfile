FROM a
ONBUILD RUN a && b
ONBUILD COPY --from=x . /y
ONBUILD CMD ["a"]
onbuild env a=b
ONBUILD
ONBUILD \
  RUN x \
  y
