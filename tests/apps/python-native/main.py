import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from psycopg import pq


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        body = {"app": "python-native", "implementation": pq.__impl__, "libpq": pq.version()}
        self.wfile.write(b"ok" if self.path == "/healthz" else json.dumps(body).encode())


def stop(number, frame):
    print("SIGTERM received", flush=True)
    sys.exit()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    ThreadingHTTPServer(("", 8000), Handler).serve_forever()
