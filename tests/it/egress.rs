//! Calls that leave the machine, by the program itself: names that a hostile server of names answers, the
//! ways of the configuration, and what an operator is told.

use std::io::Read;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::certificates::Certificates;
use crate::support::database::Db;
use crate::support::server::{Server, cli, cli_under, cli_without};
use crate::support::waits::{NAMESPACES, test_name};
use crate::systems::{applied, system};

/// Where our server of names is: an address of this machine that nothing else uses.
const NAMES: &str = "127.0.53.5";
/// The address that the operator allows.
const GOOD: Ipv4Addr = Ipv4Addr::new(127, 0, 53, 9);
/// One that they do not.
const EVIL: Ipv4Addr = Ipv4Addr::new(127, 0, 53, 66);

/// A record: its type and its data.
type Record = (u16, Vec<u8>);

fn a(address: Ipv4Addr) -> Record {
    (1, address.octets().to_vec())
}

fn aaaa(address: Ipv6Addr) -> Record {
    (28, address.octets().to_vec())
}

fn labels(name: &str) -> Vec<u8> {
    let each = name.split('.').filter(|label| !label.is_empty());
    let mut found: Vec<u8> = each
        .flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat())
        .collect();
    found.push(0);
    found
}

/// What a hostile server answers of a name: each time that it is asked for an address of the old kind it
/// may turn. Every name has both kinds where it has any.
fn records(name: &str, kind: u16, time: usize) -> Vec<(String, Record)> {
    let own = |record: Record| vec![(name.to_owned(), record)];
    let first = name.split('.').next().unwrap_or_default();
    match (first, kind) {
        ("good" | "both", 1) => own(a(GOOD)),
        (turns, 1) if turns.starts_with("turns") => {
            own(a(if time.is_multiple_of(2) { GOOD } else { EVIL }))
        }
        ("many", 1) => {
            let all = (0..9).map(|at| if at == 5 { a(EVIL) } else { a(GOOD) });
            all.map(|record| (name.to_owned(), record)).collect()
        }
        ("alias", 1) => vec![
            (name.to_owned(), (5, labels("inner.hostile.example"))),
            ("inner.hostile.example".to_owned(), a(EVIL)),
        ],
        ("both", 28) => own(aaaa(EVIL.to_ipv6_mapped())),
        ("six", 28) => own(aaaa(Ipv6Addr::LOCALHOST)),
        ("meta", 1) => own(a(Ipv4Addr::new(169, 254, 169, 254))),
        ("zero", 1) => own(a(Ipv4Addr::UNSPECIFIED)),
        _ => Vec::new(),
    }
}

/// One question and what is said to it (RFC 1035); nothing is to be kept (TTL 0).
fn answer(question: &[u8], time: &dyn Fn(&str) -> usize) -> Option<Vec<u8>> {
    let (mut name, mut at) = (Vec::new(), 12);
    while let Some(&length) = question.get(at).filter(|length| **length > 0) {
        name.push(
            String::from_utf8_lossy(question.get(at + 1..=at + length as usize)?).into_owned(),
        );
        at += 1 + length as usize;
    }
    let name = name.join(".").to_lowercase();
    let kind = u16::from_be_bytes([*question.get(at + 1)?, *question.get(at + 2)?]);
    let turn = if kind == 1 { time(&name) } else { 0 };
    let found = records(&name, kind, turn);
    let mut told = [
        &question[..2],
        &[0x85, 0x80, 0, 1, 0, found.len() as u8, 0, 0, 0, 0],
        &question[12..at + 5],
    ]
    .concat();
    for (owner, (kind, data)) in found {
        told.extend(labels(&owner));
        told.extend(kind.to_be_bytes());
        told.extend([0, 1, 0, 0, 0, 0]);
        told.extend((data.len() as u16).to_be_bytes());
        told.extend(data);
    }
    Some(told)
}

