//! Accounts of staff: passwords, the second factor, sessions, what asks again who it is, and guessing.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::server::{Server, cli, cli_with_input};
use crate::support::staff::{self, App, PASSWORD, codes, csrf, enrols, keeping, signs_in};

const ACCOUNT: &str = "/console/account";
const CODE: &str = "/console/sign-in/code";
const FACTOR: &str = "/console/account/second-factor";

/// A service with the account `dpo`, who has never signed in.
fn opened(db: &Db) -> Server {
    let server = Server::start(db);
    staff::add(db, "dpo", "dpo");
    server
}

/// A form of somebody's account page, or of another page that they can read.
#[track_caller]
pub fn form(who: &Http, page: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    let secret = csrf(&who.get(page).expect(200).text);
    let mut all = vec![("csrf", secret.as_str())];
    all.extend_from_slice(fields);
    who.form(path, &all)
}

#[track_caller]
pub fn leads_to(reply: &Reply, path: &str) {
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some(path)),
        "{}",
        reply.text
    );
}

/// Name and password typed, up to the page that asks for the code.
#[track_caller]
fn half_in(server: &Server) -> Http {
    let entered = staff::password(server, "dpo", PASSWORD);
    leads_to(&entered, CODE);
    keeping(server, &entered)
}

#[track_caller]
fn types(begun: &Http, code: &str) -> Reply {
    form(begun, CODE, CODE, &[("proof", code)])
}

