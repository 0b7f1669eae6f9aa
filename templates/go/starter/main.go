// Command service is a small HTTP service.
package main

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// shutdownGrace is how long running requests may take to end after a signal.
const shutdownGrace = 500 * time.Millisecond

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	token, err := readToken(env("API_TOKEN_FILE", "/run/secrets/api_token"))
	if err != nil {
		return err
	}

	server := &http.Server{
		Addr:              net.JoinHostPort("0.0.0.0", env("PORT", "8080")),
		Handler:           newHandler(token),
		ReadHeaderTimeout: 5 * time.Second,
	}

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)

	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("listening on %s", server.Addr)

	select {
	case err := <-failed:
		return err
	case received := <-signals:
		log.Printf("%s received, shutting down", signalName(received))
	}

	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// readToken returns the API token, or "" where no file is mounted. Never log what it returns.
func readToken(file string) (string, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(content)), err
}

// env returns a variable of the environment, or the fallback where it is unset or empty.
func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func signalName(received os.Signal) string {
	if received == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}
