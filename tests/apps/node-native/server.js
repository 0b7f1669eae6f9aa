'use strict';

const { createServer } = require('node:http');
const Database = require('better-sqlite3');

const db = new Database(':memory:');

const server = createServer((request, response) => {
  const { version } = db.prepare('select sqlite_version() as version').get();
  response.end(JSON.stringify({ app: 'node-native', sqlite: version }));
});

server.listen(process.env.PORT || 3000, () => console.log('listening'));

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  server.close();
});
