import { setTimeout as sleep } from 'node:timers/promises';
import ms from 'ms';

const stop = new AbortController();

process.on('SIGTERM', () => {
  console.log('SIGTERM received');
  stop.abort();
});

while (!stop.signal.aborted) {
  console.log('working');
  await sleep(ms('2s'), undefined, { signal: stop.signal }).catch(() => {});
}
