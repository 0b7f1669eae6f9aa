FROM node:26-trixie-slim AS run
WORKDIR /srv
COPY app.js .
USER 10001:10001
CMD ["node", "app.js"]

FROM run AS debug
USER 0:0
CMD ["node", "--inspect", "app.js"]
