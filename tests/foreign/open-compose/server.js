require('http').createServer((request, response) => response.end('hello')).listen(8080);
process.on('SIGTERM', () => process.exit(0));
