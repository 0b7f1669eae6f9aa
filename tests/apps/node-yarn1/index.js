'use strict';

const Koa = require('koa');

const app = new Koa();

app.use((ctx) => {
  ctx.body = ctx.path === '/health' ? 'ok' : { app: 'node-yarn1' };
});

const server = app.listen(process.env.PORT || 3000, () => console.log('listening'));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
