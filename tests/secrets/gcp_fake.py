"""As much of Google's Secret Manager as `gcloud secrets create`, `versions add` and `versions access` ask for: each file
of a folder is the newest version of a secret.

gcloud checks the sum of what it gets, so a value that is not sent exactly is found. It says nothing of who may read.
"""

import base64
import http.server
import json
import pathlib
import re
import sys
import urllib.parse


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

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path, _, query = self.path.partition("?")
        made = path == "/v1/projects/demo/secrets" and urllib.parse.parse_qs(query).get("secretId")
        added = re.fullmatch(r"/v1/(projects/demo/secrets/([\w-]+)):addVersion", path)
        if made and "automatic" in body.get("replication", {}):
            pathlib.Path(sys.argv[1], made[0]).touch(exist_ok=False)
            self.answer(200, {"name": f"projects/demo/secrets/{made[0]}"})
        elif added and pathlib.Path(sys.argv[1], added[2]).is_file():
            pathlib.Path(sys.argv[1], added[2]).write_bytes(base64.b64decode(body["payload"]["data"]))
            self.answer(200, {"name": f"{added[1]}/versions/1", "clientSpecifiedPayloadChecksum": True})
        else:
            self.answer(404, {"error": {"code": 404, "status": "NOT_FOUND", "message": "there is no such secret"}})

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
