//! Our log, verified by programs that are not ours. See `tests/foreign/verify.go` for what is
//! foreign in it and what is not; `docs/decisions/0019-witnesses.md` for what that is worth.

use std::path::{Path, PathBuf};
use std::process::Command;

use placet::audit::encoding::{unb64, unb64_any};
use placet::audit::note::{CosignerKey, VerifierKey};

use crate::support::database::Db;
use crate::support::process::find;
use crate::support::scene::{Scene, consent, email};
use crate::support::server::{Output, cli};
use crate::support::waits::{GO, QPDF, test_name};
use crate::support::witness::Witness;

/// Where Debian keeps Go's libraries.
const LIBRARIES: &str = "/usr/share/gocode";
const NEEDED: [&str; 2] = [
    "src/golang.org/x/mod/sumdb/tlog",
    "src/github.com/NebulousLabs/merkletree",
];

/// The verifier, built once a run from Debian's sources, with no network.
fn verifier(folder: &Path) -> Option<PathBuf> {
    let go = find(&["go"]);
    let missing = NEEDED
        .iter()
        .find(|path| !Path::new(LIBRARIES).join(path).is_dir());
    let (Some(go), None) = (go, missing) else {
        GO.missing(&test_name(), "go or a library of it is not installed");
        return None;
    };
    let program = folder.join("verify");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/verify.go");
    let built = Command::new(go)
        .args(["build", "-o"])
        .args([&program, &source])
        .env("GO111MODULE", "off")
        .env("GOPATH", LIBRARIES)
        .env("GOFLAGS", "")
        .env("GOPROXY", "off")
        .env("CGO_ENABLED", "0")
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go"))
        .output()
        .expect("run go");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    Some(program)
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("run a verifier");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A whole log of some hundred entries, exported after a witness has cosigned most of it.
struct Package {
    file: PathBuf,
    log: String,
    witness: String,
}

fn package(folder: &Path) -> Package {
    let db = Db::sqlite();
    let mut scene = Scene::new(&db);
    let log = scene
        .server
        .http()
        .get("/log/vkey")
        .expect(200)
        .text
        .trim()
        .to_owned();
    let witness = Witness::start(&log);
    scene.server.terminate();
    let scene = Scene::with(&db, &scene.key, &["--witness", &witness.address()]);
    for person in 0..300 {
        let person = email(&format!("p{person}@foreign.example"));
        scene
            .api
            .records(&consent(&person, "newsletter", "email", "given"));
    }
    witness.await_size(&scene.server.http(), 300);
    let file = folder.join("package.zip");
    let shown = file.display().to_string();
    let arguments = [
        "audit",
        "export",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "-o",
        &shown,
    ];
    let made = cli(&db, &arguments);
    assert_eq!(made.code, 0, "{made:?}");
    let witness = witness.key.clone();
    Package { file, log, witness }
}

fn files(package: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(package).unwrap()).unwrap();
    let all = (0..zip.len()).map(|index| {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    });
    all.collect()
}

/// Go's note and tlog, and a second tree, agree with our log and our witness; and would not with
/// another.
#[test]
fn go_verifies_our_log_and_our_witness() {
    let folder = tempfile::tempdir().unwrap();
    let Some(verifier) = verifier(folder.path()) else {
        return;
    };
    let package = package(folder.path());
    let verify = |file: &Path, log: &str, witness: &str| {
        run(Command::new(&verifier).arg(file).args([log, witness]))
    };
    let verified = verify(&package.file, &package.log, &package.witness);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(
        verified.stdout.contains("entries are in the log"),
        "{verified:?}"
    );
    assert!(
        verified.stdout.contains("cosigned by witness.example/w1"),
        "{verified:?}"
    );
    // a verifier that agrees with everything would be none
    let other = VerifierKey::new(package.log.split('+').next().unwrap(), [3; 32]).unwrap();
    let refused = verify(&package.file, &other.to_string(), &package.witness);
    assert_ne!(refused.code, 0, "{refused:?}");
    let other = CosignerKey::new("witness.example/w1", [3; 32]).unwrap();
    let refused = verify(&package.file, &package.log, &other.to_string());
    assert_ne!(refused.code, 0, "{refused:?}");
    for damaged in ["log/tile/entries/000", "log/tile/0/000", "log/checkpoint"] {
        let file = folder.path().join("damaged.zip");
        repack(&package.file, &file, damaged);
        let refused = verify(&file, &package.log, &package.witness);
        assert_ne!(refused.code, 0, "{damaged}: {refused:?}");
    }
}

/// While a key is being changed a checkpoint bears two lines of one name: whoever knows either key
/// reads it.
#[test]
fn go_reads_a_checkpoint_with_two_signature_lines() {
    let folder = tempfile::tempdir().unwrap();
    let Some(verifier) = verifier(folder.path()) else {
        return;
    };
    let db = Db::sqlite();
    let scene = Scene::new(&db);
    let old = scene.server.http().get("/log/vkey").expect(200).text;
    let rotated = cli(&db, &["keys", "rotate-signing"]);
    assert_eq!(rotated.code, 0, "{rotated:?}");
    let file = folder.path().join("both.zip");
    let shown = file.display().to_string();
    let period = ["--from", "2020-01-01", "--to", "2100-01-01", "-o", &shown];
    let made = cli(&db, &[&["audit", "export"], &period[..]].concat());
    assert_eq!(made.code, 0, "{made:?}");
    let files = files(&file);
    let note = files.iter().find(|(name, _)| name == "log/checkpoint");
    let note = String::from_utf8(note.unwrap().1.clone()).unwrap();
    assert_eq!(note.lines().filter(|line| line.starts_with('—')).count(), 2);
    for key in [old.trim(), rotated.stdout.trim()] {
        let verified = run(Command::new(&verifier).arg(&file).arg(key));
        assert_eq!(verified.code, 0, "{verified:?}");
    }
    let name = old.split('+').next().unwrap();
    let other = VerifierKey::new(name, [3; 32]).unwrap().to_string();
    let refused = run(Command::new(&verifier).arg(&file).arg(&other));
    assert_ne!(refused.code, 0, "{refused:?}");
}

