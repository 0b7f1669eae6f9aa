FROM a
RUN --network=none
ENV --x a=b
LABEL --y
