package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func get(token, path string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	newHandler(token).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder
}

func TestSaysHelloAndWhetherItHasASecretButNotWhich(t *testing.T) {
	if got, want := get("", "/").Body.String(), `{"message":"Hello from service","secret":false}`+"\n"; got != want {
		t.Errorf("without a token: got %q, want %q", got, want)
	}
	body := get("s3cret", "/").Body.String()
	if !strings.Contains(body, `"secret":true`) || strings.Contains(body, "s3cret") {
		t.Errorf("with a token: got %q", body)
	}
}

func TestIsHealthy(t *testing.T) {
	if response := get("", "/healthz"); response.Code != http.StatusOK || response.Body.String() != "ok" {
		t.Errorf("got %d %q, want 200 \"ok\"", response.Code, response.Body)
	}
}

func TestUnknownPathIsNotFound(t *testing.T) {
	if response := get("", "/nowhere"); response.Code != http.StatusNotFound {
		t.Errorf("got %d, want 404", response.Code)
	}
}

func TestReadsTheTokenFromAFileAndLivesWithoutOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "api_token")
	if token, err := readToken(file); token != "" || err != nil {
		t.Errorf("missing file: got %q, %v", token, err)
	}
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := readToken(file); token != "s3cret" || err != nil {
		t.Errorf("got %q, %v", token, err)
	}
}
