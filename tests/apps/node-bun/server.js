import { createServer } from 'node:http';
import pc from 'picocolors';

const server = createServer((request, response) => {
  response.end(request.url === '/health' ? 'ok' : JSON.stringify({ app: 'node-bun' }));
});

server.listen(process.env.PORT ?? 3000, () => console.log(pc.green('listening')));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
