//! Every way to write an address that must not be called, against a listener that would tell; and servers
//! that misbehave.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests, and servers that are slow on purpose"
)]

use super::{Answer, Egress, Failed, Host, Kind, Names, Order, Target};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A book of names; each asking turns a page.
#[derive(Debug, Default)]
struct Book {
    pages: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    asked: Mutex<HashMap<String, usize>>,
}

impl Book {
    fn of(entries: &[(&'static str, &[&[&str]])]) -> Arc<Self> {
        let page = |page: &&[&str]| page.iter().map(|one| one.parse().unwrap()).collect();
        let pages = entries
            .iter()
            .map(|(name, pages)| (*name, pages.iter().map(page).collect()));
        Arc::new(Self {
            pages: pages.collect(),
            asked: Mutex::default(),
        })
    }

    fn asked(&self, name: &str) -> usize {
        self.asked.lock().unwrap().get(name).copied().unwrap_or(0)
    }
}

impl Names for Book {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let pages = self
            .pages
            .get(name)
            .ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        let mut asked = self.asked.lock().unwrap();
        let times = asked.entry(name.to_owned()).or_default();
        *times += 1;
        Ok(pages[(*times - 1) % pages.len()].clone())
    }
}

/// Listens at every address of this machine, and counts who comes.
struct Trap {
    port: u16,
    came: Arc<AtomicUsize>,
}

impl Trap {
    fn set() -> Self {
        let everywhere = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let listener = TcpListener::bind(everywhere).or_else(|_| TcpListener::bind("0.0.0.0:0"));
        let listener = listener.unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = Arc::new(AtomicUsize::new(0));
        let counted = came.clone();
        std::thread::spawn(move || {
            for mut socket in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                heard(&mut socket);
                let _gone = socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            }
        });
        Self { port, came }
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }
}

/// The whole of a request: whoever hangs up before has the other side's words thrown away.
fn heard(socket: &mut TcpStream) -> String {
    let (mut some, mut text) = ([0; 4096], String::new());
    while !text.contains("\r\n\r\nx") {
        let count = socket.read(&mut some).unwrap_or(0);
        if count == 0 {
            break;
        }
        text.push_str(&String::from_utf8_lossy(&some[..count]));
    }
    text
}

fn order(url: &str, kind: Kind) -> Order<'_> {
    Order {
        url,
        kind,
        content_type: "text/plain",
        headers: &[],
        body: b"x",
        within: Duration::from_secs(5),
        most: 1 << 14,
    }
}

