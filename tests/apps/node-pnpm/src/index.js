import Fastify from 'fastify';

const app = Fastify({ logger: true });

app.get('/', async () => ({ app: 'node-pnpm' }));
app.get('/healthz', async () => 'ok');

process.on('SIGTERM', async () => {
  app.log.info('SIGTERM received');
  await app.close();
});

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' });
