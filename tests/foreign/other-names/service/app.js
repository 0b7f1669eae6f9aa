const server = require('http').createServer((request, response) => response.end('hello'));
server.listen(process.env.PORT || 3000);
process.on('SIGTERM', () => process.exit(0));
