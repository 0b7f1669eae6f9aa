import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();

app.get('/', (c) => c.json({ app: 'node-yarn-berry-nm' }));
app.get('/healthz', (c) => c.text('ok'));

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8080) }, (info) => {
  console.log(`listening on ${info.port}`);
});

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
