//! The provider says that somebody left: their sessions end on every node at once.

use super::*;
use serde_json::json;

#[track_caller]
fn says(server: &Server, token: &str) -> Reply {
    server.http().form(LOGOUT, &[("logout_token", token)])
}

on_both! {
    fn sessions_end_on_every_node(db: &Db) {
        let (provider, shop) = opened(db);
        let settings = settings(db, &provider, &[]);
        let (here, there) = (&shop.server, Server::start_with(db, &[], &borrowed(&settings)));
        bound(db, "dpo", "dpo", "u-1");
        bound(db, "max", "dpo", "u-2");
        let comes = |server: &Server, sub: &str, sid: &str| {
            provider.is_used_by(User { sid: Some(sid.to_owned()), ..User::of(sub, &[]) });
            in_at(server, &comes_back(server, &provider), "/console")
        };
        let (one, two) = (comes(here, "u-1", "s-1"), comes(&there, "u-1", "s-2"));
        let other = comes(here, "u-2", "s-3");
        // one session at the provider
        says(&there, &provider.logout_token(&json!({ "sub": "u-1", "sid": "s-1" }))).expect(200);
        leads_to(&one.get(ACCOUNT), "/console/sign-in");
        two.get(ACCOUNT).expect(200);
        let one = comes(here, "u-1", "s-1");
        // all of somebody; not what a password opened
        let local = shop.staff(db, "admin");
        let token = provider.logout_token(&json!({ "sub": "u-1" }));
        let reply = says(&there, &token).expect(200);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        for gone in [&one, &two] {
            leads_to(&gone.get(ACCOUNT), "/console/sign-in");
        }
        other.get(ACCOUNT).expect(200);
        local.get(ACCOUNT).expect(200);
        // again, on another node: it was used
        let one = comes(here, "u-1", "s-1");
        says(here, &token).expect(400);
        one.get(ACCOUNT).expect(200);
        let ended = acts(&shop).into_iter().filter(|kind| kind == "staff.session_ended").count();
        assert_eq!(ended, 2);
        // somebody who is nobody here, and a session that is over
        says(here, &provider.logout_token(&json!({ "sub": "nobody" }))).expect(200);
        says(here, &provider.logout_token(&json!({ "sid": "over" }))).expect(200);
        checks_well(db);
    }

    /// Whoever is between password and code is out as well.
    fn who_is_half_in_is_out(db: &Db) {
        let (provider, shop) = opened(db);
        bound(db, "dpo", "dpo", "u-1");
        provider.is_used_by(User { amr: Vec::new(), ..User::of("u-1", &[]) });
        let begun = in_at(&shop.server, &comes_back(&shop.server, &provider), FACTOR);
        begun.get(FACTOR).expect(200);
        says(&shop.server, &provider.logout_token(&json!({ "sub": "u-1" }))).expect(200);
        leads_to(&begun.get(FACTOR), "/console/sign-in");
    }

    /// A session that begins with a second factor of ours is the provider's still.
    fn a_session_stays_the_providers(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        provider.is_used_by(User { amr: Vec::new(), ..User::of("u-1", &[]) });
        let begun = in_at(server, &comes_back(server, &provider), FACTOR);
        let member = enrols(server, &begun, FACTOR);
        let begun = in_at(server, &comes_back(server, &provider), "/console/sign-in/code");
        let typed = form(&begun, "/console/sign-in/code", "/console/sign-in/code", &[("proof", &member.recovery[0])]);
        let again = staff::keeping(server, &typed);
        for whole in [&member.http, &again] {
            whole.get(ACCOUNT).expect(200);
        }
        says(server, &provider.logout_token(&json!({ "sid": "sid-of-u-1" }))).expect(200);
        for gone in [&member.http, &again] {
            leads_to(&gone.get(ACCOUNT), "/console/sign-in");
        }
    }

    fn what_is_no_such_token_ends_nothing(db: &Db) {
        let (provider, shop) = opened(db);
        let server = &shop.server;
        bound(db, "dpo", "dpo", "u-1");
        let me = in_at(server, &comes_back(server, &provider), "/console");
        let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
        let claims = json!({ "iss": provider.issuer(), "aud": "placet-console", "sub": "u-1", "jti": "x-1",
            "iat": crate::support::signer::seconds(), "events": event });
        let by = |mode: Mode| provider.signed("logout+jwt", &claims, mode);
        for token in [
            String::new(),
            "a.b.c".to_owned(),
            by(Mode::OtherKey),
            by(Mode::NoAlgorithm),
            by(Mode::SharedSecret),
            provider.signed("at+jwt", &claims, Mode::Honest),
            provider.logout_token(&json!({ "sub": "u-1", "nonce": "n" })),
            provider.logout_token(&json!({ "sub": "u-1", "events": null })),
            provider.logout_token(&json!({ "sub": "u-1", "aud": "another" })),
            provider.logout_token(&json!({ "sub": "u-1", "iss": "https://evil.example" })),
            provider.logout_token(&json!({ "sub": "u-1", "iat": 1_000_000_000, "exp": 1_000_000_100 })),
            provider.logout_token(&json!({ "sub": "u-1", "jti": null })),
            provider.logout_token(&json!({})),
            format!("{}x", "x".repeat(40_000)),
        ] {
            says(server, &token).expect(400);
            me.get(ACCOUNT).expect(200);
        }
        says(server, &by(Mode::Honest)).expect(200);
        leads_to(&me.get(ACCOUNT), "/console/sign-in");
    }
}
