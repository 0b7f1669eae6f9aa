//! A registry that says what a test wants it to say, on this machine and without TLS.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    /// By their names in small letters.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn authorization(&self) -> &str {
        self.headers.get("authorization").map_or("", String::as_str)
    }
}

/// What is answered; a status of 0 hangs up.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

pub(super) fn said(status: u16, headers: &[(&'static str, &str)], body: &str) -> Said {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Said { status, headers, body: body.as_bytes().to_vec() }
}

/// A server. Its thread ends with the test's process.
pub(super) struct Fake {
    pub(super) host: String,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    pub(super) fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let listener = crate::port::listener();
        let host = listener.local_addr().expect("an address").to_string();
        let log: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&log), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { host, log }
    }

    /// What was asked so far, as `GET /v2/...`.
    pub(super) fn asked(&self) -> Vec<String> {
        self.all().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    pub(super) fn all(&self) -> Vec<Asked> {
        self.log.lock().expect("a log").clone()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Said) {
    let mut first = [0_u8; 1];
    // A handshake of TLS begins with 22: this server speaks none.
    if stream.peek(&mut first).is_err() || first[0] == 22 {
        return;
    }
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    loop {
        let Some(asked) = read(&mut reader) else { return };
        log.lock().expect("a log").push(asked.clone());
        if asked.method == "CONNECT" {
            // from here on it plays the host behind the proxy
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            continue;
        }
        let said = answer(&asked);
        if said.status == 0 {
            return;
        }
        let mut head =
            format!("HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n", said.status, said.body.len());
        for (name, value) in &said.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let _ = stream.write_all(head.as_bytes());
        if asked.method != "HEAD" {
            let _ = stream.write_all(&said.body);
        }
        return;
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_ascii_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body).ok()?;
    Some(Asked { method, path, headers, body })
}
