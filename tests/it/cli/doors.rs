//! Keys and accounts from the command line, before the first start and beside a running service.

use serde_json::Value;

use crate::support::http::Http;
use crate::support::server::{Server, cli, cli_with_input};

fn opens(http: &Http, key: &str) -> u16 {
    http.bearer(key).get("/v1/purposes").status
}

on_both! {
    fn a_key_works_at_once_and_not_after_its_end(db: &Db) {
        let before = cli(db, &["api-key", "create", "--name", "early", "--role", "marketing"]);
        assert_eq!(before.code, 0, "{before:?}");
        // the key alone, on one line
        assert_eq!(before.stdout.lines().count(), 1);
        let server = Server::start(db);
        let http = server.http();
        assert_eq!(opens(&http, before.stdout.trim()), 200);
        let beside = cli(db, &["api-key", "create", "--name", "late", "--role", "dpo", "--json"]);
        let beside: Value = serde_json::from_str(&beside.stdout).unwrap();
        let (id, key) = (beside["id"].as_str().unwrap(), beside["key"].as_str().unwrap());
        assert_eq!(opens(&http, key), 200);
        assert_eq!(cli(db, &["api-key", "revoke", id]).code, 0);
        assert_eq!(opens(&http, key), 401);
        assert_eq!(opens(&http, before.stdout.trim()), 200);
        // revoked twice, or never made
        let again = cli(db, &["api-key", "revoke", "01990000-0000-7000-8000-000000000000"]);
        assert_eq!(again.code, 2, "{again:?}");
    }

    fn an_account_signs_in(db: &Db) {
        let password = "a long enough password\n";
        let add = |password: &str| cli_with_input(db, &["user", "add", "--login", "max", "--role", "marketing"], password);
        let short = add("short\n");
        assert_eq!(short.code, 2, "{short:?}");
        let added = add(password);
        assert_eq!(added.code, 0, "{added:?}");
        assert_eq!(added.stdout.lines().count(), 1);
        let twice = add(password);
        assert_eq!(twice.code, 2, "{twice:?}");
        let server = Server::start_with(db, &[], &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
        let sign_in = |password: &str| server.http().form("/console/sign-in", &[("user", "max"), ("password", password)]);
        assert_eq!(sign_in("a wrong password").status, 401);
        let welcome = sign_in(password.trim());
        assert_eq!((welcome.status, welcome.header("location")), (303, Some("/console")));
        let cookie = welcome.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        let open = server.http().header("cookie", cookie);
        let home = open.get("/console").expect(200).text;
        assert_eq!(server.http().get("/console").status, 303);
        // signing out needs the page's secret; after it the cookie opens nothing
        assert_eq!(open.form("/console/sign-out", &[("csrf", "wrong")]).status, 303);
        open.get("/console").expect(200);
        let csrf = home.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        open.form("/console/sign-out", &[("csrf", csrf)]);
        assert_eq!(open.get("/console").status, 303);
    }
}
