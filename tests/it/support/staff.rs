//! Members of staff as they sign in: the one place in which tests do it.

use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

use super::database::Db;
use super::http::{Http, Reply};
use super::scene::hidden;
use super::server::{Server, cli_with_input};

/// The password of every member of staff.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is signed in, with what they hold.
pub struct Member {
    /// Their browser.
    pub http: Http,
    /// The key in their authenticator app; none where the role needs no second factor.
    pub app: Option<App>,
    /// Their recovery codes.
    pub recovery: Vec<String>,
}

/// An authenticator app.
#[derive(Clone)]
pub struct App(Vec<u8>);

impl App {
    /// It is told the key as text.
    pub fn told(text: &str) -> Self {
        let letters = text.chars().filter(|c| !c.is_whitespace());
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in letters {
            let at = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter);
            held = (held << 5) | u32::try_from(at.expect("base 32")).unwrap();
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((held >> bits) & 255).unwrap());
                held &= (1 << bits) - 1;
            }
        }
        Self(bytes)
    }

    /// The code of so many half minutes from now.
    pub fn code(&self, from_now: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let step = i64::try_from(now.as_secs() / 30).unwrap() + from_now;
        let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = sign(&key, &step.to_be_bytes());
        let from = usize::from(tag.as_ref()[19] & 15);
        let four: [u8; 4] = tag.as_ref()[from..from + 4].try_into().unwrap();
        format!(
            "{:06}",
            (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
        )
    }

    /// A code of six digits that it shows at no time near now.
    pub fn wrong_code(&self) -> String {
        let near: Vec<String> = (-4..=4).map(|step| self.code(step)).collect();
        let wrong = (0..).map(|n: u32| format!("{n:06}"));
        wrong.into_iter().find(|code| !near.contains(code)).unwrap()
    }
}

/// Makes an account of this name and role.
#[track_caller]
pub fn add(db: &Db, login: &str, role: &str) {
    let add = ["user", "add", "--login", login, "--role", role];
    let added = cli_with_input(db, &add, PASSWORD);
    assert_eq!(added.code, 0, "{added:?}");
}

/// Name and password, typed in a new browser.
#[track_caller]
pub fn password(server: &Server, login: &str, password: &str) -> Reply {
    let fields = [("user", login), ("password", password)];
    server.http().form("/console/sign-in", &fields)
}

/// The browser that keeps the cookie of an answer.
#[track_caller]
pub fn keeping(server: &Server, reply: &Reply) -> Http {
    let cookie = reply.header("set-cookie").expect("a cookie");
    let (cookie, _) = cookie.split_once(';').expect("its attributes");
    server.http().header("cookie", cookie)
}

/// The secret of a page's forms.
#[track_caller]
pub fn csrf(page: &str) -> String {
    hidden(page, "csrf").unwrap_or_else(|| panic!("no form in {page}"))
}

/// Everything between `<code>` and its end.
pub fn codes(page: &str) -> Vec<String> {
    let after = page.split("<code>").skip(1);
    after
        .filter_map(|rest| Some(rest.split_once("</code>")?.0.to_owned()))
        .collect()
}

/// Signs in for the first time, and sets up a second factor where the role needs one.
#[track_caller]
pub fn signs_in(server: &Server, login: &str) -> Member {
    let entered = password(server, login, PASSWORD).expect(303);
    let begun = keeping(server, &entered);
    let way = entered.header("location").expect("a way on").to_owned();
    if way == "/console" {
        let (http, app, recovery) = (begun, None, Vec::new());
        return Member {
            http,
            app,
            recovery,
        };
    }
    enrols(server, &begun, &way)
}

/// Sets up what the page there offers.
#[track_caller]
pub fn enrols(server: &Server, begun: &Http, way: &str) -> Member {
    let page = begun.get(way).expect(200).text;
    let app = App::told(&codes(&page)[0]);
    let fields = [("csrf", csrf(&page)), ("code", app.code(0))];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let done = begun
        .form("/console/account/second-factor/confirm", &fields)
        .expect(200);
    Member {
        http: keeping(server, &done),
        app: Some(app),
        recovery: codes(&done.text),
    }
}
