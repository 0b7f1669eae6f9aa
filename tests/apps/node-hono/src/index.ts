import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();

app.get('/', (c) => c.text('Hello Hono!'));
app.get('/health', (c) => c.text('ok'));

const server = serve({ fetch: app.fetch, port: 3000 }, ({ port }) => console.log(`listening on ${port}`));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
