import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createApp, readToken } from './app.js';

/** Serves the app on a free port for the time of one test and returns its address. */
async function serve(t, options) {
  const server = createServer(createApp(options));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

test('says hello and whether it has a secret, but not which', async (t) => {
  const without = await fetch(await serve(t));
  assert.deepEqual(await without.json(), { message: 'Hello from service', secret: false });

  const answer = await (await fetch(await serve(t, { token: 's3cret' }))).text();
  assert.equal(JSON.parse(answer).secret, true);
  assert.ok(!answer.includes('s3cret'));
});

test('is healthy', async (t) => {
  const response = await fetch(`${await serve(t)}/healthz`);
  assert.equal(response.status, 200);
  assert.equal(await response.text(), 'ok');
});

test('answers 404 for an unknown path and 405 for another method', async (t) => {
  const origin = await serve(t);
  assert.equal((await fetch(`${origin}/nowhere`)).status, 404);
  assert.equal((await fetch(origin, { method: 'POST' })).status, 405);
});

test('reads the token from a file, and lives without one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'service-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'api_token');

  assert.equal(await readToken(file), undefined);
  await writeFile(file, 's3cret\n');
  assert.equal(await readToken(file), 's3cret');
});
