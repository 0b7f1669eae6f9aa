//! Ports of this machine for servers of tests.
#![allow(clippy::disallowed_methods, reason = "a test that serves needs a network")]

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A listener that is reached. A firewall may hold a port that is free: that of a container which an engine did not
/// clear away leads nowhere, and whoever gets it from the kernel hears nothing.
pub(crate) fn listener() -> TcpListener {
    // the deaf ones are kept until one is found, or the kernel would give them again
    let mut deaf = Vec::new();
    while deaf.len() < 100 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        if TcpStream::connect_timeout(&listener.local_addr().unwrap(), Duration::from_millis(500)).is_ok() {
            drop(listener.accept().unwrap());
            return listener;
        }
        deaf.push(listener);
    }
    panic!("no port of this machine is reached");
}

/// A port that nobody listens on, and that would be reached.
pub(crate) fn free_port() -> u16 {
    listener().local_addr().unwrap().port()
}