/// Answers until the tests end.
fn serve_names(socket: UdpSocket) {
    std::thread::spawn(move || {
        let asked = std::sync::Mutex::new(std::collections::HashMap::<String, usize>::new());
        let time = |name: &str| {
            let mut asked = asked.lock().unwrap();
            let times = asked.entry(name.to_owned()).or_default();
            *times += 1;
            *times - 1
        };
        let mut question = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            if let Some(told) = answer(&question[..length], &time) {
                let _gone = socket.send_to(&told, from);
            }
        }
    });
}

/// Counts who comes.
fn trap(listener: TcpListener) -> Arc<AtomicUsize> {
    let came = Arc::new(AtomicUsize::new(0));
    let counted = came.clone();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            // whoever hangs up before has the other side's words thrown away
            let (mut some, mut text) = ([0; 4096], String::new());
            while !text.contains("\r\n\r\n{") {
                match socket.read(&mut some) {
                    Ok(count) if count > 0 => {
                        text.push_str(&String::from_utf8_lossy(&some[..count]))
                    }
                    _ => break,
                }
            }
            let _gone = std::io::Write::write_all(&mut socket, b"HTTP/1.1 204 No Content\r\n\r\n");
        }
    });
    came
}

/// The words that run a command with our server of names as its own, and nothing else changed.
fn surroundings(folder: &Path) -> Result<Vec<String>, String> {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let resolv = file(
        "resolv.conf",
        &format!("nameserver {NAMES}\noptions timeout:2 attempts:2\n"),
    );
    let switch = file("nsswitch.conf", "hosts: files dns\n");
    let script = format!(
        "mount --bind {resolv} /etc/resolv.conf && mount --bind {switch} /etc/nsswitch.conf && exec \"$@\""
    );
    let words = ["unshare", "--mount", "sh", "-c", &script, "sh"];
    let tried = Command::new(words[0])
        .args(&words[1..])
        .arg("true")
        .output();
    match tried {
        Ok(output) if output.status.success() => {
            Ok(words.iter().map(|word| (*word).to_owned()).collect())
        }
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The machine's own resolver asks a server that answers a good address first and a bad one then, hides a
/// bad one among good ones, behind another name or in another form: no connection goes to a bad one.
#[test]
fn a_hostile_server_of_names_leads_nowhere() {
    let db = Db::sqlite();
    let outer = surroundings(db.data_dir());
    let socket = UdpSocket::bind((NAMES, 53)).map_err(|error| error.to_string());
    let (outer, socket) = match (outer, socket) {
        (Ok(outer), Ok(socket)) => (outer, socket),
        (Err(why), _) | (_, Err(why)) => return NAMESPACES.missing(&test_name(), &why),
    };
    serve_names(socket);
    let good = TcpListener::bind((GOOD, 0)).unwrap();
    let port = good.local_addr().unwrap().port();
    let evil = [EVIL, Ipv4Addr::LOCALHOST].map(|at| TcpListener::bind((at, port)).unwrap());
    let (good, evil) = (trap(good), evil.map(trap));
    let turns: Vec<String> = (0..12).map(|at| format!("turns{at}")).collect();
    let bad = ["many", "alias", "both", "six", "meta", "zero"];
    let names: Vec<&str> = ["good"]
        .into_iter()
        .chain(bad)
        .chain(turns.iter().map(String::as_str))
        .collect();
    let secret = db.data_dir().join("secret");
    std::fs::write(&secret, "whsec").unwrap();
    let systems: Vec<String> = names
        .iter()
        .map(|name| {
            let via = format!(
                "kind = \"webhook\"\nurl = \"http://{name}.hostile.example:{port}/\"\nprivate = true\nsecret = {{ file = \"{}\" }}",
                secret.display()
            );
            system(name, "email", "timeout = 5", &via)
        })
        .collect();
    applied(&db, &systems);
    let allow = format!("{GOOD}/32");
    let mut outer: Vec<&str> = outer.iter().map(String::as_str).collect();
    let variable = format!("PLACET_EGRESS_ALLOW={allow}");
    outer.extend(["env", &variable]);
    let checked = || {
        let done = cli_under(&db, &outer, &["--json", "systems", "check"]);
        assert_eq!(done.code, 1, "{done:?}");
        serde_json::from_str::<Value>(&done.stdout).unwrap()
    };
    let of = |told: &Value, name: &str| {
        let all = told["systems"].as_array().unwrap();
        let one = all
            .iter()
            .find(|one| one["system"] == name)
            .unwrap()
            .clone();
        (
            one["ok"].as_bool().unwrap(),
            one["why"].as_str().unwrap_or_default().to_owned(),
        )
    };
    // each name that turns is asked first for its good address, and then for its bad one
    for (round, is_good) in [(1, true), (2, false), (3, true)] {
        let told = checked();
        assert!(of(&told, "good").0, "{told}");
        for name in bad {
            assert_eq!(
                of(&told, name),
                (false, "not_allowed".into()),
                "{name}: {told}"
            );
        }
        for name in &turns {
            let (ok, why) = of(&told, name);
            assert_eq!(ok, is_good, "{name} in round {round}: {why}");
            assert!(ok || why == "not_allowed", "{name}: {why}");
        }
    }
    assert_eq!(good.load(Ordering::SeqCst), 3 + 2 * turns.len());
    for trap in &evil {
        assert_eq!(trap.load(Ordering::SeqCst), 0, "a bad address was called");
    }
}

/// Every way out is one: mail, databases, witnesses' and authorities' addresses are looked at as well.
#[test]
fn nothing_is_called_that_no_network_allows() {
    let db = Db::sqlite();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let came = trap(listener);
    let secret = db.data_dir().join("secret");
    std::fs::write(&secret, "whsec").unwrap();
    let at =
        format!("at = {{ host = \"localhost\", port = {port}, database = \"d\", user = \"u\" }}");
    let reads = |kind: &str, sign: &str| {
        format!(
            "kind = \"{kind}\"\n{at}\nread = \"SELECT 1 WHERE {sign} = ''\"\nerase = [\"DELETE FROM x WHERE y = {sign}\"]"
        )
    };
    let hook = format!(
        "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/\"\nprivate = true\nsecret = {{ file = \"{}\" }}",
        secret.display()
    );
    let all = [
        ("one", reads("postgres", "$1")),
        ("two", reads("mysql", "?")),
        ("three", hook),
    ];
    let systems = all.map(|(id, via)| system(id, "email", "timeout = 2", &via));
    applied(&db, &systems);
    let closed = cli_under(
        &db,
        &["env", "PLACET_EGRESS_ALLOW="],
        &["--json", "systems", "check"],
    );
    let told: Value = serde_json::from_str(&closed.stdout).unwrap();
    for one in told["systems"].as_array().unwrap() {
        assert_eq!(one["why"], "not_allowed", "{told}");
        assert!(
            one["said"].as_str().unwrap().contains("egress_allow"),
            "{told}"
        );
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
    // what an operator is told before anything fails
    let url = format!("http://127.0.0.1:{port}/tsr");
    let mail = format!("PLACET_SMTP_URL=smtp://127.0.0.1:{port}");
    let (stamps, from) = (
        format!("PLACET_TIMESTAMP_URL={url}"),
        "PLACET_MAIL_FROM=a@shop.example",
    );
    let doctor = |allow: &str| {
        let done = cli_under(
            &db,
            &["env", allow, &mail, from, &stamps],
            &["doctor", "--json"],
        );
        let told: Value = serde_json::from_str(&done.stdout).unwrap();
        let all = told["findings"].as_array().unwrap().clone();
        all.into_iter()
            .filter(|one| one["about"] == "calls that go out")
            .collect::<Vec<_>>()
    };
    let found = doctor("PLACET_EGRESS_ALLOW=");
    assert_eq!(found.len(), 5, "{found:?}");
    for one in &found {
        assert_eq!(one["standing"], "wrong", "{one}");
        assert!(
            one["told"].as_str().unwrap().contains("egress_allow"),
            "{one}"
        );
    }
    let found = doctor("PLACET_EGRESS_ALLOW=127.0.0.0/8 ::1");
    assert!(found.iter().all(|one| one["standing"] == "ok"), "{found:?}");
    assert_eq!(came.load(Ordering::SeqCst), 0, "doctor calls nobody");
    // the same where it is allowed: the trap works, whatever the variables say of proxies
    let proxy = format!("http_proxy=http://127.0.0.1:{}", port - 1);
    let outer = [
        "env",
        &proxy,
        &proxy.to_uppercase().replace("HTTP://", "http://"),
        "ALL_PROXY=http://127.0.0.1:1",
    ];
    let open = cli_under(&db, &outer, &["--json", "systems", "check", "three"]);
    assert_eq!(open.code, 0, "{open:?}");
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[test]
fn networks_and_ports_are_read_as_they_are_meant() {
    let db = Db::sqlite();
    let file = db.data_dir().join("placet.toml");
    std::fs::write(
        &file,
        "egress_allow = [\"10.0.0.0/8\", \"fd00::/8\"]\negress_ports = [8080, 9443]\n",
    )
    .unwrap();
    let shown = cli_without(
        db.data_dir(),
        &["config"],
        &[("PLACET_EGRESS_PORTS", "1,2")],
    );
    assert!(shown.stdout.contains("egress_ports = \"1,2\""), "{shown:?}");
    std::fs::write(
        &file,
        "egress_ports = [8080]\negress_allow = [\"10.0.0.7/8\"]\n",
    )
    .unwrap();
    let wrong = cli_under(
        &db,
        &["env", "-u", "PLACET_EGRESS_ALLOW"],
        &["systems", "check"],
    );
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(
        wrong.stderr.contains("egress_allow") && wrong.stderr.contains("10.0.0.7/8"),
        "{wrong:?}"
    );
    assert_eq!(cli(&db, &["systems", "list"]).code, 0);
}

/// A system of an own network has a certificate of an own authority: that one alone is believed there, and nobody
/// believes it where it was not named.
#[test]
fn an_own_system_is_believed_by_the_named_authority_alone() {
    let (db, made) = (Db::sqlite(), Certificates::new());
    made.make("here", "here", "ca", 30);
    // whatever answers there in HTTP, encrypted
    let there = Server::encrypted(&Db::sqlite(), &made, &[]);
    let secret = db.data_dir().join("secret");
    std::fs::write(&secret, "whsec").unwrap();
    let via = format!(
        "kind = \"webhook\"\nurl = \"https://localhost:{}/\"\nprivate = true\nsecret = {{ file = \"{}\" }}",
        there.port(),
        secret.display()
    );
    applied(&db, &[system("crm", "email", "timeout = 5", &via)]);
    let check = |roots: &str| {
        let roots = format!("PLACET_EGRESS_ROOTS={roots}");
        cli_under(&db, &["env", &roots], &["--json", "systems", "check"])
    };
    let why = |roots: &str| {
        let told: Value = serde_json::from_str(&check(roots).stdout).unwrap();
        told["systems"][0]["why"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let file = |name: &str| made.file(name).display().to_string();
    // it was reached, and has no such page
    assert_eq!(why(&file("ca.crt")), "rejected");
    for roots in ["", &file("other.crt")] {
        assert_eq!(why(roots), "unreachable", "{roots}");
    }
    let no_certificate = check(&file("tls.cnf"));
    assert_eq!(no_certificate.code, 2, "{no_certificate:?}");
    assert!(
        no_certificate.stderr.contains("egress_roots"),
        "{no_certificate:?}"
    );
}
