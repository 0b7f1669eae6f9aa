'use strict';

const fastify = require('fastify')({ logger: true });

fastify.get('/', async () => ({ app: 'node-fastify-loopback' }));

// No host: Fastify listens on the loopback addresses alone, which nobody outside the container reaches.
fastify.listen({ port: 3000 });

process.on('SIGTERM', () => {
  fastify.log.info('SIGTERM received');
  fastify.close();
});
