//! A small HTTP service.

mod routes;

use std::{env, fs, io, process::ExitCode, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::sleep,
};

/// How long running requests may take to end after a signal.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or_else(|_| "8080".into());
    let token_file = env::var("API_TOKEN_FILE").unwrap_or_else(|_| "/run/secrets/api_token".into());

    let app = routes::app(read_token(&token_file)?.is_some());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).await?;
    println!("listening on port {port}");

    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        let _ = stopped.await;
    });

    // As PID 1 of a container the program has no default action for signals: unhandled, it would be killed.
    let mut sigterm = signal(SignalKind::terminate())?;
    let mut sigint = signal(SignalKind::interrupt())?;
    let shutdown = async {
        let name = tokio::select! {
            _ = sigterm.recv() => "SIGTERM",
            _ = sigint.recv() => "SIGINT",
        };
        println!("{name} received, shutting down");
        let _ = stop.send(());
        sleep(SHUTDOWN_GRACE).await;
    };

    tokio::select! {
        served = server => served,
        () = shutdown => Ok(()),
    }
}

/// The API token, or `None` where no file is mounted. Never log what it returns.
fn read_token(file: &str) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(content) => Ok(Some(content.trim().to_owned()).filter(|token| !token.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
