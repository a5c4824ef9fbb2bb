//! A provider of OpenID Connect: a server with keys of its own, honest or not.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::authority::openssl;
use super::http::encode;
use super::reaper::directory;
use super::signer::{Signer, seconds};

/// What it calls the service, and the secret that both have.
pub const CLIENT: &str = "placet-console";
pub const SECRET: &str = "s3cret:+ é";

/// What it does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Honest,
    /// Signs with another kind of key, rightly.
    Ed25519,
    /// Says that it is another.
    OtherName,
    /// Answers nothing at all, for longer than anybody waits.
    Silent,
    /// Answers without an end.
    Huge,
    /// Sends its caller elsewhere.
    Redirecting,
    /// Breaks down.
    Broken,
    /// Signs with a key that it does not publish, under the name of one.
    OtherKey,
    /// Signs with nothing.
    NoAlgorithm,
    /// Signs with the public key as if it were a secret.
    SharedSecret,
    /// Gives tokens whose time is over.
    Expired,
    /// Gives those of another service.
    OtherAudience,
    /// Gives those of another issuer.
    OtherIssuer,
    /// Gives those of another browser.
    OtherNonce,
    /// Comes back in another's name (a mix-up).
    MixedUp,
    /// Comes back without a name though it always says it.
    Nameless,
    /// Ignores that it has to ask again.
    AsksNobody,
    /// Sends back with an error and what its user typed.
    Declining,
}

/// Who signs in there.
#[derive(Clone)]
pub struct User {
    pub sub: String,
    pub name: String,
    pub groups: Vec<String>,
    pub amr: Vec<String>,
    pub sid: Option<String>,
}

impl User {
    pub fn of(sub: &str, groups: &[&str]) -> Self {
        Self {
            sub: sub.to_owned(),
            name: format!("{sub}.name"),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            sid: Some(format!("sid-of-{sub}")),
        }
    }
}

/// A code that was given out.
struct Given {
    nonce: String,
    challenge: String,
    back: String,
    asked_again: bool,
}

struct State {
    mode: Mode,
    user: User,
    codes: HashMap<String, Given>,
    /// What was asked of it, by path.
    asked: Vec<String>,
    count: u64,
}

/// A running provider.
#[derive(Clone)]
pub struct Provider {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// The pair of RSA keys of all providers: making one takes a while.
fn rsa() -> &'static RsaKeyPair {
    static PAIR: OnceLock<RsaKeyPair> = OnceLock::new();
    PAIR.get_or_init(|| {
        let folder = directory("rsa");
        let made = openssl(
            folder.path(),
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER -out key.der",
        );
        assert!(made.status.success(), "{made:?}");
        let der = std::fs::read(folder.path().join("key.der")).unwrap();
        // some write it in the older form
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
        pair.expect("a key pair")
    })
}

fn ed25519() -> Signer {
    Signer::ed25519(9)
}

fn part(value: &Value) -> String {
    B64.encode(value.to_string())
}

