//! The console's pages of policies: what is in force, what a draft changes in words, whom it would change, and approving
//! it by a second person.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::policy_versions::packs;
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::support::staff;

const LIST: &str = "/console/policies";
const REASON: &str = "old words are enough";

/// Whoever agreed to an older notice may be written to: what the gate is for.
fn looser() -> BTreeMap<String, String> {
    packs(&[(
        "gdpr/consent.cedar",
        "context.notice_current",
        "context.person_known",
    )])
}

fn proposed(api: &Http, files: &BTreeMap<String, String>) -> String {
    let reply = api
        .post("/v1/policies", &json!({ "why": REASON, "files": files }))
        .expect(201);
    reply.json()["digest"].as_str().unwrap().to_owned()
}

fn live(shop: &Shop) -> String {
    let ready: Value = shop.server.http().get("/readyz").expect(200).json();
    ready["policy_version"].as_str().unwrap().to_owned()
}

#[track_caller]
fn page(who: &Http, path: &str) -> String {
    who.get(&format!("{path}?lang=en")).expect(200).text
}

/// Presses a button of a page.
#[track_caller]
fn presses(who: &Http, shown: &str, path: &str, names: &[&str]) -> Reply {
    let fields: Vec<(&str, String)> = ["csrf", "lang"]
        .iter()
        .chain(names)
        .map(|name| {
            (
                *name,
                hidden(shown, name).unwrap_or_else(|| panic!("no {name} in {shown}")),
            )
        })
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    who.form(path, &fields)
}

/// Somebody who said yes to words that were replaced since: the draft lets them be written to.
fn outdated(shop: &Shop) {
    shop.record(&yes("old@policies.example"));
    let notice = json!({ "purpose": "newsletter", "change": "major", "text": { "en": "Anew." } });
    shop.admin()
        .put("/v1/notices/newsletter/3", &notice)
        .expect(200);
}