/// Hosts that lead to this machine, to an own network or to a cloud's metadata, or that two readers could
/// understand differently; `{p}` is the port of the trap.
const FORMS: &[&str] = &[
    // plain
    "127.0.0.1:{p}",
    "127.0.0.2:{p}",
    "127.255.255.254:{p}",
    "0.0.0.0:{p}",
    "0.0.0.7:{p}",
    "10.0.0.1:{p}",
    "172.16.0.1:{p}",
    "192.168.0.1:{p}",
    "100.64.0.1:{p}",
    "169.254.169.254:{p}",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "255.255.255.255:{p}",
    "224.0.0.1:{p}",
    "240.0.0.1:{p}",
    "198.18.0.1:{p}",
    "203.0.113.1:{p}",
    // numbers in other bases, short forms, too many digits
    "2130706433:{p}",
    "0x7f000001:{p}",
    "0x7F.0x0.0x0.0x1:{p}",
    "017700000001:{p}",
    "0177.0.0.1:{p}",
    "0177.0.0.01:{p}",
    "00000177.0.0.1:{p}",
    "127.1:{p}",
    "127.0.1:{p}",
    "127.0.0x1:{p}",
    "0x7f.1:{p}",
    "0:{p}",
    "0x0:{p}",
    "425.510.425.510:{p}",
    "127.0.0.1.:{p}",
    "127.0.0.01:{p}",
    "127.000.000.001:{p}",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "4294967297:{p}",
    // the new kind
    "[::1]:{p}",
    "[::]:{p}",
    "[0:0:0:0:0:0:0:1]:{p}",
    "[0000:0000:0000:0000:0000:0000:0000:0001]:{p}",
    "[::ffff:127.0.0.1]:{p}",
    "[::ffff:7f00:1]:{p}",
    "[::127.0.0.1]:{p}",
    "[::ffff:0:127.0.0.1]:{p}",
    "[64:ff9b::127.0.0.1]:{p}",
    "[64:ff9b:1::127.0.0.1]:{p}",
    "[2002:7f00:1::]:{p}",
    "[2001:0:7f00:1::]:{p}",
    "[fe80::1]:{p}",
    "[fe80::1%25lo]:{p}",
    "[fe80::1%lo]:{p}",
    "[fd00:ec2::254]",
    "[fc00::1]:{p}",
    "[ff02::1]:{p}",
    "[2001:db8::1]:{p}",
    "[::1%25lo]:{p}",
    "[::1:{p}",
    "::1:{p}",
    // names
    "localhost:{p}",
    "LOCALHOST:{p}",
    "localhost.:{p}",
    "localhost..:{p}",
    "own.example:{p}",
    "meta.example",
    "mapped.example:{p}",
    "mixed.example:{p}",
    "own.example.:{p}",
    // other signs, in which an address hides
    "127。0。0。1:{p}",
    "１２７.０.０.１:{p}",
    "⑫⑦.⓪.⓪.①:{p}",
    "ⓛocalhost:{p}",
    "loc\u{ad}alhost:{p}",
    "localhost\u{200b}:{p}",
    "127%2e0%2e0%2e1:{p}",
    "%31%32%37.0.0.1:{p}",
    "l%6fcalhost:{p}",
    "%6c%6f%63%61%6c%68%6f%73%74:{p}",
    // who is called, and who is written in front of it
    "good.example@127.0.0.1:{p}",
    "good.example:443@127.0.0.1:{p}",
    "127.0.0.1:{p}@good.example",
    "@127.0.0.1:{p}",
    ":@127.0.0.1:{p}",
    "good.example%40127.0.0.1:{p}",
    "good.example\\@127.0.0.1:{p}",
    "good.example#@127.0.0.1:{p}",
    "good.example?@127.0.0.1:{p}",
    "127.0.0.1:{p}\\.good.example",
    "127.0.0.1:{p}#.good.example",
    "127.0.0.1\t:{p}",
    "127.0.0.1\n:{p}",
    " 127.0.0.1:{p}",
    "127.0.0.1 :{p}",
    "127.0.0.1:{p} HTTP/1.1\r\nHost: x",
    "127.0.0.1\u{0}:{p}",
    "127.0.0.1:+{p}",
    "127.0.0.1:0{p}",
    "/127.0.0.1:{p}",
    "//127.0.0.1:{p}",
    "\\127.0.0.1:{p}",
    ":{p}",
    "*:{p}",
    "-x.example:{p}",
    "x..example:{p}",
];

