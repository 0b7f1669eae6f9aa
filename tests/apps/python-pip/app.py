from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"app": "python-pip"}


@app.get("/health")
def health():
    return "ok"
