//! `placet health`: whether the service on this machine is ready, for a container's health check.

use super::config::Config;
use super::output::{Exit, Failure, print};
use crate::http::tls::own_line;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/readyz` of the configured address: exits 0 where it is ready, 3 where it is not.
///
/// # Errors
/// Where nothing answers there.
pub fn run(config: &Config) -> Result<Exit, Failure> {
    let status = answer(config)?;
    print(&status)?;
    Ok(if status.contains(" 200 ") {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// The first line of what the configured address answers.
///
/// # Errors
/// Where nothing answers there.
pub(super) fn answer(config: &Config) -> Result<String, Failure> {
    let listen = config.get("listen").replace("0.0.0.0:", "127.0.0.1:");
    let addresses = listen.to_socket_addrs();
    let address = addresses.ok().and_then(|mut all| all.next());
    let address = address.ok_or_else(|| Failure::usage(format!("{listen} is no address")))?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    if config.get("tls_certificate").is_empty() {
        return ask(stream, address);
    }
    ask(own_line(stream, address.ip())?, address)
}

fn ask(mut stream: impl Read + Write, address: SocketAddr) -> Result<String, Failure> {
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
