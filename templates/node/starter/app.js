import { readFile } from 'node:fs/promises';

const TOKEN_FILE = process.env.API_TOKEN_FILE ?? '/run/secrets/api_token';

/** The API token, or undefined where none is mounted. Never log what it returns. */
export async function readToken(file = TOKEN_FILE) {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Builds the request handler; the token stays in here and is only told as present or absent. */
export function createApp({ token } = {}) {
  const routes = {
    '/': (response) => sendJson(response, 200, { message: 'Hello from service', secret: token !== undefined }),
    '/healthz': (response) => sendText(response, 200, 'ok'),
  };

  return (request, response) => {
    const [path] = request.url.split('?', 1);
    if (!Object.hasOwn(routes, path)) return sendJson(response, 404, { error: 'not found' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendJson(response, 405, { error: 'method not allowed' });
    }
    return routes[path](response);
  };
}

function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendText(response, status, body) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
}
