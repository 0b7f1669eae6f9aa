import { createServer } from 'node:http';
import { createApp, readToken } from './app.js';

const port = Number(process.env.PORT ?? 3000);
const server = createServer(createApp({ token: await readToken() }));

server.listen(port, '0.0.0.0', () => console.log(`listening on port ${port}`));

// As PID 1 of a container Node has no default action for these signals: without a handler it would be killed.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    console.log(`${signal} received, shutting down`);
    server.close();
    // Requests still running get half a second, then their connections are cut.
    setTimeout(() => server.closeAllConnections(), 500).unref();
  });
}