fn rs256(message: &str) -> Vec<u8> {
    let pair = rsa();
    let mut signature = vec![0; pair.public().modulus_len()];
    let dice = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &dice, message.as_bytes(), &mut signature)
        .unwrap();
    signature
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().unwrap().port();
        let state = State {
            mode: Mode::Honest,
            user: User::of("u-1", &[]),
            codes: HashMap::new(),
            asked: Vec::new(),
            count: 0,
        };
        let provider = Self {
            port,
            state: Arc::new(Mutex::new(state)),
        };
        let serving = provider.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let provider = serving.clone();
                // whoever hangs up has no answer
                std::thread::spawn(move || drop(provider.answer(socket)));
            }
        });
        provider
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}/realms/shop", self.port)
    }

    /// The settings of a service whose staff sign in here.
    pub fn settings(&self, secret_file: &str, roles: &str) -> String {
        format!(
            "oidc_issuer = {:?}\noidc_client_id = {CLIENT:?}\noidc_client_secret_file = {secret_file:?}\n\
             oidc_name = \"Shop & Co\"\noidc_roles = {roles:?}\noidc_amr = \"otp\"\n",
            self.issuer()
        )
    }

    pub fn does(&self, mode: Mode) {
        self.state.lock().unwrap().mode = mode;
    }

    pub fn is_used_by(&self, user: User) {
        self.state.lock().unwrap().user = user;
    }

    /// How often a path was asked that begins so.
    pub fn asked(&self, start: &str) -> usize {
        let state = self.state.lock().unwrap();
        state
            .asked
            .iter()
            .filter(|path| path.starts_with(start))
            .count()
    }

    /// Its word that somebody left: these claims beside the usual ones, which null takes out.
    pub fn logout_token(&self, more: &Value) -> String {
        let count = {
            let mut state = self.state.lock().unwrap();
            state.count += 1;
            state.count
        };
        let mut claims = json!({ "iss": self.issuer(), "aud": CLIENT, "iat": seconds(), "exp": seconds() + 120,
            "jti": format!("jti-{}-{count}", self.port),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} } });
        merge(&mut claims, more);
        self.signed("logout+jwt", &claims, Mode::Honest)
    }

    /// A token, as rightly signed as the mode has it.
    pub fn signed(&self, typ: &str, claims: &Value, mode: Mode) -> String {
        let head = |alg: &str| json!({ "alg": alg, "typ": typ, "kid": "rsa-1" });
        let message = |head: &Value| format!("{}.{}", part(head), part(claims));
        match mode {
            Mode::Ed25519 => {
                let head = json!({ "alg": "EdDSA", "typ": typ, "kid": "ed-1" });
                ed25519().sign(&head, claims)
            }
            Mode::OtherKey => {
                let head = json!({ "alg": "EdDSA", "typ": typ, "kid": "ed-1" });
                Signer::ed25519(77).sign(&head, claims)
            }
            Mode::NoAlgorithm => format!("{}.", message(&head("none"))),
            Mode::SharedSecret => {
                let message = message(&head("HS256"));
                let public: PublicKeyComponents<Vec<u8>> = rsa().public().into();
                let key = hmac::Key::new(hmac::HMAC_SHA256, &public.n);
                let tag = hmac::sign(&key, message.as_bytes());
                format!("{message}.{}", B64.encode(tag))
            }
            _ => {
                let message = message(&head("RS256"));
                let signature = rs256(&message);
                format!("{message}.{}", B64.encode(signature))
            }
        }
    }

    fn answer(&self, mut socket: TcpStream) -> std::io::Result<()> {
        let (head, body) = request(&mut socket)?;
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/realms/shop").unwrap_or(path);
        let mode = {
            let mut state = self.state.lock().unwrap();
            state.asked.push(path.to_owned());
            state.mode
        };
        let back_channel = path != "/authorize" && path != "/login";
        match mode {
            Mode::Silent if back_channel => {
                std::thread::sleep(Duration::from_secs(20));
                return Ok(());
            }
            Mode::Huge if back_channel => {
                write!(
                    socket,
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
                )?;
                let spaces = [b' '; 1 << 14];
                for _ in 0..1_000 {
                    socket.write_all(&spaces)?;
                }
                return Ok(());
            }
            Mode::Redirecting if back_channel => {
                let to = format!("location: http://127.0.0.1:{}/elsewhere\r\n", self.port);
                return reply(&mut socket, "302 Found", &to, "");
            }
            Mode::Broken if back_channel => {
                return reply(&mut socket, "500 Oh", "", "stack trace");
            }
            _ => {}
        }
        let fields: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        match (method, path) {
            ("GET", "/.well-known/openid-configuration") => reply(
                &mut socket,
                "200 OK",
                JSON,
                &self.metadata(mode).to_string(),
            ),
            ("GET", "/keys") => reply(&mut socket, "200 OK", JSON, &keys().to_string()),
            ("GET", "/authorize") => reply(&mut socket, "200 OK", HTML, &login_page(query)),
            ("GET", "/login") => {
                let to = format!("location: {}\r\n", self.logged_in(&fields, mode));
                reply(&mut socket, "303 See Other", &to, "")
            }
            ("POST", "/token") => {
                let fields = url::form_urlencoded::parse(&body).into_owned().collect();
                match self.token(&head, &fields, mode) {
                    Ok(body) => reply(&mut socket, "200 OK", JSON, &body.to_string()),
                    Err(why) => {
                        let body = json!({ "error": why }).to_string();
                        reply(&mut socket, "400 Bad Request", JSON, &body)
                    }
                }
            }
            _ => reply(&mut socket, "404 Not Found", "", ""),
        }
    }

    fn metadata(&self, mode: Mode) -> Value {
        let issuer = self.issuer();
        let named = if mode == Mode::OtherName {
            format!("{issuer}/")
        } else {
            issuer.clone()
        };
        json!({ "issuer": named,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true })
    }

    /// Where somebody who has logged in is sent: what the form of the login page does.
    pub fn logs_in(&self, address: &str) -> String {
        let (start, query) = address.split_once('?').expect("a query");
        assert_eq!(start, format!("{}/authorize", self.issuer()));
        let fields = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let mode = self.state.lock().unwrap().mode;
        self.logged_in(&fields, mode)
    }

    fn logged_in(&self, fields: &HashMap<String, String>, mode: Mode) -> String {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        assert_eq!(field("response_type"), "code");
        assert_eq!(field("client_id"), CLIENT);
        assert_eq!(field("code_challenge_method"), "S256");
        assert!(field("scope").split(' ').any(|scope| scope == "openid"));
        assert!(!fields.contains_key("response_mode") && !fields.contains_key("client_secret"));
        let mut state = self.state.lock().unwrap();
        state.count += 1;
        let code = format!("code-{}-{}", self.port, state.count);
        let asked_again = field("prompt") == "login" && field("max_age") == "0";
        let given = Given {
            nonce: field("nonce"),
            challenge: field("code_challenge"),
            back: field("redirect_uri"),
            asked_again,
        };
        let (back, wanted) = (given.back.clone(), encode(&field("state")));
        state.codes.insert(code.clone(), given);
        let issuer = match mode {
            Mode::MixedUp => "&iss=https%3A%2F%2Fevil.example".to_owned(),
            Mode::Nameless => String::new(),
            _ => format!("&iss={}", encode(&self.issuer())),
        };
        if mode == Mode::Declining {
            return format!(
                "{back}?error=access_denied&error_description=u-1.name%20said%20no&state={wanted}{issuer}"
            );
        }
        format!("{back}?code={}&state={wanted}{issuer}", encode(&code))
    }

    fn token(
        &self,
        head: &str,
        fields: &HashMap<String, String>,
        mode: Mode,
    ) -> Result<Value, &'static str> {
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        self.is_client(head, fields)?;
        let mut state = self.state.lock().unwrap();
        // a code opens once
        let given = state.codes.remove(field("code")).ok_or("invalid_grant")?;
        let verifier =
            ring::digest::digest(&ring::digest::SHA256, field("code_verifier").as_bytes());
        let fits = field("grant_type") == "authorization_code"
            && field("redirect_uri") == given.back
            && B64.encode(verifier) == given.challenge;
        if !fits {
            return Err("invalid_grant");
        }
        let claims = self.claims(&state.user, &given, mode);
        drop(state);
        let id_token = self.signed("JWT", &claims, mode);
        Ok(
            json!({ "access_token": "nobody asks for it", "token_type": "Bearer", "id_token": id_token }),
        )
    }

    fn claims(&self, user: &User, given: &Given, mode: Mode) -> Value {
        let now = seconds();
        let asked_again = given.asked_again && mode != Mode::AsksNobody;
        let mut claims = json!({ "iss": self.issuer(), "aud": CLIENT, "sub": user.sub, "iat": now, "exp": now + 300,
            "nonce": given.nonce, "preferred_username": user.name, "groups": user.groups, "amr": user.amr,
            "auth_time": if asked_again { now } else { now - 3_600 } });
        if let Some(sid) = &user.sid {
            claims["sid"] = json!(sid);
        }
        match mode {
            Mode::Expired => merge(&mut claims, &json!({ "iat": now - 200, "exp": now - 1 })),
            Mode::OtherAudience => merge(&mut claims, &json!({ "aud": "another" })),
            Mode::OtherIssuer => merge(&mut claims, &json!({ "iss": "https://evil.example" })),
            Mode::OtherNonce => merge(&mut claims, &json!({ "nonce": "another" })),
            _ => {}
        }
        claims
    }

    /// Whether the service proves itself, by the secret or by a key.
    fn is_client(&self, head: &str, fields: &HashMap<String, String>) -> Result<(), &'static str> {
        let basic = STANDARD.encode(format!("{CLIENT}:s3cret%3A%2B+%C3%A9"));
        let sent = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("authorization").then_some(value)
        });
        if sent == Some(format!("Basic {basic}").as_str()) {
            return Ok(());
        }
        let assertion = fields.get("client_assertion").ok_or("invalid_client")?;
        let claims = assertion.split('.').nth(1).ok_or("invalid_client")?;
        let claims = B64.decode(claims).map_err(|_| "invalid_client")?;
        let claims: Value = serde_json::from_slice(&claims).map_err(|_| "invalid_client")?;
        let ours = claims["iss"] == CLIENT
            && claims["sub"] == CLIENT
            && claims["aud"] == self.issuer().as_str()
            && claims["exp"].as_u64().is_some_and(|exp| exp > seconds());
        ours.then_some(()).ok_or("invalid_client")
    }
}

