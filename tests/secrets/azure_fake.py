"""As much of Azure as `az login --identity` and `az keyvault secret show` ask for: each file of a folder is a secret.

It speaks TLS with a certificate of its own (arguments: folder, certificate, key). It says nothing of who may read.
"""

import base64
import http.server
import json
import pathlib
import ssl
import sys
import time
import urllib.parse

TENANT = "00000000-0000-0000-0000-000000000001"


def token() -> str:
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    claims = {"tid": TENANT, "oid": "o", "appid": "a", "exp": int(time.time()) + 3600, "aud": "x", "sub": "s"}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.eA"


class Fake(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        here = f"https://localhost:{server.server_port}"
        path = urllib.parse.urlsplit(self.path).path
        parts = [part for part in path.split("/") if part]
        if path == "/metadata/endpoints":
            self.answer(200, endpoints(here))
        elif path == "/identity":
            expires = int(time.time()) + 3600
            self.answer(200, {"access_token": token(), "expires_on": str(expires), "resource": "x", "token_type": "Bearer"})
        elif path == "/subscriptions":
            one = {"id": f"/subscriptions/{TENANT}", "subscriptionId": TENANT, "displayName": "fake", "state": "Enabled", "tenantId": TENANT}
            self.answer(200, {"value": [one]})
        elif path == "/tenants":
            self.answer(200, {"value": [{"tenantId": TENANT}]})
        elif parts[:1] == ["secrets"] and len(parts) >= 2:
            self.secret(here, parts[1])
        else:
            self.answer(404, {"error": {"code": "NotFound", "message": path}})

    def secret(self, here: str, name: str) -> None:
        if "Authorization" not in self.headers:
            # a vault first says where its tokens come from
            challenge = f'Bearer authorization="{here}/{TENANT}", resource="{here}"'
            self.answer(401, {"error": {"code": "Unauthorized", "message": "no token"}}, {"WWW-Authenticate": challenge})
            return
        file = pathlib.Path(sys.argv[1], name)
        if file.is_file():
            attributes = {"enabled": True, "created": 1, "updated": 1}
            self.answer(200, {"value": file.read_text(), "id": f"{here}/secrets/{name}/1", "attributes": attributes})
        else:
            self.answer(404, {"error": {"code": "SecretNotFound", "message": "there is no such secret"}})

    def answer(self, status: int, body: dict, headers: dict = {}) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_) -> None:
        pass


def endpoints(here: str) -> dict:
    return {
        "name": "fake",
        "resourceManager": here,
        "authentication": {"loginEndpoint": here, "audiences": [here], "tenant": TENANT, "identityProvider": "AAD"},
        "suffixes": {"keyVaultDns": here.replace("https://", ".")},
        "graph": here,
        "graphAudience": here,
        "portal": here,
        "media": here,
        "gallery": here,
        "batch": here,
    }


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
