//! HTTP at the door: which host answers what, which headers guard a browser, and what comes of requests that
//! are none.

mod csrf;
mod guards;
mod hosts;
pub mod injection;
mod limits;
mod wire;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// For whom a route is, by where it stands in the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Everywhere,
    Pages,
    Customers,
    Console,
    Api,
}

/// A route of the program.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: String,
    /// As it stands in the sources.
    pub pattern: String,
    /// With something in the place of each parameter.
    pub path: String,
    pub room: Room,
}

/// Every route, read from the sources: one that is added is tested.
pub fn routes() -> Vec<Route> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut found = Vec::new();
    look(&root, &root, &mut found);
    assert!(found.len() > 140, "{} routes", found.len());
    found
}

fn look(root: &Path, folder: &Path, found: &mut Vec<Route>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(root, &path, found);
            continue;
        }
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let file = path.strip_prefix(root).unwrap().display().to_string();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let line = line.trim();
            let methods = ["get", "post", "put", "delete"];
            let route = methods.iter().find_map(|method| {
                let rest = line.strip_prefix(&format!("#[{method}(\""))?;
                Some((method.to_uppercase(), rest.strip_suffix("\")]")?))
            });
            if let Some((method, pattern)) = route {
                let (path, room) = (filled(pattern), room(&file, pattern));
                let pattern = pattern.to_owned();
                found.push(Route {
                    method,
                    pattern,
                    path,
                    room,
                });
            }
        }
    }
}

fn filled(pattern: &str) -> String {
    let mut path = String::new();
    for (at, part) in pattern.split('{').enumerate() {
        let (_, rest) = if at == 0 {
            ("", part)
        } else {
            part.split_once('}').unwrap()
        };
        path.push_str(if at == 0 { "" } else { "none" });
        path.push_str(rest);
    }
    path
}

fn room(file: &str, pattern: &str) -> Room {
    match (file, pattern) {
        (_, "/healthz" | "/readyz") => Room::Everywhere,
        // other nodes know each other by their own names
        (file, _) if file.starts_with("nodes/") => Room::Everywhere,
        (_, pattern) if pattern.starts_with("/assets/") => Room::Pages,
        (file, _) if file.starts_with("console/") => Room::Console,
        (file, _) if file.starts_with("form/") || file == "dev.rs" => Room::Customers,
        (file, _)
            if file.starts_with("api/") || ["log.rs", "oauth.rs", "serve.rs"].contains(&file) =>
        {
            Room::Api
        }
        _ => panic!("for whom is {pattern} in {file}?"),
    }
}

/// An answer as it came.
#[derive(Debug)]
pub struct Came {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Came {
    /// A header's values, joined as the standard does.
    pub fn header(&self, name: &str) -> Option<String> {
        let each = self.head.lines().skip(1).filter_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        let all: Vec<&str> = each.collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

/// Sends a whole request and reads until the server hangs up.
pub fn send(port: u16, request: &[u8]) -> Came {
    let text = String::from_utf8_lossy(&until_closed(port, request)).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Came {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// What comes until the server hangs up, which it must.
pub fn until_closed(port: u16, request: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // it may refuse in the middle
    let _gone = socket.write_all(request);
    let mut answer = Vec::new();
    let mut some = [0; 4096];
    loop {
        match socket.read(&mut some) {
            Ok(0) => return answer,
            Ok(count) => answer.extend_from_slice(&some[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return answer,
            Err(error) => panic!(
                "still open ({error}) after {:?}",
                String::from_utf8_lossy(&answer)
            ),
        }
    }
}

/// A request of one route, with further lines in its head.
pub fn ask(port: u16, method: &str, path: &str, lines: &str) -> Came {
    let length = if method == "GET" || method == "OPTIONS" {
        ""
    } else {
        "content-length: 0\r\n"
    };
    let request = format!("{method} {path} HTTP/1.1\r\n{lines}{length}connection: close\r\n\r\n");
    send(port, request.as_bytes())
}
