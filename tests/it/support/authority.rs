//! A timestamping authority: `openssl ts -reply` behind a small server, with a certificate of a small
//! CA of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::reaper::directory;

const CONFIG: &str = "\
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamper]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
signer_digest = sha256
clock_precision_digits = 0
";

const SETTING_UP: [&str; 5] = [
    "ecparam -name prime256v1 -genkey -noout -out ca.key",
    "req -new -x509 -key ca.key -subj /CN=Test-CA -config tsa.cnf -extensions ca -days 30 -out ca.pem",
    "ecparam -name prime256v1 -genkey -noout -out tsa.key",
    "req -new -key tsa.key -subj /CN=Test-TSA -config tsa.cnf -out tsa.csr",
    "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 30 -extfile tsa.cnf -extensions stamper -out tsa.pem",
];

/// A running authority. Dropped, it answers no more.
pub struct Authority {
    folder: Arc<TempDir>,
    port: u16,
    away: Arc<AtomicBool>,
}

/// Runs `openssl` in a folder.
pub fn openssl(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' ')).current_dir(folder);
    command.output().expect("run openssl")
}

impl Authority {
    pub fn start() -> Self {
        let folder = Arc::new(directory("authority"));
        std::fs::write(folder.path().join("tsa.cnf"), CONFIG).unwrap();
        std::fs::write(folder.path().join("serial"), "01\n").unwrap();
        for step in SETTING_UP {
            let done = openssl(folder.path(), step);
            assert!(done.status.success(), "{step}: {done:?}");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().unwrap().port();
        let away = Arc::new(AtomicBool::new(false));
        let (home, gone) = (folder.clone(), away.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if !gone.load(Ordering::SeqCst) {
                    // whoever hangs up has no answer
                    let _ = answer(home.path(), socket);
                }
            }
        });
        Self { folder, port, away }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/tsa", self.port)
    }

    /// The CA's certificate.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// From now on it hangs up on everybody, or no longer.
    pub fn goes_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

fn answer(folder: &Path, mut socket: TcpStream) -> std::io::Result<()> {
    let request = request(&mut socket)?;
    std::fs::write(folder.join("query"), request)?;
    let reply =
        "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply";
    let made = openssl(folder, reply);
    assert!(made.status.success(), "{made:?}");
    let body = std::fs::read(folder.join("reply"))?;
    let length = body.len();
    write!(
        socket,
        "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n"
    )?;
    socket.write_all(&body)
}

/// The body of a request that says its length and its type.
fn request(socket: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut heard = Vec::new();
    loop {
        let mut some = [0; 1024];
        let count = socket.read(&mut some)?;
        heard.extend_from_slice(&some[..count]);
        let end = heard.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end.filter(|_| count > 0) else {
            assert!(count > 0, "a request without an end");
            continue;
        };
        let head = String::from_utf8_lossy(&heard[..end]).to_lowercase();
        assert!(
            head.contains("content-type: application/timestamp-query"),
            "{head}"
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        if heard.len() >= end + 4 + length {
            return Ok(heard[end + 4..end + 4 + length].to_vec());
        }
    }
}
