export default defineNitroPlugin(() => {
  process.once('SIGTERM', () => console.log('SIGTERM received'));
});
