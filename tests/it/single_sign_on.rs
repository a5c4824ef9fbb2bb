//! Single sign-on of staff, against a provider with real keys, honest or not.

mod browser;
mod hostile;
mod leaving;

use serde_json::Value;

use crate::accounts::{acts, form, leads_to, long_ago};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::logs;
use crate::support::provider::{Mode, Provider, SECRET, User};
use crate::support::scene::hidden;
use crate::support::server::{Output, Server, cli};
use crate::support::staff::{self, PASSWORD, csrf, enrols};

const GO: &str = "/console/sign-in/provider";
const PROVE: &str = "/console/account/proof/provider";
const LOGOUT: &str = "/console/sign-in/provider/logout";
const ACCOUNT: &str = "/console/account";
const RECOVERY: &str = "/console/account/recovery";
const FACTOR: &str = "/console/account/second-factor";
const ROLES: &str =
    "/placet/admins=admin /placet/dpo=dpo shops=agent/default audit=auditor nobodys=agent/nobodys";

/// The settings of a service whose staff sign in there: for the command line in a file, and as variables.
fn settings(db: &Db, provider: &Provider, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let secret = db.data_dir().join("client.secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let mut text = provider.settings(&secret.display().to_string(), ROLES);
    for (name, value) in more {
        text.push_str(&format!("{name} = {value:?}\n"));
    }
    std::fs::write(db.data_dir().join("placet.toml"), &text).unwrap();
    let table: toml::Table =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let variable = |(name, value): (String, toml::Value)| {
        let name = format!("PLACET_{}", name.to_uppercase());
        (name, value.as_str().unwrap().to_owned())
    };
    table.into_iter().map(variable).collect()
}

fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = settings.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// A shop whose staff sign in by a provider.
fn opened(db: &Db) -> (Provider, Shop) {
    let provider = Provider::start();
    let settings = settings(db, &provider, &[]);
    let shop = Shop::open_with(db, &borrowed(&settings));
    (provider, shop)
}

/// An account that is bound to somebody there.
#[track_caller]
fn bound(db: &Db, login: &str, role: &str, sub: &str) {
    let added = cli(
        db,
        &[
            "user",
            "add",
            "--login",
            login,
            "--role",
            role,
            "--oidc-sub",
            sub,
        ],
    );
    assert_eq!(added.code, 0, "{added:?}");
}

fn english(server: &Server) -> Http {
    server.http().header("accept-language", "en")
}

/// The address to which a browser is led by a page, and the browser as it is then.
#[track_caller]
fn sent(server: &Server, reply: &Reply) -> (String, Http) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let refresh = reply.header("refresh").expect("a way on");
    let to = refresh.strip_prefix("0; url=").unwrap().to_owned();
    (
        to,
        staff::keeping(server, reply).header("accept-language", "en"),
    )
}

/// Begins to sign in: the address at the provider, and the browser.
#[track_caller]
fn begins(server: &Server) -> (String, Http) {
    sent(server, &english(server).form(GO, &[]))
}

/// What an address has after the server's own.
#[track_caller]
fn path_of<'a>(server: &Server, address: &'a str) -> &'a str {
    address.strip_prefix(&server.url()).expect("back to us")
}

/// The whole way: what the service answers in the end.
#[track_caller]
fn comes_back(server: &Server, provider: &Provider) -> Reply {
    let (to, browser) = begins(server);
    browser.get(path_of(server, &provider.logs_in(&to)))
}

/// Somebody who got in, or is asked for more at this address.
#[track_caller]
fn in_at(server: &Server, reply: &Reply, way: &str) -> Http {
    let (to, browser) = sent(server, reply);
    assert_eq!(to, way, "{}", reply.text);
    browser
}

/// A refusal that says why, and leaves every other way in open.
#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert_eq!(reply.status, 403, "{}", reply.text);
    assert!(reply.text.contains(why), "{why}: {}", reply.text);
    assert!(reply.text.contains("name=\"password\""), "{}", reply.text);
    assert!(reply.header("refresh").is_none());
    let set = reply.headers.get_all("set-cookie").iter();
    let opened = set.filter(|cookie| cookie.to_str().unwrap().starts_with("placet=s_"));
    assert_eq!(opened.count(), 0);
}

