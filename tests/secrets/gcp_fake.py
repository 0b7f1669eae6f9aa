"""As much of Google's Secret Manager as `gcloud secrets versions access` asks for: the newest version of each file of a folder.

gcloud checks the sum of what it gets, so a value that is not sent exactly is found. It says nothing of who may read.
"""

import base64
import http.server
import json
import pathlib
import re
import sys


def crc32c(data: bytes) -> int:
    # Castagnoli's polynomial, reflected (RFC 3720, appendix B.4)
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Fake(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = re.fullmatch(r"/v1/(projects/demo/secrets/([\w-]+)/versions/latest):access", self.path.split("?")[0])
        file = pathlib.Path(sys.argv[1], asked[2]) if asked else None
        if file and file.is_file():
            data = file.read_bytes()
            payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc32c(data))}
            self.answer(200, {"name": asked[1].replace("latest", "1"), "payload": payload})
        else:
            self.answer(404, {"error": {"code": 404, "status": "NOT_FOUND", "message": "there is no such version"}})

    def answer(self, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
print(server.server_port, flush=True)
server.serve_forever()
