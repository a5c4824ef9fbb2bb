//! Made-up people, the same for the same seed. Addresses end in domains that
//! are reserved (RFC 2606, RFC 6761), phone numbers in the range that the
//! Bundesnetzagentur keeps for films.

const FIRST: [&str; 12] = [
    "Anne",
    "Éloïse",
    "Jürgen",
    "Łucja",
    "Γεωργία",
    "Søren",
    "José",
    "Zoë",
    "Žofia",
    "İpek",
    "Françoise",
    "Nikos",
];
const LAST: [&str; 12] = [
    "Dupont",
    "Lefèvre",
    "Müller",
    "Wójcik",
    "Παπαδοπούλου",
    "Ångström",
    "Núñez",
    "Groß",
    "Dvořák",
    "Yılmaz",
    "d'Ormesson",
    "O’Neill",
];
const LOCAL: [&str; 8] = [
    "anne",
    "eloise.lefevre",
    "juergen+news",
    "lucja_w",
    "éva.groß",
    "soren",
    "j.n",
    "ζωή",
];
const DOMAINS: [&str; 9] = [
    "example.com",
    "example.org",
    "Example.NET",
    "boutique.example",
    "laden.test",
    "bücher.example",
    "żółw.example",
    "παράδειγμα.example",
    "xn--caf-dma.example",
];

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap();
        from[index]
    }
}

/// Somebody who does not exist.
#[derive(Clone)]
pub struct Person {
    pub number: u64,
    pub first: String,
    pub last: String,
    pub email: String,
    /// Seconds since 1970, in 2019 to 2025.
    pub joined: i64,
    pub left: i64,
}

impl Person {
    pub fn new(number: u64, random: &mut Random) -> Self {
        let (local, domain) = (random.pick(&LOCAL), random.pick(&DOMAINS));
        let joined = 1_546_300_800 + i64::try_from(random.below(180_000_000)).unwrap();
        Self {
            number,
            first: random.pick(&FIRST).to_owned(),
            last: random.pick(&LAST).to_owned(),
            email: format!("{local}{number}@{domain}"),
            joined,
            left: joined + i64::try_from(random.below(30_000_000)).unwrap(),
        }
    }

    /// The same mailbox, typed by somebody in a hurry.
    pub fn typed_again(&self) -> Self {
        let mut again = self.clone();
        again.email = format!(" {}", self.email.to_uppercase().replace("GROSS", "GROß"));
        again
    }

    /// Digits with the country code and no plus.
    pub fn mobile(&self) -> String {
        format!("4917139200{:02}", self.number % 100)
    }
}
