from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"app": "python-pip-hashes"}


@app.get("/healthz")
def health():
    return "ok"
