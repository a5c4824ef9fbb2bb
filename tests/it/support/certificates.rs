//! Certificates of an authority of the tests' own, made by `openssl`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::authority::openssl;
use super::reaper::directory;

const CONFIG: &str = "\
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
[here]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[crm]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:crm.example.com, DNS:other.example.com
[till]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:till.example.com
[star]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:*.example.com
";

/// A folder with an authority, `ca`, and one that nobody believes, `other`.
pub struct Certificates(TempDir);

impl Certificates {
    pub fn new() -> Self {
        let made = Self(directory("certificates"));
        std::fs::write(made.file("tls.cnf"), CONFIG).unwrap();
        made.authority("ca");
        made.authority("other");
        made
    }

    fn authority(&self, name: &str) {
        self.key(name);
        self.run(&format!(
            "req -new -x509 -key {name}.key -subj /CN=Test-{name} -config tls.cnf -extensions ca -days 30 -out {name}.crt"
        ));
    }

    /// A certificate `name.crt` with its key `name.key`, of a kind above, by an authority, for so many days.
    pub fn make(&self, name: &str, kind: &str, by: &str, days: i32) {
        self.key(name);
        self.run(&format!(
            "req -new -key {name}.key -subj /CN={name} -config tls.cnf -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {by}.crt -CAkey {by}.key -CAcreateserial -days {days} -extfile tls.cnf -extensions {kind} -out {name}.crt"
        ));
    }

    fn key(&self, name: &str) {
        self.run(&format!(
            "ecparam -name prime256v1 -genkey -noout -out {name}.key"
        ));
        self.open_to(&format!("{name}.key"), 0o600);
    }

    /// Who may read a file.
    pub fn open_to(&self, name: &str, mode: u32) {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(self.file(name), mode).unwrap();
    }

    #[track_caller]
    fn run(&self, step: &str) {
        let done = openssl(self.0.path(), step);
        assert!(done.status.success(), "{step}: {done:?}");
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    /// One takes the place of another, key and all.
    pub fn put(&self, name: &str, in_place_of: &str) {
        for ending in ["key", "crt"] {
            let file = |name: &str| self.file(&format!("{name}.{ending}"));
            std::fs::copy(file(name), file(in_place_of)).unwrap();
        }
    }
}
