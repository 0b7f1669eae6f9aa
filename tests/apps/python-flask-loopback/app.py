import signal
import sys

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return {"app": "python-flask-loopback"}


def stop(number, frame):
    print("SIGTERM received", flush=True)
    sys.exit()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    # No host: Flask listens on 127.0.0.1 alone, which nobody outside the container reaches.
    app.run(port=5000)
