//! `serve --demo`, and the three things that it prints.

use crate::support::http::Http;
use crate::support::process;
use crate::support::server::Server;

/// The words of the pages, as translators keep them.
const WORDS: [(&str, &str); 6] = [
    ("fr", include_str!("../../src/http/pages/words/fr.ftl")),
    ("en", include_str!("../../src/http/pages/words/en.ftl")),
    ("de", include_str!("../../src/http/pages/words/de.ftl")),
    ("es", include_str!("../../src/http/pages/words/es.ftl")),
    ("it", include_str!("../../src/http/pages/words/it.ftl")),
    ("nl", include_str!("../../src/http/pages/words/nl.ftl")),
];

/// The languages that customers are spoken to in.
pub const LANGUAGES: [&str; 6] = ["fr", "en", "de", "es", "it", "nl"];

/// A word of the pages in a language, without its variables.
#[track_caller]
pub fn word(language: &str, key: &str) -> String {
    let (_, words) = WORDS
        .iter()
        .find(|(code, _)| *code == language)
        .expect("a language");
    let start = format!("{key} = ");
    let line = words.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("no word {key}")).to_owned()
}

/// A running demo, as its standard output describes it.
pub struct Demo {
    pub server: Server,
    /// A customer's choices.
    pub form: String,
    /// Where the DPO signs in.
    pub console: String,
    pub user: String,
    pub password: String,
    /// A shop agent's password.
    pub agent_password: String,
    /// The key that records consents.
    pub collector: String,
    /// The whole `curl` line.
    pub curl: String,
}

impl Demo {
    pub fn start() -> Self {
        let server = Server::demo();
        let printed = || server.stdout().contains("records consents");
        assert!(
            process::until(std::time::Duration::from_secs(20), printed),
            "{}",
            server.stdout()
        );
        let text = server.stdout();
        let after = |mark: &str| {
            let (_, rest) = text
                .split_once(mark)
                .unwrap_or_else(|| panic!("no {mark:?} in {text}"));
            rest.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let curl = text
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("curl "));
        Self {
            form: after("form:"),
            console: after("console:"),
            user: after("user "),
            password: after("password "),
            agent_password: after("user agent password "),
            collector: after("records consents:"),
            curl: curl
                .unwrap_or_else(|| panic!("no curl line in {text}"))
                .to_owned(),
            server,
        }
    }

    /// The address, the header and the body of the `curl` line.
    pub fn request(&self) -> (String, String, serde_json::Value) {
        let quoted: Vec<&str> = self.curl.split('\'').skip(1).step_by(2).collect();
        let address = self
            .curl
            .split_whitespace()
            .find(|word| word.starts_with("http"));
        let key = quoted
            .iter()
            .find_map(|text| text.strip_prefix("Authorization: Bearer "));
        let body = serde_json::from_str(quoted.last().expect("a body")).expect("JSON");
        (
            address.expect("an address").to_owned(),
            key.expect("a key").to_owned(),
            body,
        )
    }

    /// What the `curl` line is answered: by `curl` itself, where this machine has it.
    pub fn ask(&self) -> serde_json::Value {
        if process::find(&["curl"]).is_some() {
            let run = std::process::Command::new("sh")
                .args(["-c", &self.curl])
                .env("no_proxy", "*")
                .output()
                .expect("run the line");
            return serde_json::from_slice(&run.stdout).expect("an answer in JSON");
        }
        let (address, key, body) = self.request();
        Http::new(&address)
            .bearer(&key)
            .post("", &body)
            .expect(200)
            .json()
    }
}