/// The kinds of entries about staff, in order.
pub fn acts(shop: &Shop) -> Vec<String> {
    let mut path = "/v1/audit/entries?limit=200".to_owned();
    let mut kinds = Vec::new();
    loop {
        let page = shop.dpo().get(&path).expect(200).json();
        let items = page["items"].as_array().unwrap().iter();
        kinds.extend(items.map(|item| item["leaf"]["t"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/audit/entries?limit=200&cursor={next}");
    }
    kinds.retain(|kind| kind.starts_with("staff."));
    kinds
}

/// Nobody has proven who they are for a long time.
pub fn long_ago(db: &Db) {
    db.tamper("UPDATE sessions SET proven_at = 1");
}

on_both! {
    fn a_password_is_judged_by_one_rule(db: &Db) {
        // with a second factor eight characters are enough
        let shop = Shop::open_with(db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
        let add = |password: &str| {
            cli_with_input(db, &["user", "add", "--login", "k.dupuis", "--role", "marketing"], password)
        };
        for (password, mend) in [
            ("short\n", "15 characters"),
            ("1qaz2wsx3edc4rfv\n", "tried first"),
            ("hunter5hunter5hunter5\n", "repeats"),
            ("placet k.dupuis dupuis\n", "name"),
        ] {
            let refused = add(password);
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.stderr.contains(mend), "{refused:?}");
        }
        assert_eq!(add(PASSWORD).code, 0);
        let me = signs_in(&shop.server, "k.dupuis").http.header("accept-language", "en");
        let change = |current: &str, new: &str| {
            form(&me, ACCOUNT, "/console/account/password", &[("current", current), ("new", new)])
        };
        for (current, new, told) in [
            ("wrong", "fine four plain words", "The password does not match"),
            (PASSWORD, "14 characters.", "at least 15 characters: make it longer"),
            (PASSWORD, "q1w2e3r4t5y6u7i8", "tried first"),
            (PASSWORD, "abcabcabcabcabcabc", "repeats itself"),
            (PASSWORD, "k.dupuis-placet-1", "leave these out"),
        ] {
            let refused = change(current, new).expect(422);
            assert!(refused.text.contains(told) && refused.text.contains("aria-invalid"), "{}", refused.text);
            assert!(!refused.text.contains(new), "a page never shows a password");
        }
        // another browser of theirs is out, this one goes on under another cookie
        let other = signs_in(&shop.server, "k.dupuis").http;
        let done = change(PASSWORD, "fine four plain words");
        leads_to(&done, "/console/account?done=password");
        for gone in [&other, &me] {
            leads_to(&gone.get(ACCOUNT), "/console/sign-in");
        }
        keeping(&shop.server, &done).get(ACCOUNT).expect(200);
        staff::password(&shop.server, "k.dupuis", PASSWORD).expect(401);
        leads_to(&staff::password(&shop.server, "k.dupuis", "fine four plain words"), "/console");
        let acts = acts(&shop);
        assert!(acts.contains(&"staff.password_changed".to_owned()), "{acts:?}");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// A hash that was made with less work is made anew as soon as the password is known.
    fn an_older_hash_is_renewed_at_the_sign_in(db: &Db) {
        use argon2::password_hash::PasswordHasher as _;
        use argon2::{Algorithm, Argon2, Params, Version};
        let server = Server::start(db);
        staff::add(db, "max", "marketing");
        let less = Params::new(19_456, 2, 1, None).unwrap();
        let less = Argon2::new(Algorithm::Argon2id, Version::V0x13, less);
        let old = less.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string();
        db.tamper(&format!("UPDATE staff SET password = '{old}'"));
        let kept = || db.ask("SELECT password FROM staff");
        staff::password(&server, "max", "wrong").expect(401);
        assert_eq!(kept().trim(), old);
        signs_in(&server, "max");
        assert!(kept().contains("m=65536,t=3,p=1"), "{}", kept());
        staff::password(&server, "max", PASSWORD).expect(303);
    }

    fn without_a_second_factor_only_its_page_opens(db: &Db) {
        let server = opened(db);
        let entered = staff::password(&server, "dpo", PASSWORD);
        leads_to(&entered, FACTOR);
        let begun = keeping(&server, &entered).header("accept-language", "en");
        for path in ["/console", ACCOUNT, "/console/requests", "/console/reports", CODE] {
            leads_to(&begun.get(path), "/console/sign-in");
        }
        leads_to(&begun.get("/console/sign-in"), FACTOR);
        let page = begun.get(FACTOR).expect(200).text;
        assert!(page.contains("<svg") && page.contains("Scan this picture"), "{page}");
        let app = App::told(&codes(&page)[0]);
        let typed = |code: &str| form(&begun, FACTOR, "/console/account/second-factor/confirm", &[("code", code)]);
        assert!(typed(&app.wrong_code()).expect(422).text.contains("does not match"));
        begun.form("/console/account/second-factor/confirm", &[("code", &app.code(0))]).expect(403);
        let done = typed(&app.code(0)).expect(200);
        assert_eq!(codes(&done.text).len(), 10);
        keeping(&server, &done).get("/console").expect(200);
        leads_to(&begun.get(FACTOR), "/console/sign-in");
        // the secret is sealed, the codes are hashed
        let sealed = db.ask("SELECT length(factor) FROM staff");
        assert_eq!(sealed.trim(), "48");
        assert_eq!(db.ask("SELECT count(*) FROM recovery_codes").trim(), "10");
    }

    fn a_code_opens_once_and_a_recovery_code_too(db: &Db) {
        let server = opened(db);
        let member = signs_in(&server, "dpo");
        let app = member.app.unwrap();
        let begun = half_in(&server).header("accept-language", "en");
        // the password alone: neither a page, nor another second factor
        for path in ["/console", ACCOUNT, FACTOR] {
            leads_to(&begun.get(path), "/console/sign-in");
        }
        leads_to(&begun.get("/console/sign-in"), CODE);
        let secret = csrf(&begun.get(CODE).expect(200).text);
        let offer = begun.form(FACTOR, &[("csrf", &secret)]);
        leads_to(&offer, "/console/sign-in");
        assert!(types(&begun, &app.wrong_code()).expect(401).text.contains("does not match"));
        db.tamper("UPDATE staff SET factor_step = 0");
        let code = app.code(0);
        let entered = types(&begun, &code);
        leads_to(&entered, "/console");
        keeping(&server, &entered).get("/console").expect(200);
        leads_to(&begun.get(CODE), "/console/sign-in");
        let again = half_in(&server);
        types(&again, &code).expect(401);
        let entered = types(&again, &member.recovery[3].to_lowercase());
        leads_to(&entered, "/console");
        types(&half_in(&server), &member.recovery[3]).expect(401);
        // made anew, those of before open nothing
        let me = keeping(&server, &entered);
        let anew = form(&me, ACCOUNT, "/console/account/recovery", &[]).expect(200);
        let anew = codes(&anew.text);
        assert_eq!(anew.iter().collect::<BTreeSet<_>>().len(), 10);
        types(&half_in(&server), &member.recovery[4]).expect(401);
        leads_to(&types(&half_in(&server), &anew[0]), "/console");
    }

    /// Two who type the same code at once, in two browsers: one is in.
    fn of_two_with_one_code_one_is_in(db: &Db) {
        let server = opened(db);
        let app = signs_in(&server, "dpo").app.unwrap();
        db.tamper("UPDATE staff SET factor_step = 0");
        let begun = [half_in(&server), half_in(&server)];
        let secrets = begun.each_ref().map(|one| csrf(&one.get(CODE).expect(200).text));
        let code = app.code(0);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all = begun.iter().zip(&secrets).map(|(one, secret)| {
                let code = &code;
                scope.spawn(move || one.form(CODE, &[("csrf", secret), ("proof", code)]).status)
            });
            let all: Vec<_> = all.collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    }

    fn the_operator_resets_disables_and_enables(db: &Db) {
        let shop = Shop::open(db);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        let me = signs_in(server, "dpo").http;
        me.get("/console").expect(200);
        let user = |act: &str, login: &str| cli(db, &["user", act, login]).code;
        let listed = || {
            let told = cli(db, &["--json", "user", "list"]);
            serde_json::from_str::<Value>(&told.stdout).unwrap()[0].clone()
        };
        assert_eq!((listed()["login"].as_str(), listed()["second_factor"].as_bool()), (Some("dpo"), Some(true)));
        assert_eq!(user("disable", "nobody"), 2);
        assert_eq!(user("enable", "dpo"), 2, "it is not disabled");
        assert_eq!(user("disable", "dpo"), 0);
        assert!(listed()["disabled_at"].is_string());
        leads_to(&me.get("/console"), "/console/sign-in");
        staff::password(server, "dpo", PASSWORD).expect(401);
        assert_eq!(user("enable", "dpo"), 0);
        leads_to(&me.get("/console"), "/console/sign-in");
        assert_eq!(user("reset-second-factor", "dpo"), 0);
        assert_eq!(listed()["second_factor"], false);
        signs_in(server, "dpo").http.get("/console").expect(200);
        let acts = acts(&shop);
        for kind in ["staff.factor_set", "staff.disabled", "staff.enabled", "staff.factor_reset", "staff.sign_in_failed"] {
            assert!(acts.contains(&kind.to_owned()), "{kind}: {acts:?}");
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        // who takes a second factor away in the database is found
        db.tamper("UPDATE staff SET factor = NULL");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 1, "{checked:?}");
        assert!(format!("{checked:?}").contains("second factor"), "{checked:?}");
    }

    fn an_optional_second_factor_is_nobodys_duty(db: &Db) {
        let server = Server::start_with(db, &[], &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
        staff::add(db, "dpo", "dpo");
        let me = signs_in(&server, "dpo");
        assert!(me.app.is_none());
        let page = me.http.header("accept-language", "en").get(ACCOUNT).expect(200).text;
        assert!(page.contains("asks nobody for a second factor"), "{page}");
        // whoever sets one up is asked for it
        leads_to(&form(&me.http, ACCOUNT, FACTOR, &[]), FACTOR);
        enrols(&server, &me.http, FACTOR);
        half_in(&server);
    }

    fn a_session_ends_by_itself_by_its_owner_and_everywhere(db: &Db) {
        let server = opened(db);
        let other_node = Server::start(db);
        let member = signs_in(&server, "dpo");
        let (app, me) = (member.app.unwrap(), member.http);
        let elsewhere = || {
            db.tamper("UPDATE staff SET factor_step = 0");
            let begun = half_in(&other_node);
            let entered = types(&begun, &app.code(0));
            leads_to(&entered, "/console");
            (keeping(&server, &entered), keeping(&other_node, &entered))
        };
        let (here, there) = elsewhere();
        for browser in [&here, &there] {
            browser.get(ACCOUNT).expect(200);
        }
        // one by its name, ended on one node, gone on the other
        let page = me.header("accept-language", "en").get(ACCOUNT).expect(200).text;
        let name = page.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(page.contains("This browser") && page.contains("Another browser"), "{page}");
        leads_to(&form(&me, ACCOUNT, "/console/account/sessions/end", &[("session", name)]), "/console/account?done=sessions");
        leads_to(&there.get(ACCOUNT), "/console/sign-in");
        // all others
        let ((_, second), (_, third)) = (elsewhere(), elsewhere());
        form(&me, ACCOUNT, "/console/account/sessions/end", &[]);
        for gone in [&second, &third] {
            leads_to(&gone.get(ACCOUNT), "/console/sign-in");
        }
        me.get(ACCOUNT).expect(200);
        // not used for half an hour; and twelve hours old however it is used
        let minutes = |ago: i64| (chrono::Utc::now() - chrono::TimeDelta::minutes(ago)).timestamp_micros();
        db.tamper(&format!("UPDATE sessions SET seen_at = {}", minutes(29)));
        me.get(ACCOUNT).expect(200);
        assert!(db.ask("SELECT max(seen_at) FROM sessions").trim().parse::<i64>().unwrap() > minutes(5), "it lasts on");
        db.tamper(&format!("UPDATE sessions SET seen_at = {}", minutes(31)));
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        let (_, last) = elsewhere();
        let lasts = db.ask("SELECT max(expires_at - created_at) FROM sessions");
        assert_eq!(lasts.trim().parse::<i64>().unwrap(), 12 * 3_600 * 1_000_000);
        db.tamper(&format!("UPDATE sessions SET expires_at = {}", minutes(0)));
        leads_to(&last.get(ACCOUNT), "/console/sign-in");
    }

    /// The same token is in nobody's hands before and after a password, a code, a proof.
    fn every_step_gives_the_session_another_token(db: &Db) {
        let server = opened(db);
        let member = signs_in(&server, "dpo");
        db.tamper("UPDATE staff SET factor_step = 0");
        let entered = staff::password(&server, "dpo", PASSWORD);
        let begun = keeping(&server, &entered);
        let whole = types(&begun, &member.app.as_ref().unwrap().code(0));
        let me = keeping(&server, &whole);
        long_ago(db);
        let asked = form(&me, ACCOUNT, "/console/account/recovery", &[]).expect(403);
        let proof = &member.recovery[0];
        let secret = csrf(&asked.text);
        let proven = me.form("/console/account/recovery", &[("csrf", &secret), ("proof", proof)]).expect(200);
        let cookies: BTreeSet<&str> = [&entered, &whole, &proven]
            .map(|reply| reply.header("set-cookie").unwrap().split(';').next().unwrap())
            .into();
        assert_eq!(cookies.len(), 3);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        keeping(&server, &proven).get(ACCOUNT).expect(200);
    }

    /// Of the routes that change something, these ask again after ten minutes; a route that is new has to be put here.
    fn what_asks_again_asks_on_every_route(db: &Db) {
        let expected: &[(&str, bool)] = &[
            ("/console/account/passkeys", true),
            ("/console/account/passkeys/challenge", false),
            ("/console/account/passkeys/remove", true),
            ("/console/account/password", true),
            ("/console/account/proof", true),
            ("/console/account/proof/provider", false),
            ("/console/account/recovery", true),
            ("/console/account/second-factor", true),
            ("/console/account/second-factor/confirm", true),
            ("/console/account/sessions/end", true),
            ("/console/customers", false),
            ("/console/customers/answers", false),
            ("/console/customers/correct", false),
            ("/console/customers/undo", false),
            ("/console/disputes/{position}", false),
            ("/console/disputes/{position}/closure", false),
            ("/console/exports", true),
            ("/console/exports/{id}/approve", true),
            ("/console/exports/{id}/refuse", false),
            ("/console/check", false),
            ("/console/check/file", false),
            ("/console/check/list", false),
            ("/console/imports", false),
            ("/console/imports/columns", false),
            ("/console/imports/refused", false),
            ("/console/imports/run", true),
            ("/console/policies/{digest}/approve", true),
            ("/console/policies/{digest}/simulate", false),
            ("/console/purposes/check", false),
            ("/console/purposes/publish", true),
            ("/console/reports", true),
            ("/console/requests/feed", true),
            ("/console/requests/feed/end", true),
            ("/console/requests/new", false),
            ("/console/requests/{id}/act", false),
            ("/console/retention/holds", true),
            ("/console/retention/holds/{id}/lift", true),
            ("/console/retention/schedule", true),
            ("/console/staff/{id}/disable", true),
            ("/console/staff/{id}/enable", true),
            ("/console/staff/{id}/end", true),
            ("/console/sign-in", false),
            ("/console/sign-in/code", false),
            ("/console/sign-in/passkey", false),
            ("/console/sign-in/passkey/challenge", false),
            ("/console/sign-in/provider", false),
            ("/console/sign-in/provider/logout", false),
            ("/console/sign-out", false),
        ];
        let known: BTreeSet<String> = expected.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(posted(), known);
        let server = opened(db);
        let me = signs_in(&server, "dpo").http;
        let secret = csrf(&me.get(ACCOUNT).expect(200).text);
        long_ago(db);
        let asks = |path: &str, act: &str| {
            let path = path.replace("{position}", "0").replace("{digest}", "sha256:00").replace("{id}", "01990000-0000-7000-8000-000000000000");
            let reply = me.form(&path, &[("csrf", &secret), ("act", act)]);
            reply.status == 403 && reply.text.contains("name=\"proof\"")
        };
        for (path, expected) in expected.iter().filter(|(path, _)| *path != "/console/sign-out") {
            assert_eq!(asks(path, "none"), *expected, "{path}");
        }
        for (act, expected) in [("fulfil", true), ("package", true), ("start", true), ("assign", false), ("refuse", false)] {
            assert_eq!(asks("/console/requests/{id}/act", act), expected, "{act}");
        }
        // what another site sent is refused as ever, and asked nothing
        let foreign = me.form("/console/account/recovery", &[("csrf", "guessed")]);
        assert!(!foreign.text.contains("name=\"proof\""), "{}", foreign.text);
    }

    fn after_the_proof_the_act_goes_on_with_what_was_filled_in(db: &Db) {
        let shop = Shop::open(db);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        let member = signs_in(server, "dpo");
        let me = member.http.header("accept-language", "en");
        let page = me.get("/console/reports").expect(200).text;
        let secret = csrf(&page);
        let fields = [("csrf", secret.as_str()), ("report", "processing"), ("format", "csv"), ("from", "2026-01-01"), ("to", "2026-01-31")];
        me.form("/console/reports", &fields).expect(200);
        long_ago(db);
        let asked = me.form("/console/reports", &fields).expect(403);
        for (name, value) in fields {
            assert!(asked.text.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name}: {}", asked.text);
        }
        assert!(asked.text.contains("action=\"/console/reports\""));
        let with = |code: &str| {
            let mut all = fields.to_vec();
            all.push(("proof", code));
            me.form("/console/reports", &all)
        };
        let app = member.app.unwrap();
        assert!(with(&app.wrong_code()).expect(403).text.contains("does not match"));
        db.tamper("UPDATE staff SET factor_step = 0");
        let done = with(&app.code(0)).expect(200);
        assert!(done.header("content-disposition").unwrap().contains(".csv"), "{done:?}");
        let me = keeping(server, &done);
        let secret = csrf(&me.get("/console/reports").expect(200).text);
        let again: Vec<_> = fields.iter().map(|(name, value)| (*name, if *name == "csrf" { secret.as_str() } else { *value })).collect();
        me.form("/console/reports", &again).expect(200);
        let acts = acts(&shop);
        assert_eq!(acts.iter().filter(|kind| *kind == "staff.proven").count(), 1, "{acts:?}");
    }

    /// Whoever has no second factor is asked for the password; a file is gone to afterwards, and nothing else.
    fn a_file_waits_for_the_proof(db: &Db) {
        let server = Server::start_with(db, &[], &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
        staff::add(db, "dpo", "dpo");
        let me = signs_in(&server, "dpo").http;
        long_ago(db);
        let file = "/console/exports/01990000-0000-7000-8000-000000000000/file";
        let asked = me.get(file).expect(403).text;
        assert!(asked.contains("type=\"password\"") && asked.contains(file), "{asked}");
        let secret = csrf(&asked);
        let prove = |password: &str, to: &str| {
            me.form("/console/account/proof", &[("csrf", &secret), ("to", to), ("proof", password)])
        };
        prove("a wrong password", file).expect(403);
        let proven = prove(PASSWORD, file);
        leads_to(&proven, file);
        let me = keeping(&server, &proven);
        me.get(file).expect(404);
        let astray = me.form("/console/account/proof", &[("csrf", &secret), ("to", "//elsewhere.example")]);
        leads_to(&astray, "/console");
    }

    /// What is answered to a name and a password says nothing of the name.
    fn a_known_name_and_an_unknown_one_are_answered_alike(db: &Db) {
        let server = opened(db);
        signs_in(&server, "dpo");
        // each from a network of its own, so that only the name is counted by
        let networks = std::cell::Cell::new(0);
        let told = |login: &str| {
            networks.set(networks.get() + 1);
            let http = server.http().header("x-forwarded-for", &format!("198.18.{}.1", networks.get()));
            let reply = http.form("/console/sign-in", &[("user", login), ("password", "a wrong password")]);
            let mut headers: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
            headers.sort();
            (reply.status, headers, reply.text.replace(login, "NAME"))
        };
        for _ in 0..7 {
            assert_eq!(told("dpo"), told("opd"));
            // a second is over in both or in neither
            db.tamper("UPDATE guesses SET next_at = 9000000000000000 WHERE failures > 5");
        }
        assert_eq!(told("dpo").0, 429);
    }

    /// The wait grows, ends, and is nobody's who comes from where they came before.
    fn guessing_is_slow_and_shuts_nobody_out(db: &Db) {
        let server = opened(db);
        let other_node = Server::start(db);
        let member = signs_in(&server, "dpo");
        let from = |server: &Server, network: &str| server.http().header("x-forwarded-for", network);
        let tries = |server: &Server, network: &str, password: &str| {
            from(server, network).form("/console/sign-in", &[("user", "dpo"), ("password", password)])
        };
        // counted over both nodes, ten at once: not all are looked at
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..10)
                .map(|n| {
                    let node = if n % 2 == 0 { &server } else { &other_node };
                    scope.spawn(move || tries(node, "203.0.113.7", "a wrong password").status)
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let looked_at = statuses.iter().filter(|status| **status == 401).count();
        assert!((6..10).contains(&looked_at), "{statuses:?}");
        db.tamper("UPDATE guesses SET next_at = 9000000000000000 WHERE failures > 5");
        // the right password has to wait as well, and is told so
        let waits = tries(&other_node, "203.0.113.7", PASSWORD).expect(429);
        assert!(waits.header("retry-after").is_some());
        tries(&server, "198.51.100.9", PASSWORD).expect(429);
        // where they got in before, what others try does not count
        leads_to(&staff::password(&server, "dpo", PASSWORD), CODE);
        db.tamper("UPDATE guesses SET next_at = 0");
        leads_to(&tries(&server, "203.0.113.7", PASSWORD), CODE);
        let app = member.app.unwrap();
        // codes are counted as well, and kept apart
        let begun = half_in(&server);
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(types(&begun, &app.wrong_code()).status);
            db.tamper("UPDATE guesses SET next_at = 9000000000000000 WHERE failures > 5");
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
        db.tamper("UPDATE guesses SET next_at = 0");
        db.tamper("UPDATE staff SET factor_step = 0");
        leads_to(&types(&begun, &app.code(0)), "/console");
    }

    fn signing_out_is_an_entry(db: &Db) {
        let shop = Shop::open(db);
        let me = shop.staff(db, "dpo");
        let out = form(&me, ACCOUNT, "/console/sign-out", &[]);
        leads_to(&out, "/console/sign-in");
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
        let acts = acts(&shop);
        assert_eq!(acts, ["staff.added", "staff.factor_set", "staff.signed_in", "staff.signed_out"]);
    }
}

/// Every route of the console that takes a form, as the sources have them.
fn posted() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"),
        &mut found,
    );
    found.retain(|path| path.starts_with("/console"));
    found
}

fn collect(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let routes = text.split("#[post(").skip(1);
            found.extend(routes.filter_map(|rest| Some(rest.split('"').nth(1)?.to_owned())));
        }
    }
}

/// The operator publishes policies as somebody whose second factor is asked for, where they have one.
#[test]
fn the_command_line_asks_for_the_code_too() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    staff::add(&db, "dpo", "dpo");
    let member = signs_in(&shop.server, "dpo");
    let publish = |input: &str| {
        let arguments = ["policy", "approve", "sha256:00", "--as", "dpo"];
        cli_with_input(&db, &arguments, input).stderr
    };
    let refused = "no staff account has this name, password and code";
    assert!(publish(&format!("{PASSWORD}\n")).contains(refused));
    assert!(publish(&format!("{PASSWORD}\n000 00\n")).contains(refused));
    let in_by = format!("{PASSWORD}\n{}\n", member.recovery[0]);
    assert!(!publish(&in_by).contains(refused));
    assert!(publish(&in_by).contains(refused), "each opens once");
}
