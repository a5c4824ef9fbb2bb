//! Made-up people and what is asked about them. All of it follows from a number, so that the
//! program that loads and the program that asks need not tell each other anything.

use placet::access::RecordConsents;
use placet::access::{Grant, Principal, authorize};
use placet::app::App;
use placet::app::contact::{Named, contact};
use placet::app::record::Claim;
use placet::app::told_act::ToldAct;
use placet::domain::registry::{Act, Identifier, Source, SourceKind};
use std::sync::LazyLock;

/// Persons in the registry that is measured: a million, or for a quick look as many as
/// `PLACET_BENCH_PERSONS` says. The table says how many there were.
pub static PERSONS: LazyLock<u64> = LazyLock::new(|| {
    let chosen = std::env::var("PLACET_BENCH_PERSONS").ok();
    chosen.map_or(1_000_000, |text| text.parse().expect("a number of persons"))
});

const FIRST: [&str; 16] = [
    "camille", "lea", "hugo", "ines", "louis", "emma", "jules", "chloe", "adam", "lina", "paul",
    "rose", "noah", "anna", "tom", "zoe",
];
const LAST: [&str; 16] = [
    "martin", "bernard", "petit", "moreau", "dubois", "thomas", "robert", "richard", "durand",
    "leroy", "simon", "laurent", "lefebvre", "michel", "garcia", "david",
];
const HOSTS: [&str; 8] = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "courriel.example.net",
    "example.fr",
    "boite.example.fr",
];

/// The address of person number `n`.
pub fn address(n: u64) -> String {
    let mixed = mix(n);
    let pick = |list: &[&'static str], shift: u32| list[(mixed >> shift) as usize % list.len()];
    format!(
        "{}.{}{n}@{}",
        pick(&FIRST, 0),
        pick(&LAST, 16),
        pick(&HOSTS, 32)
    )
}

/// A number that looks random: splitmix64.
pub const fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What is asked: one in five about a person whom nobody knows.
pub fn question(seed: u64) -> String {
    let mixed = mix(seed);
    let persons = *PERSONS;
    let person = mixed % persons + if mixed >> 40 & 0xff < 51 { persons } else { 0 };
    let (purpose, channel) = CELLS[(mixed >> 56) as usize % CELLS.len()];
    format!(
        r#"{{"subject":{{"email":"{}"}},"purpose":"{purpose}","channel":"{channel}"}}"#,
        address(person)
    )
}

/// The three choices of a person.
pub const CELLS: [(&str, &str); 3] = [
    ("newsletter", "email"),
    ("offers", "email"),
    ("offers", "sms"),
];

/// The three answers of person number `n`: six yeses for every four noes.
pub fn claims(app: &App, n: u64) -> Vec<(String, Claim)> {
    let named = named(app, &address(n));
    let answer = |at: u64| match mix(n ^ at << 48) % 10 {
        0..6 => "given",
        6..8 => "refused",
        _ => "withdrawn",
    };
    let one = |(at, (purpose, channel)): (u64, &(&str, &str))| {
        (
            String::new(),
            claim(named.clone(), purpose, channel, answer(at)),
        )
    };
    (0..).zip(&CELLS).map(one).collect()
}

/// A consent as a shop's till sends it.
pub fn claim(named: Named, purpose: &str, channel: &str, status: &str) -> Claim {
    Claim {
        named,
        purpose: purpose.to_owned(),
        channel: channel.to_owned(),
        status: status.to_owned(),
        notice: Some(format!("{purpose}@1")),
        language: Some("fr".into()),
        source: Source {
            kind: SourceKind::Store,
            id: Some("lille-2".into()),
            agent: Some("k.dupuis".into()),
        },
        told: ToldAct::by(Act::UntickedBoxTicked),
        collected_at: None,
        valid_for: Some("P3Y".into()),
        evidence: None,
        confirm: None,
    }
}

/// The same as the body of a request.
pub fn consent(n: u64) -> String {
    format!(
        r#"{{"subject":{{"email":"{}"}},"purpose":"newsletter","channel":"email","status":"refused","notice":"newsletter@1","language":"fr","source":{{"kind":"store","id":"lille-2","agent":"k.dupuis"}},"act":"unticked_box_ticked","valid_for":"P3Y"}}"#,
        address(n)
    )
}

/// The person of that address, as a request names them.
pub fn named(app: &App, address: &str) -> Named {
    let identifier = Identifier::email(address).expect("a valid address");
    Named {
        contacts: vec![contact(app.keys(), identifier)],
        hashes: Vec::new(),
    }
}

/// Leave to record.
pub fn recording() -> Grant<RecordConsents> {
    authorize(&Principal::Operator).expect("the operator may record")
}
