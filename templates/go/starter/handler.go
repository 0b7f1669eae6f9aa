package main

import (
	"encoding/json"
	"io"
	"net/http"
)

type greeting struct {
	Message string `json:"message"`
	Secret  bool   `json:"secret"`
}

// newHandler builds the routes; the token is only told as present or absent.
func newHandler(token string) http.Handler {
	mux := http.NewServeMux()

	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(greeting{Message: "Hello from service", Secret: token != ""})
	})

	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok")
	})

	return mux
}
