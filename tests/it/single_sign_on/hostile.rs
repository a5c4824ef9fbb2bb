//! A provider that lies, breaks down or is somebody else, and browsers that bring what is not theirs. Nothing opens,
//! the page says so, and a password signs in as ever.

use super::*;

/// Where a name and a password lead.
#[track_caller]
fn passwords_work(server: &Server) {
    staff::password(server, "dpo", PASSWORD).expect(303);
}

on_both! {
    fn what_a_provider_says_wrongly_opens_nothing(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        staff::add(db, "dpo", "dpo");
        bound(db, "k.dupuis", "dpo", "u-1");
        in_at(server, &comes_back(server, &provider), "/console");
        for (mode, why) in [
            (Mode::OtherKey, UNBELIEVED),
            (Mode::NoAlgorithm, UNBELIEVED),
            (Mode::SharedSecret, UNBELIEVED),
            (Mode::Expired, UNBELIEVED),
            (Mode::OtherAudience, UNBELIEVED),
            (Mode::OtherIssuer, UNBELIEVED),
            (Mode::OtherNonce, UNBELIEVED),
            (Mode::MixedUp, UNBELIEVED),
            (Mode::Nameless, UNBELIEVED),
            (Mode::Declining, "let nobody in"),
            (Mode::Silent, AWAY),
            (Mode::Huge, AWAY),
            (Mode::Redirecting, AWAY),
            (Mode::Broken, AWAY),
        ] {
            provider.does(mode);
            let reply = comes_back(server, &provider);
            assert!(!reply.text.contains("u-1"), "{mode:?}: {}", reply.text);
            eprintln!("{mode:?}");
            refused(&reply, why);
            passwords_work(server);
        }
        assert_eq!(provider.asked("/elsewhere"), 0);
        for mode in [Mode::Ed25519, Mode::Honest] {
            provider.does(mode);
            in_at(server, &comes_back(server, &provider), "/console");
        }
        assert!(!server.stderr().contains("code-"), "no code is in the log");
        checks_well(db);
    }

    /// A state is one browser's, once, for ten minutes.
    fn what_is_not_this_browsers_opens_nothing(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        let (to, mine) = begins(server);
        let (other_to, other) = begins(server);
        let back = provider.logs_in(&to);
        let path = path_of(server, &back);
        // without the cookie, and with that of another browser
        refused(&english(server).get(path), STALE);
        refused(&other.get(path), STALE);
        // a code under another state is not its verifier's, and is gone
        let other_path = provider.logs_in(&other_to);
        let state = other_path.split("state=").nth(1).unwrap().split('&').next().unwrap();
        let code = path.split("code=").nth(1).unwrap().split('&').next().unwrap();
        let issuer = path.split("iss=").nth(1).unwrap();
        refused(&other.get(&format!("{GO}/back?code={code}&state={state}&iss={issuer}")), UNBELIEVED);
        // what was stolen is worth nothing to its owner either: its code is used
        refused(&mine.get(path), UNBELIEVED);
        refused(&mine.get(path), STALE);
        // once; and by nothing that is cut short
        let (to, mine) = begins(server);
        let back = provider.logs_in(&to);
        let path = path_of(server, &back);
        for cut in [format!("{GO}/back"), format!("{GO}/back?state="), format!("{path}x").replace("state=", "state=x")] {
            refused(&mine.get(&cut), STALE);
        }
        in_at(server, &mine.get(path), "/console").get(ACCOUNT).expect(200);
        refused(&mine.get(path), STALE);
        // a quarter of an hour later
        let (to, mine) = begins(server);
        db.tamper("UPDATE provider_asks SET expires_at = 1");
        refused(&mine.get(path_of(server, &provider.logs_in(&to))), STALE);
        // what another site posts begins nothing
        let foreign = english(server).header("sec-fetch-site", "cross-site");
        assert!(foreign.form(GO, &[]).expect(403).header("refresh").is_none());
        checks_well(db);
    }

    /// Two who come back with one state at once: one is in.
    fn of_two_with_one_code_one_is_in(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        let (to, mine) = begins(server);
        let back = provider.logs_in(&to);
        let path = path_of(server, &back);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| mine.get(path).status)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

/// From the first word on: nobody is sent anywhere.
#[test]
fn to_a_provider_that_is_another_nobody_is_sent() {
    let db = Db::sqlite();
    let provider = Provider::start();
    let settings = settings(&db, &provider, &[]);
    staff::add(&db, "dpo", "dpo");
    for mode in [
        Mode::OtherName,
        Mode::Silent,
        Mode::Huge,
        Mode::Redirecting,
        Mode::Broken,
    ] {
        provider.does(mode);
        let server = Server::start_with(&db, &[], &borrowed(&settings));
        eprintln!("{mode:?}");
        refused(&english(&server).form(GO, &[]), AWAY);
        // who asks again at once does not ask the provider
        let asked = provider.asked("/");
        refused(&english(&server).form(GO, &[]), AWAY);
        assert_eq!(provider.asked("/"), asked);
        passwords_work(&server);
    }
    assert_eq!(provider.asked("/elsewhere"), 0);
}

/// An own network is closed to the provider as to everybody, until the operator names it.
#[test]
fn an_own_network_has_to_be_allowed() {
    let db = Db::sqlite();
    let provider = Provider::start();
    let mut settings = settings(&db, &provider, &[]);
    settings.push(("PLACET_EGRESS_ALLOW".into(), "10.0.0.0/8".into()));
    let server = Server::start_with(&db, &[], &borrowed(&settings));
    refused(&english(&server).form(GO, &[]), AWAY);
    assert_eq!(provider.asked("/"), 0);
    assert!(server.stderr().contains("egress_allow"));
}

#[test]
fn what_is_configured_wrongly_stops_the_start() {
    let db = Db::sqlite();
    let provider = Provider::start();
    let good = settings(&db, &provider, &[]);
    for (name, value) in [
        ("PLACET_OIDC_ISSUER", "http://id.example"),
        ("PLACET_OIDC_CLIENT_ID", ""),
        ("PLACET_OIDC_CLIENT_SECRET_FILE", "/nowhere"),
        ("PLACET_OIDC_ROLES", "group=boss"),
    ] {
        let mut settings = good.clone();
        settings.push((name.into(), value.into()));
        let mut server = Server::spawn(&db, &[], &borrowed(&settings));
        assert_eq!(server.await_exit().code(), Some(2), "{name}");
        assert!(
            server.stderr().contains(&name[7..].to_lowercase()),
            "{}",
            server.stderr()
        );
    }
}
