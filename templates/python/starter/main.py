"""A small HTTP service."""

import logging
import os
import signal
import threading
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

log = logging.getLogger("uvicorn.error")


def read_token() -> str | None:
    """The API token, or None where no file is mounted. Never log what it returns."""
    file = Path(os.environ.get("API_TOKEN_FILE", "/run/secrets/api_token"))
    try:
        return file.read_text().strip() or None
    except FileNotFoundError:
        return None


def announce_sigterm() -> None:
    """Tell in the log why the service ends, then let the server's own handler end it."""
    if threading.current_thread() is not threading.main_thread():
        return  # Python sets signal handlers in the main thread only; test clients run elsewhere.
    shut_down = signal.getsignal(signal.SIGTERM)

    def announce(number, frame):
        log.info("SIGTERM received, shutting down")
        if callable(shut_down):
            shut_down(number, frame)

    signal.signal(signal.SIGTERM, announce)


@asynccontextmanager
async def lifespan(app: FastAPI):
    announce_sigterm()
    app.state.token = read_token()
    yield


app = FastAPI(title="service", lifespan=lifespan)


@app.get("/")
async def hello() -> dict[str, str | bool]:
    return {"message": "Hello from service", "secret": app.state.token is not None}


@app.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    return "ok"


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
