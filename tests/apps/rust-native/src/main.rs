use std::{env, sync::Arc, thread};

use signal_hook::{consts::SIGTERM, iterator::Signals};
use tiny_http::{Response, Server};

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
            _ => format!("rust-native with {}", openssl::version::version()),
        };
        let _ = request.respond(Response::from_string(body));
    }
}
