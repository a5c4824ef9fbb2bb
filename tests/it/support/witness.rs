//! A witness as a process of its own, in a folder of its own, as on another machine.

use std::path::PathBuf;
use std::time::Duration;

use placet::audit::checkpoint::Checkpoint;
use placet::audit::encoding::hex;
use placet::audit::note::{Cosignature, CosignerKey, VerifierKey, cosignatures};
use placet::audit::tree::sha256;
use tempfile::TempDir;

use super::http::Http;
use super::process;
use super::reaper::directory;
use super::server::{Server, cli_without};

const WITHIN: Duration = Duration::from_secs(60);

/// A running witness of one log.
pub struct Witness {
    pub server: Server,
    /// Its key, as a vkey.
    pub key: String,
    log: String,
    folder: TempDir,
}

impl Witness {
    /// A new witness that has seen nothing yet.
    pub fn start(log: &str) -> Self {
        let folder = directory("witness");
        let key_file = folder.path().join("witness.key").display().to_string();
        let arguments = [
            "witness",
            "keygen",
            "--name",
            "witness.example/w1",
            "--key",
            &key_file,
        ];
        let made = cli_without(folder.path(), &arguments, &[]);
        assert_eq!(made.code, 0, "{made:?}");
        let key = made.stdout.trim().to_owned();
        let server = Self::serve(&folder, log, "127.0.0.1:0");
        let log = log.to_owned();
        Self {
            server,
            key,
            log,
            folder,
        }
    }

    fn serve(folder: &TempDir, log: &str, listen: &str) -> Server {
        let file = |name: &str| folder.path().join(name).display().to_string();
        let (key, state) = (file("witness.key"), file("witness.state"));
        let arguments = [
            "--listen", listen, "--key", &key, "--log", log, "--state", &state,
        ];
        Server::witness(&arguments)
    }

    /// `kill -9`, and once more on the same port and state.
    pub fn restart(&mut self) {
        let port = self.server.port();
        self.server.kill9();
        self.server = Self::serve(&self.folder, &self.log, &format!("127.0.0.1:{port}"));
    }

    /// What it keeps.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("witness.state")
    }

    /// What `serve --witness` takes.
    pub fn address(&self) -> String {
        format!("{}={}", self.key, self.server.url())
    }

    /// Its cosignature in a note that the log signed, and the size; `None` where there is none.
    pub fn in_note(&self, note: &str) -> Option<(u64, Cosignature)> {
        let log: VerifierKey = self.log.parse().expect("the log's key");
        let own: CosignerKey = self.key.parse().expect("the witness's key");
        let head = Checkpoint::open(note, &[log]).expect("signed by the log");
        let found = cosignatures(note, &[own]).expect("no false cosignature");
        Some((head.size, found.into_iter().next()?))
    }

    /// The last checkpoint that it cosigned, as it tells monitors.
    pub fn last(&self) -> Option<String> {
        let origin = self.log.split('+').next().expect("a name");
        let path = format!("/{}/checkpoint", hex(&sha256(&[origin.as_bytes()])));
        let reply = self.server.http().get(&path);
        (reply.status == 200).then_some(reply.text)
    }

    /// Waits until the log serves a checkpoint of at least `least` entries that it cosigned; gives
    /// the size.
    pub fn await_size(&self, http: &Http, least: u64) -> u64 {
        let mut size = 0;
        let seen = process::until(WITHIN, || {
            let reply = http.get("/log/checkpoint/cosigned");
            let found = (reply.status == 200)
                .then(|| self.in_note(&reply.text))
                .flatten();
            size = found.map_or(0, |(size, _)| size);
            size >= least && size > 0
        });
        assert!(seen, "cosigned up to {size}, not {least}");
        size
    }
}
