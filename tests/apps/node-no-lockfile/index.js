'use strict';

const http = require('node:http');
const ms = require('ms');

const server = http.createServer((req, res) => res.end(`up for ${ms(Math.round(process.uptime() * 1000))}`));

server.listen(8000);

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