fn book() -> Arc<Book> {
    Book::of(&[
        ("localhost", &[&["::1", "127.0.0.1"]]),
        ("good.example", &[&["127.0.0.1"]]),
        ("own.example", &[&["127.0.0.1"]]),
        ("meta.example", &[&["169.254.169.254"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
        (
            "mixed.example",
            &[&["93.184.216.34", "93.184.216.35", "127.0.0.1"]],
        ),
    ])
}

#[test]
fn no_form_of_an_own_address_is_called() {
    let trap = Trap::set();
    let egress = Egress::with(&[], &[trap.port], book());
    let mut tried = 0;
    for form in FORMS {
        let form = form.replace("{p}", &trap.port.to_string());
        for scheme in [
            "http://",
            "https://",
            "HTTP://",
            "http:",
            "http:/",
            "http:\\\\",
        ] {
            for kind in [Kind::Open, Kind::Own, Kind::Signed] {
                let url = format!("{scheme}{form}/privacy");
                let said = egress.post(&order(&url, kind));
                tried += 1;
                assert!(
                    matches!(said, Err(Failed::Address(_) | Failed::NotAllowed(_))),
                    "{url:?}: {said:?}"
                );
            }
        }
        let host = form
            .rsplit_once(':')
            .map_or(form.as_str(), |(host, _)| host);
        if let Ok(host) = Host::of(host.trim_matches(['[', ']'])) {
            let said = egress.places(&host, trap.port, Kind::Server, Duration::from_secs(1));
            assert!(
                matches!(said, Err(Failed::NotAllowed(_))),
                "{host}: {said:?}"
            );
        }
    }
    for scheme in [
        "ftp",
        "file",
        "gopher",
        "ws",
        "data",
        "javascript",
        "httpss",
        "",
    ] {
        let url = format!("{scheme}://127.0.0.1:{}/", trap.port);
        assert!(Target::of(&url, Kind::Own).is_err(), "{url}");
        tried += 1;
    }
    assert!(FORMS.len() > 100, "{} forms", FORMS.len());
    assert_eq!(trap.came(), 0, "of {tried} addresses");
    // the trap works: the same where the operator allows it, and only there
    let allows = Egress::with(&["127.0.0.0/8"], &[], book());
    let url = format!("http://own.example:{}/privacy", trap.port);
    assert_eq!(allows.post(&order(&url, Kind::Own)).unwrap().status, 204);
    assert!(allows.post(&order(&url, Kind::Open)).is_err());
    assert_eq!(trap.came(), 1);
}

#[test]
fn what_is_open_is_open_at_the_ports_of_its_kind() {
    let egress = Egress::with(&["10.0.0.0/8", "64:ff9b::/96"], &[9443], Book::of(&[]));
    let may = |address: &str, port: u16, kind: Kind| {
        let host = Host::of(address).unwrap();
        let said = egress.places(&host, port, kind, Duration::from_secs(1));
        said.is_ok()
    };
    for kind in [Kind::Open, Kind::Signed, Kind::Own, Kind::Server] {
        assert!(may("93.184.216.34", 443, kind) && may("93.184.216.34", 9443, kind));
        assert_eq!(may("93.184.216.34", 22, kind), kind == Kind::Server);
        assert_eq!(may("93.184.216.34", 80, kind), kind != Kind::Open);
        assert_eq!(may("10.1.2.3", 8080, kind), kind != Kind::Open);
        assert!(!may("192.168.0.1", 443, kind));
    }
    // what a translator is asked for is looked at, too
    assert!(may("64:ff9b::5db8:d822", 443, Kind::Own));
    assert!(may("64:ff9b::a01:203", 443, Kind::Own));
    assert!(!may("64:ff9b::7f00:1", 443, Kind::Own));
    for (url, kind) in [
        ("http://93.184.216.34/", Kind::Open),
        ("https://u:p@example.com/", Kind::Own),
        ("https://u@example.com/", Kind::Own),
        ("https://example.com/#x", Kind::Own),
        ("https://example.com:0/", Kind::Own),
        ("example.com", Kind::Own),
    ] {
        assert!(Target::of(url, kind).is_err(), "{url}");
    }
    let fine = Target::of("https://Privacy.Example.com/a?b=c", Kind::Open).unwrap();
    assert_eq!(
        (fine.port, fine.host.to_string()),
        (443, "privacy.example.com".into())
    );
}

/// The name's second answer would lead elsewhere: it is not asked a second time.
#[test]
fn a_name_is_asked_once_and_what_was_looked_at_is_called() {
    let (trap, wrong) = (server(b"HTTP/1.1 204 No\r\n\r\n"), Trap::set());
    let pages: &[&[&str]] = &[&["127.0.0.1"], &["127.0.0.2"]];
    let book = Book::of(&[("turns.example", pages)]);
    let egress = Egress::with(&["127.0.0.1"], &[wrong.port], book.clone());
    for call in 1..=6 {
        let url = format!("http://turns.example:{}/", trap.port());
        let said = egress.post(&order(&url, Kind::Own));
        assert_eq!(book.asked("turns.example"), call);
        assert_eq!(said.is_ok(), call % 2 == 1, "{said:?}");
    }
    let heard = trap_heard(&trap);
    assert_eq!(heard.len(), 3);
    for request in heard {
        let host = format!("host: turns.example:{}\r\n", trap.port());
        assert!(request.to_lowercase().contains(&host), "{request}");
    }
}

/// A server that says one thing to whoever comes, and what it heard.
struct Says {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Says {
    fn port(&self) -> u16 {
        self.address.port()
    }
    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

fn trap_heard(says: &Says) -> Vec<String> {
    says.heard.lock().unwrap().clone()
}

fn server(answer: &'static [u8]) -> Says {
    serving(move |socket| drop(socket.write_all(answer)))
}

fn serving(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Says {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (shared, answer) = (heard.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let text = self::heard(&mut socket);
            shared.lock().unwrap().push(text);
            let answer = answer.clone();
            std::thread::spawn(move || answer(&mut socket));
        }
    });
    Says { address, heard }
}

/// Asks with half a second's patience; a margin of many times that says that no time is without bound.
fn asked(says: &Says) -> Result<Answer, Failed> {
    let url = says.url();
    let mut order = order(&url, Kind::Own);
    order.within = Duration::from_millis(500);
    let begun = Instant::now();
    let said = Egress::to_this_machine().post(&order);
    assert!(begun.elapsed() < Duration::from_secs(30), "it never ended");
    said
}

#[test]
fn no_redirect_is_followed() {
    let trap = Trap::set();
    for status in [301, 302, 303, 307, 308] {
        let to = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: http://127.0.0.1:{}/\r\nrefresh: 0\r\ncontent-length: 0\r\n\r\n",
            trap.port
        );
        let says = server(to.leak().as_bytes());
        assert_eq!(asked(&says).unwrap().status, status);
        assert_eq!(trap_heard(&says).len(), 1);
    }
    assert_eq!(trap.came(), 0);
}

#[test]
fn an_answer_has_its_bounds() {
    // that never ends: in its body, its chunks, its head, its lines before the head
    let endless = |head: &'static str, again: &'static str| {
        serving(move |socket| {
            let mut going = socket.write_all(head.as_bytes()).is_ok();
            while going {
                going = socket.write_all(again.as_bytes()).is_ok();
            }
        })
    };
    let body = endless(
        "HTTP/1.1 200 OK\r\n\r\n",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    );
    assert_eq!(asked(&body).unwrap_err(), Failed::TooMuch);
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunks = endless(chunked, "20\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
    assert_eq!(asked(&chunks).unwrap_err(), Failed::TooMuch);
    assert!(
        asked(&endless(
            "HTTP/1.1 200 OK\r\n",
            "a: bbbbbbbbbbbbbbbbbbbbbb\r\n"
        ))
        .is_err()
    );
    assert!(
        asked(&endless(
            "HTTP/1.1 200 OK\r\na: ",
            "bbbbbbbbbbbbbbbbbbbbbbbb"
        ))
        .is_err()
    );
    assert!(asked(&endless("", "HTTP/1.1 100 Continue\r\n\r\n")).is_err());
    // that comes byte by byte, in its head and in its body
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"] {
        let drips = serving(move |socket| {
            let mut going = socket.write_all(head.as_bytes()).is_ok();
            let mut bytes = b"HTTP/1.1 200 OK\r\nx: xxxxxxxxxxxxxxxxxxxxxxxx"
                .iter()
                .cycle();
            while going {
                std::thread::sleep(Duration::from_millis(100));
                going = socket.write_all(&[*bytes.next().unwrap()]).is_ok();
            }
        });
        assert_eq!(asked(&drips).unwrap_err(), Failed::TimedOut, "{head}");
    }
    // that says nothing
    let silent = serving(|_| std::thread::sleep(Duration::from_secs(20)));
    assert_eq!(asked(&silent).unwrap_err(), Failed::TimedOut);
}

#[test]
fn an_answer_that_lies_is_none() {
    let shorter = server(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nfour");
    assert!(asked(&shorter).is_err(), "it ends before its length");
    let longer = server(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour and more");
    assert_eq!(asked(&longer).unwrap().body, b"four");
    let vast = server(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\nx");
    assert!(asked(&vast).is_err());
    let both =
        server(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 9\r\n\r\nfourfifth");
    assert!(asked(&both).map_or(true, |answer| answer.body.len() <= 9));
    for garbage in [
        &b"SSH-2.0-OpenSSH_9\r\n"[..],
        b"\0\0\0\0",
        b"HTTP/9.9 x\r\n\r\n",
        b"",
    ] {
        assert!(asked(&server(garbage)).is_err());
    }
}

/// What is packed stays packed: a small answer is not made a large one.
#[test]
fn nothing_is_unpacked() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 8 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 14);
    for coding in ["gzip", "deflate", "br", "gzip, gzip"] {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {}\r\n\r\n",
            packed.len()
        );
        let whole: &'static [u8] = [head.as_bytes(), &packed].concat().leak();
        let says = server(whole);
        assert_eq!(asked(&says).unwrap().body, packed);
        assert!(!trap_heard(&says)[0].contains("gzip"), "it was asked for");
    }
}
