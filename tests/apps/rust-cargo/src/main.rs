use std::{env, sync::Arc, thread};

use serde::Serialize;
use signal_hook::{consts::SIGTERM, iterator::Signals};
use tiny_http::{Response, Server};

#[derive(Serialize)]
struct Greeting {
    app: &'static str,
}

fn main() {
    let port = env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok())
        .unwrap_or(8080);
    let server = Arc::new(Server::http(("0.0.0.0", port)).expect("the port is free"));
    let mut signals = Signals::new([SIGTERM]).expect("handlers can be set");

    let stopping = Arc::clone(&server);
    thread::spawn(move || {
        signals.forever().next();
        println!("SIGTERM received");
        stopping.unblock();
    });

    for request in server.incoming_requests() {
        let body = match request.url() {
            "/health" => "ok".to_owned(),
            _ => {
                serde_json::to_string(&Greeting { app: "rust-cargo" }).expect("a greeting is JSON")
            }
        };
        let _ = request.respond(Response::from_string(body));
    }
}