#[track_caller]
fn checks_well(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

fn listed(db: &Db, login: &str) -> Value {
    let Output { stdout, .. } = cli(db, &["--json", "user", "list"]);
    let all: Value = serde_json::from_str(&stdout).unwrap();
    let found = all.as_array().unwrap().iter();
    let mut found = found.filter(|one| one["login"] == login);
    found.next().cloned().unwrap_or_default()
}

const NO_ACCOUNT: &str = "no account here is open to you";
const UNBELIEVED: &str = "could not be verified";
const AWAY: &str = "cannot be reached";
const STALE: &str = "begun too long ago";

on_both! {
    /// By issuer and subject, whatever else the provider says of them; and never by their name.
    fn who_is_bound_to_an_account_gets_in(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        let page = english(server).get("/console/sign-in").expect(200).text;
        assert!(page.contains("Sign in with Shop &#38; Co"), "{page}");
        staff::add(db, "dpo", "dpo");
        bound(db, "k.dupuis", "dpo", "248289761001");
        // the name of an account that is another's opens nothing
        provider.is_used_by(User { name: "dpo".into(), ..User::of(logs::plant("sub-of-nobody-7"), &["all"]) });
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        provider.is_used_by(User { name: logs::plant("Vrombissac.K").into(), ..User::of("248289761001", &[]) });
        let me = in_at(server, &comes_back(server, &provider), "/console");
        let page = me.get(ACCOUNT).expect(200).text;
        assert!(page.contains("k.dupuis") && !page.contains("Vrombissac"), "{page}");
        assert!(!page.contains("name=\"current\""), "there is no password to change: {page}");
        staff::password(server, "k.dupuis", PASSWORD).expect(401);
        staff::password(server, "k.dupuis", "").expect(401);
        let acts = acts(&shop);
        for kind in ["staff.identity_linked", "staff.signed_in", "staff.sign_in_failed"] {
            assert!(acts.contains(&kind.to_owned()), "{kind}: {acts:?}");
        }
        checks_well(db);
        // what is kept of them is no name
        let kept = db.ask("SELECT count(*) FROM staff WHERE login LIKE '%2482897%'");
        assert_eq!(kept.trim(), "0");
    }

    fn an_account_is_bound_and_unbound(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        let user = |arguments: &[&str]| cli(db, &[&["user"], arguments].concat()).code;
        provider.is_used_by(User::of("u-7", &[]));
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        assert_eq!(user(&["link", "nobody", "--oidc-sub", "u-7"]), 2);
        assert_eq!(user(&["link", "dpo", "--oidc-sub", "é"]), 2);
        assert_eq!(user(&["link", "dpo", "--oidc-sub", "u-7"]), 0);
        assert_eq!(user(&["link", "dpo", "--oidc-sub", "u-7"]), 2, "it is so already");
        assert_eq!(user(&["add", "--login", "other", "--role", "dpo", "--oidc-sub", "u-7"]), 2, "it opens another");
        assert_eq!(listed(db, "dpo")["by_provider"], true);
        let me = in_at(server, &comes_back(server, &provider), "/console");
        me.get(ACCOUNT).expect(200);
        // disabled: no provider opens it
        assert_eq!(user(&["disable", "dpo"]), 0);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        assert_eq!(user(&["enable", "dpo"]), 0);
        let me = in_at(server, &comes_back(server, &provider), "/console");
        assert_eq!(user(&["unlink", "dpo"]), 0);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        checks_well(db);
        // who binds an account in the database is found
        let thirty_two = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let blob = if db.url().starts_with("postgres") { format!("'\\x{thirty_two}'") } else { format!("x'{thirty_two}'") };
        db.tamper(&format!("UPDATE staff SET identity = {blob}"));
        let checked = cli(db, &["audit", "check"]);
        assert!(checked.code == 1 && format!("{checked:?}").contains("identity"), "{checked:?}");
    }

    /// What the provider does not vouch for is asked for here.
    fn a_second_factor_is_the_providers_word_or_ours(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        let password_alone = User { amr: vec!["pwd".into()], ..User::of("u-1", &[]) };
        provider.is_used_by(password_alone.clone());
        let begun = in_at(server, &comes_back(server, &provider), FACTOR);
        leads_to(&begun.get(ACCOUNT), "/console/sign-in");
        let member = enrols(server, &begun, FACTOR);
        member.http.get(ACCOUNT).expect(200);
        let begun = in_at(server, &comes_back(server, &provider), "/console/sign-in/code");
        leads_to(&begun.get(ACCOUNT), "/console/sign-in");
        let typed = form(&begun, "/console/sign-in/code", "/console/sign-in/code", &[("proof", &member.recovery[0])]);
        leads_to(&typed, "/console");
        // the provider's word is enough
        provider.is_used_by(User::of("u-1", &[]));
        in_at(server, &comes_back(server, &provider), "/console").get(ACCOUNT).expect(200);
        // a session that came of the password alone proves itself here
        let me = staff::keeping(server, &typed).header("accept-language", "en");
        long_ago(db);
        let asked = form(&me, ACCOUNT, RECOVERY, &[]).expect(403).text;
        assert!(asked.contains("name=\"proof\"") && !asked.contains(PROVE), "{asked}");
        checks_well(db);
    }

    fn groups_open_roles_and_shut_them(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        staff::add(db, "taken", "dpo");
        let used_by = |groups: &[&str], name: &str| {
            provider.is_used_by(User { name: name.to_owned(), ..User::of("u-9", groups) });
        };
        used_by(&["all", "dpo"], "k.dupuis");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        assert_eq!(listed(db, "k.dupuis"), Value::Null);
        // a brand that nobody has published opens nothing
        used_by(&["nobodys"], "k.dupuis");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        used_by(&["all", "/placet/dpo"], "k.dupuis");
        let me = in_at(server, &comes_back(server, &provider), "/console");
        me.get("/console/requests").expect(200);
        let account = listed(db, "k.dupuis");
        assert_eq!((account["role"].as_str(), account["role_by_groups"].as_bool()), (Some("dpo"), Some(true)));
        // again the same: nothing changes, and both sessions are there
        in_at(server, &comes_back(server, &provider), "/console");
        me.get("/console/requests").expect(200);
        // another group: another role, and what was open ends
        used_by(&["shops"], "k.dupuis");
        let agent = in_at(server, &comes_back(server, &provider), "/console");
        leads_to(&me.get("/console/requests"), "/console/sign-in");
        agent.get("/console/requests").expect(403);
        assert_eq!(listed(db, "k.dupuis")["brands"], serde_json::json!(["default"]));
        // two groups: the operator's order counts
        used_by(&["shops", "/placet/dpo"], "k.dupuis");
        in_at(server, &comes_back(server, &provider), "/console").get("/console/requests").expect(200);
        assert_eq!(listed(db, "k.dupuis")["role"], "dpo");
        // none: it ends, and comes back with the group
        let me = in_at(server, &comes_back(server, &provider), "/console");
        used_by(&["all"], "k.dupuis");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        used_by(&["audit"], "k.dupuis");
        in_at(server, &comes_back(server, &provider), "/console");
        let account = listed(db, "k.dupuis");
        assert!(account["role"] == "auditor" && account["until"].is_string(), "{account}");
        // whom an administrator keeps out stays out, whatever the groups
        assert_eq!(cli(db, &["user", "disable", "k.dupuis"]).code, 0);
        used_by(&["/placet/dpo"], "k.dupuis");
        refused(&comes_back(server, &provider), NO_ACCOUNT);
        // a name that is somebody's is not taken over
        provider.is_used_by(User { name: "taken".into(), ..User::of("u-10", &["/placet/dpo"]) });
        let other = in_at(server, &comes_back(server, &provider), "/console");
        assert!(other.get(ACCOUNT).expect(200).text.contains("staff-"));
        let acts = acts(&shop);
        let changed = acts.iter().filter(|kind| *kind == "staff.changed").count();
        assert_eq!(changed, 5, "{acts:?}");
        checks_well(db);
    }

    /// Asked again at the provider, in a tab of its own; the page that asked goes on.
    fn who_came_from_the_provider_proves_there_who_they_are(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        provider.is_used_by(User::of("u-1", &[]));
        let me = in_at(server, &comes_back(server, &provider), "/console");
        let secret = csrf(&me.get("/console/reports").expect(200).text);
        let fields = [("csrf", secret.as_str()), ("report", "processing"), ("format", "csv"), ("from", "2026-01-01"), ("to", "2026-01-31")];
        me.form("/console/reports", &fields).expect(200);
        long_ago(db);
        let asked = me.form("/console/reports", &fields).expect(403).text;
        assert!(asked.contains("Confirm with Shop") && !asked.contains("id=\"proof\""), "{asked}");
        assert_eq!(hidden(&asked, "from").as_deref(), Some("2026-01-01"));
        me.form("/console/reports", &fields).expect(403);
        me.form(PROVE, &[("csrf", "guessed")]).expect(403);
        let session = me.sent("cookie").unwrap();
        let goes = || {
            let (to, tab) = sent(server, &me.form(PROVE, &[("csrf", &secret)]));
            assert!(to.contains("prompt=login") && to.contains("max_age=0"), "{to}");
            let back = provider.logs_in(&to);
            // the session's own cookie does not come along from another site
            assert!(!tab.sent("cookie").unwrap().contains(&session));
            tab.get(path_of(server, &back))
        };
        let not = |reply: Reply| {
            assert!(reply.status == 403 && reply.text.contains("Nothing was confirmed"), "{}", reply.text);
            me.form("/console/reports", &fields).expect(403);
        };
        // a provider that asks nobody again, somebody else, and less than before
        provider.does(Mode::AsksNobody);
        not(goes());
        provider.does(Mode::Honest);
        provider.is_used_by(User::of("u-2", &["/placet/dpo"]));
        not(goes());
        provider.is_used_by(User { amr: vec!["pwd".into()], ..User::of("u-1", &[]) });
        not(goes());
        provider.is_used_by(User::of("u-1", &[]));
        let proven = goes().expect(200);
        assert!(proven.text.contains("You have confirmed that it is you"), "{}", proven.text);
        // under another token, with everything that was filled in
        leads_to(&me.get("/console"), "/console/sign-in");
        let me = staff::keeping(server, &proven);
        me.form("/console/reports", &fields).expect(200);
        let acts = acts(&shop);
        assert_eq!(acts.iter().filter(|kind| *kind == "staff.proven").count(), 1, "{acts:?}");
        checks_well(db);
    }

    /// A sign-in is no proof, and a proof lets nobody in.
    fn a_password_proves_nothing_at_the_provider(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        let me = shop.staff(db, "dpo").header("accept-language", "en");
        long_ago(db);
        let asked = form(&me, ACCOUNT, RECOVERY, &[]).expect(403).text;
        assert!(!asked.contains(PROVE), "{asked}");
        form(&me, ACCOUNT, PROVE, &[]).expect(403);
        leads_to(&server.http().form(PROVE, &[]), "/console/sign-in");
        assert_eq!(provider.asked("/authorize"), 0);
    }

    fn passwords_can_be_left_to_few(db: &Db) {
        let provider = Provider::start();
        let settings = settings(db, &provider, &[("oidc_passwords", "admin")]);
        let server = Server::start_with(db, &[], &borrowed(&settings));
        staff::add(db, "admin", "admin");
        staff::add(db, "dpo", "dpo");
        staff::password(&server, "dpo", PASSWORD).expect(401);
        staff::password(&server, "admin", PASSWORD).expect(303);
    }

    /// By a key of our own, where there is no secret.
    fn the_service_proves_itself_by_its_key(db: &Db) {
        let provider = Provider::start();
        let mut settings = settings(db, &provider, &[]);
        settings.retain(|(name, _)| name != "PLACET_OIDC_CLIENT_SECRET_FILE");
        let server = Server::start_with(db, &[], &borrowed(&settings));
        bound(db, "dpo", "dpo", "u-1");
        provider.does(Mode::Ed25519);
        in_at(&server, &comes_back(&server, &provider), "/console");
        // with the wrong secret there is no token
        let secret = db.data_dir().join("wrong.secret");
        std::fs::write(&secret, "another").unwrap();
        settings.push(("PLACET_OIDC_CLIENT_SECRET_FILE".into(), secret.display().to_string()));
        let server = Server::start_with(db, &[], &borrowed(&settings));
        refused(&comes_back(&server, &provider), UNBELIEVED);
    }
}

#[test]
fn without_a_provider_nothing_is_there() {
    let db = Db::sqlite();
    let server = Server::start(&db);
    let page = english(&server).get("/console/sign-in").expect(200).text;
    assert!(!page.contains(GO), "{page}");
    leads_to(&server.http().form(GO, &[]), "/console/sign-in");
    refused(
        &english(&server).get(&format!("{GO}/back?code=x&state=y")),
        STALE,
    );
    server
        .http()
        .form(LOGOUT, &[("logout_token", "x")])
        .expect(400);
}
