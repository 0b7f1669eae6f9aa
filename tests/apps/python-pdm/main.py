from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/")
async def hello() -> dict[str, str]:
    return {"app": "python-pdm"}


@app.get("/health", response_class=PlainTextResponse)
async def health() -> str:
    return "ok"