/// The package with one byte of one file changed, as whole a ZIP as before.
fn repack(from: &Path, to: &Path, damaged: &str) {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, mut bytes) in files(from) {
        if name == damaged {
            bytes[40] ^= 1;
        }
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// What `openssl` says of an Ed25519 signature.
fn openssl(folder: &Path, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    // RFC 8410: what stands before the 32 bytes of an Ed25519 public key
    let mut der = vec![
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    der.extend(public);
    for (name, bytes) in [
        ("key", der.as_slice()),
        ("message", message),
        ("signature", signature),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let arguments =
        "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature";
    let said = run(Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder));
    assert!(
        said.stdout.contains("Verif") || said.stderr.contains("Verif"),
        "{said:?}"
    );
    said.code == 0
}

/// Signatures alone, by OpenSSL's command: the log's, and the witness's with its time.
#[test]
fn openssl_verifies_the_signatures() {
    if find(&["openssl"]).is_none() {
        GO.missing(&test_name(), "openssl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let package = package(folder.path());
    let files = files(&package.file);
    let is_cosigned = |name: &str| name.starts_with("log/cosigned/") && !name.ends_with(".proof");
    let (_, note) = files
        .iter()
        .find(|(name, _)| is_cosigned(name))
        .expect("a cosigned checkpoint");
    let note = String::from_utf8(note.clone()).unwrap();
    let (text, lines) = note.split_once("\n\n").unwrap();
    let text = format!("{text}\n");
    let lines: Vec<Vec<u8>> = lines
        .lines()
        .map(|line| unb64_any(line.rsplit(' ').next().unwrap()).unwrap())
        .collect();
    let [log, witness] = &lines[..] else {
        panic!("{note}")
    };
    let key = public(&package.log);
    assert!(openssl(folder.path(), &key, text.as_bytes(), &log[4..]));
    assert!(!openssl(folder.path(), &key, b"another text\n", &log[4..]));
    let at = u64::from_be_bytes(witness[4..12].try_into().unwrap());
    let key = public(&package.witness);
    for (at, holds) in [(at, true), (at + 1, false)] {
        let message = format!("cosignature/v1\ntime {at}\n{text}");
        assert_eq!(
            openssl(folder.path(), &key, message.as_bytes(), &witness[12..]),
            holds
        );
    }
}

fn public(vkey: &str) -> [u8; 32] {
    let key: [u8; 33] = unb64(vkey.splitn(3, '+').nth(2).unwrap()).unwrap();
    key[1..].try_into().unwrap()
}

/// The structure of a report as PDF, by a reader that is not ours: cross references, streams, and what hangs
/// on the catalogue for an archive and for whoever reads by ear. No validator of PDF/A runs here:
/// `docs/performance.md`.
#[test]
fn qpdf_finds_no_fault_in_a_report() {
    let Some(qpdf) = find(&["qpdf"]) else {
        QPDF.missing(&test_name(), "qpdf is not installed");
        return;
    };
    let db = Db::sqlite();
    let scene = Scene::new(&db);
    let said = consent(&email("anne@pdf.example"), "newsletter", "email", "given");
    scene.api.post("/v1/consents", &said).expect(201);
    let file = db.data_dir().join("report.pdf").display().to_string();
    let period = [
        "--from",
        "2020-01-01",
        "--to",
        "2099-12-31",
        "--format",
        "pdf",
    ];
    let made = cli(
        &db,
        &[&["report", "consents", "-o", &file], period.as_slice()].concat(),
    );
    assert_eq!(made.code, 0, "{made:?}");
    // 0: neither errors nor warnings
    let checked = run(Command::new(&qpdf).args(["--check", &file]));
    assert_eq!(checked.code, 0, "{checked:?}");
    let told = run(Command::new(&qpdf).args(["--json", &file]));
    let told: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    let objects = told["qpdf"][1].as_object().expect("objects");
    let of_type = |kind: &str| {
        let is = |one: &&serde_json::Value| one["value"]["/Type"] == kind;
        objects.values().filter(is).count()
    };
    let catalog = objects
        .values()
        .find(|one| one["value"]["/Type"] == "/Catalog");
    let catalog = &catalog.expect("a catalogue")["value"];
    assert_eq!(catalog["/MarkInfo"]["/Marked"], true);
    for name in ["/Metadata", "/OutputIntents", "/StructTreeRoot", "/Lang"] {
        assert!(!catalog[name].is_null(), "{name}: {catalog}");
    }
    assert_eq!(of_type("/Font") > 0, of_type("/FontDescriptor") > 0);
    // every font is embedded, nothing runs, and nothing is encrypted
    let descriptors = objects
        .values()
        .filter(|one| one["value"]["/Type"] == "/FontDescriptor");
    for descriptor in descriptors {
        let value = &descriptor["value"];
        let embedded = ["/FontFile2", "/FontFile3"]
            .iter()
            .any(|name| !value[*name].is_null());
        assert!(embedded, "{descriptor}");
    }
    let whole = told.to_string();
    for never in ["/JavaScript", "/Launch", "/Encrypt", "/AA\""] {
        assert!(!whole.contains(never), "{never}");
    }
    // and it does see a fault
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&file, bytes).unwrap();
    let broken = run(Command::new(&qpdf).args(["--check", &file]));
    assert_ne!(broken.code, 0, "{broken:?}");
}
