import { greeting } from '@example/greeting';
import express from 'express';

const app = express();

app.get('/', (req, res) => res.json({ app: 'node-workspace-npm', greeting: greeting(process.uptime()) }));
app.get('/healthz', (req, res) => res.send('ok'));

const server = app.listen(process.env.PORT ?? 3000, () => console.log('listening'));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