on_both! {
    fn what_is_in_force_is_told_with_its_packs_and_policies(db: &Db) {
        let shop = Shop::open(db);
        let me = shop.staff(db, "dpo");
        let before = shop.position();
        let list = page(&me, LIST);
        for part in [live(&shop).as_str(), "It came with the program", "None waits."] {
            assert!(list.contains(part), "{part}: {list}");
        }
        let version = page(&me, &format!("{LIST}/{}", live(&shop)));
        // every policy that the program ships stands there, with its source and its words
        for part in ["fr-retention", "gdpr-restricted", "RESTRICTED", "25\u{a0}May 2018"] {
            assert!(version.contains(part), "{part}");
        }
        assert!(!version.contains("<form class=\"stack\""), "what is in force is not tried");
        me.get(&format!("{LIST}/sha256:00")).expect(404);
        assert_eq!(shop.position(), before, "nothing was written");
    }

    /// One proposes, sees what it changes and whom, and cannot approve it; a second person can, as it was simulated.
    fn a_second_person_tries_a_draft_and_approves_it(db: &Db) {
        let shop = Shop::open(db);
        outdated(&shop);
        assert_eq!(shop.newsletter("old@policies.example").0, "deny");
        let draft = proposed(&shop.dpo(), &looser());
        let me = shop.staff(db, "dpo").header("accept-language", "en");
        let list = page(&me, LIST);
        assert!(list.contains(REASON) && list.contains(&format!("{LIST}/{draft}")), "{list}");
        let at = format!("{LIST}/{draft}");
        let shown = page(&me, &at);
        for part in ["<del>notice_current</del>", "Whom it would change", REASON] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("/approve"), "nobody approves what they have not seen tried");
        let before = shop.position();
        let tried = presses(&me, &shown, &format!("{at}/simulate"), &[]).expect(200).text;
        for part in ["Tried on 1 people", "<svg viewBox", "1 uses newly permitted, 0 newly denied", "Of 1 decisions of the last 30 days 1 would newly be permitted",
            "At most 1 new permits are allowed"] {
            assert!(tried.contains(part), "{part}: {tried}");
        }
        assert!(!tried.contains("old@policies.example"));
        assert_eq!(shop.position(), before, "nothing was written");
        let approved = presses(&me, &tried, &format!("{at}/approve"), &["live", "allow_permits"]);
        assert_eq!((approved.status, approved.header("location")), (303, Some(at.as_str())), "{}", approved.text);
        assert_eq!(live(&shop), draft);
        assert_eq!(shop.newsletter("old@policies.example").0, "permit");
        let now = page(&me, LIST);
        for part in ["Approved by", "dpo", "The registry’s own, for these files", "API key dpo", "In force before"] {
            assert!(now.contains(part), "{part}: {now}");
        }
        // the page is of before: approved once more it is no draft any more
        assert_eq!(presses(&me, &tried, &format!("{at}/approve"), &["live", "allow_permits"]).status, 409);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// What was not shown is not approved: more permits, another version in force, one's own draft, another site.
    fn what_was_not_seen_is_not_approved(db: &Db) {
        let shop = Shop::open(db);
        outdated(&shop);
        let me = shop.staff(db, "dpo").header("accept-language", "en");
        let draft = proposed(&shop.dpo(), &looser());
        let at = format!("{LIST}/{draft}");
        let approve = format!("{at}/approve");
        let tried = presses(&me, &page(&me, &at), &format!("{at}/simulate"), &[]).expect(200).text;
        let csrf = hidden(&tried, "csrf").unwrap();
        let live_then = live(&shop);
        let sends = |csrf: &str, live: &str, allow: &str| {
            me.form(&approve, &[("csrf", csrf), ("live", live), ("allow_permits", allow), ("lang", "en")])
        };
        let refused = |reply: Reply, told: &str| {
            let text = reply.expect(409).text;
            assert!(text.contains(told) && text.contains("<title>Error:"), "{told}: {text}");
        };
        refused(sends(&csrf, &live_then, "0"), "More would newly be permitted than");
        refused(sends(&csrf, "sha256:00", "1"), "Another version came into force");
        refused(sends("guessed", &live_then, "1"), "open for too long");
        refused(sends(&csrf, &live_then, "many"), "open for too long");
        refused(me.form(&format!("{at}/simulate"), &[("csrf", "guessed"), ("lang", "en")]), "open for too long");
        assert_eq!(live(&shop), live_then);
        // the proof is asked again
        db.tamper("UPDATE sessions SET proven_at = 1");
        let asked = sends(&csrf, &live_then, "1").expect(403).text;
        assert!(asked.contains("name=\"proof\"") && asked.contains("name=\"allow_permits\" value=\"1\""), "{asked}");
        assert_eq!(live(&shop), live_then);
    }

    fn nobody_approves_their_own_draft(db: &Db) {
        let shop = Shop::open(db);
        let me = shop.staff(db, "dpo").header("accept-language", "en");
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in packs(&[("gdpr/stops.cedar", "// Stops:", "// Every stop:")]) {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        staff::add(db, "anne", "dpo");
        let anne = staff::signs_in(&shop.server, "anne");
        db.tamper("UPDATE staff SET factor_step = 0");
        let code = anne.app.as_ref().map(|app| app.code(0)).unwrap_or_default();
        let published = crate::support::server::cli_with_input(db,
            &["policy", "publish", &folder.path().display().to_string(), "--as", "anne", "--why", REASON],
            &format!("{}\n{code}\n", staff::PASSWORD));
        assert_eq!(published.code, 0, "{published:?}");
        let draft = published.stdout.split_whitespace().nth(1).unwrap().trim_end_matches(':').to_owned();
        let at = format!("{LIST}/{draft}");
        let anne = anne.http.header("accept-language", "en");
        let own = page(&anne, &at);
        assert!(own.contains("This draft is yours") && page(&anne, LIST).contains("(yours)"), "{own}");
        let tried = presses(&anne, &own, &format!("{at}/simulate"), &[]).expect(200).text;
        assert!(!tried.contains("/approve"), "{tried}");
        let csrf = hidden(&tried, "csrf").unwrap();
        let fields = [("csrf", csrf.as_str()), ("live", &live(&shop)), ("allow_permits", "0"), ("lang", "en")];
        let refused = anne.form(&format!("{at}/approve"), &fields).expect(409).text;
        assert!(refused.contains("a second person does"), "{refused}");
        assert!(!page(&me, &at).contains("This draft is yours"));
    }
}

#[test]
fn who_may_not_read_them_does_not() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    let draft = proposed(&shop.dpo(), &looser());
    let at = format!("{LIST}/{draft}");
    shop.server.http().get(LIST).expect(303);
    shop.staff(&db, "admin").get(&at).expect(200);
    for role in ["marketing", "collector"] {
        let who = shop.staff(&db, role);
        who.get(LIST).expect(403);
        who.get(&at).expect(403);
        let secret = staff::csrf(&who.get("/console/account").expect(200).text);
        for act in ["simulate", "approve"] {
            who.form(&format!("{at}/{act}"), &[("csrf", &secret)])
                .expect(403);
        }
    }
}