const JSON: &str = "content-type: application/json\r\n";
const HTML: &str = "content-type: text/html; charset=utf-8\r\n";

fn merge(claims: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
}

fn keys() -> Value {
    let public: PublicKeyComponents<Vec<u8>> = rsa().public().into();
    let rsa = json!({ "kty": "RSA", "kid": "rsa-1", "use": "sig", "alg": "RS256",
        "n": B64.encode(&public.n), "e": B64.encode(&public.e) });
    json!({ "keys": [rsa, ed25519().jwk("ed-1")] })
}

/// A page with one button, as somebody at the provider sees it.
fn login_page(query: &str) -> String {
    let fields = url::form_urlencoded::parse(query.as_bytes());
    let fields: String = fields
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"))
        .collect();
    format!(
        "<!doctype html><title>Shop</title><form action=\"/realms/shop/login\">{fields}\
         <button id=\"login\">Log in</button></form>"
    )
}

fn reply(socket: &mut TcpStream, status: &str, more: &str, body: &str) -> std::io::Result<()> {
    write!(
        socket,
        "HTTP/1.1 {status}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The head and the body of a request.
fn request(socket: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut heard = Vec::new();
    loop {
        let mut some = [0; 4096];
        let count = socket.read(&mut some)?;
        heard.extend_from_slice(&some[..count]);
        let end = heard.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else {
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let head = String::from_utf8_lossy(&heard[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let named = name.eq_ignore_ascii_case("content-length");
            named.then(|| value.trim().parse::<usize>().ok())?
        });
        let length = length.unwrap_or(0);
        if heard.len() >= end + 4 + length {
            return Ok((head, heard[end + 4..end + 4 + length].to_vec()));
        }
    }
}
