import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import ms from 'ms';

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/healthz') {
    response.end('ok');
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ app: 'node-typescript', uptime: ms(Math.round(process.uptime() * 1000)) }));
}

const port = Number(process.env.PORT ?? 4000);
const server = createServer(answer).listen(port, () => console.log(`listening on ${port}`));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
