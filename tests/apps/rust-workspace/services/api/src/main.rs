use axum::{Router, routing::get};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
        .route("/", get(async || greeting::greeting("rust-workspace")))
        .route("/healthz", get(async || "ok"));

    let mut sigterm = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            sigterm.recv().await;
            println!("SIGTERM received");
        })
        .await
}
