import pytest
from fastapi.testclient import TestClient

from main import app


@pytest.fixture
def get(monkeypatch, tmp_path):
    """Asks a freshly started service; its token file is the one given."""

    def ask(path, token=None):
        file = tmp_path / "api_token"
        if token is not None:
            file.write_text(token)
        monkeypatch.setenv("API_TOKEN_FILE", str(file))
        with TestClient(app) as client:
            return client.get(path)

    return ask


def test_says_hello_without_a_secret(get):
    assert get("/").json() == {"message": "Hello from service", "secret": False}


def test_tells_that_it_has_a_secret_but_not_which(get):
    response = get("/", token="s3cret\n")
    assert response.json()["secret"] is True
    assert "s3cret" not in response.text


def test_is_healthy(get):
    response = get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")


def test_unknown_path_is_not_found(get):
    assert get("/nowhere").status_code == 404
