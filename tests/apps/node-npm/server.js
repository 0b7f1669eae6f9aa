'use strict';

const express = require('express');
const ms = require('ms');

const app = express();
const port = process.env.PORT || 3000;

app.get('/', (req, res) => res.json({ app: 'node-npm', uptime: ms(Math.round(process.uptime() * 1000)) }));
app.get('/health', (req, res) => res.send('ok'));

const server = app.listen(port, () => console.log(`listening on ${port}`));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
