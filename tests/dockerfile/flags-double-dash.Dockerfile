FROM a
COPY --link -- --a b
RUN -- --mount=x
RUN --network=none -x
COPY --
