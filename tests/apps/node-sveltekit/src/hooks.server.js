process.once('SIGTERM', () => console.log('SIGTERM received'));
