//! Reports on a small registry: figures, what is left out, and the same again as at a position.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::access::FileRequests;
use crate::app::audience::tests::take;
use crate::app::audience::{AudienceQuery, Lists};
use crate::app::check::Question;
use crate::app::create_key::NewKey;
use crate::app::erase::{ErasureClaim, Whom};
use crate::app::facts::Said;
use crate::app::requests::FileClaim;
use crate::app::testing::TestApp;
use crate::domain::audience::Layout;
use std::collections::BTreeMap;

/// Keeps every row, under its table's name.
#[derive(Default, PartialEq, Debug)]
struct Kept {
    begun: Vec<String>,
    tables: BTreeMap<&'static str, Vec<Vec<Cell>>>,
    charts: Vec<Chart>,
    open: &'static str,
    ended: bool,
}

impl Sheets for Kept {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        let last = about.last_at.map(|at| at.to_rfc3339());
        self.begun = vec![about.query.text(), about.origin.to_owned(), last.unwrap()];
        Ok(())
    }
    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.open = table.name;
        self.charts.extend(table.chart.clone());
        self.tables.insert(table.name, Vec::new());
        Ok(())
    }
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.tables.get_mut(self.open).unwrap().push(cells.to_vec());
        Ok(())
    }
    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        Ok(())
    }
}

impl Kept {
    /// The rows of a table as texts; small pictures are left out.
    fn texts(&self, table: &str) -> Vec<String> {
        let cell = |cell: &Cell| match cell {
            Cell::Empty => Some("-".to_owned()),
            Cell::Text(text) => Some(text.clone()),
            Cell::List(texts) => Some(texts.join("+")),
            Cell::Words(words) => Some(words.0.values().cloned().collect()),
            Cell::Count(count) => Some(count.to_string()),
            Cell::Share(part, whole) => {
                Some(permille(*part, *whole).map_or("-".into(), |tenths| tenths.to_string()))
            }
            Cell::At(at) => Some(at.format("%H:%M:%S").to_string()),
            Cell::Trend(_) => None,
        };
        let row = |row: &Vec<Cell>| row.iter().filter_map(cell).collect::<Vec<_>>().join(" ");
        self.tables[table].iter().map(row).collect()
    }
}

fn query(report: ReportKind) -> ReportQuery {
    let day = |text: &str| text.parse().unwrap();
    ReportQuery {
        report,
        from: day("2026-11-22T00:00:00Z"),
        to: day("2026-12-22T00:00:00Z"),
        timezone: chrono_tz::Europe::Paris,
        controller: None,
        purpose: None,
        campaign: None,
        position: None,
    }
}

#[track_caller]
fn made(shop: &TestApp, query: ReportQuery) -> (Kept, Reported) {
    let mut kept = Kept::default();
    let now = shop.app.now();
    let made = shop.app.report(
        &TestApp::grant(),
        (query, "csv"),
        now,
        &mut kept,
        &|_, _| (),
    );
    assert!(kept.ended, "{made:?}");
    (kept, made.unwrap())
}

fn refused(shop: &TestApp, query: ReportQuery) -> &'static str {
    let (mut kept, before) = (Kept::default(), size(shop));
    let now = shop.app.now();
    let outcome = shop.app.report(
        &TestApp::grant(),
        (query, "csv"),
        now,
        &mut kept,
        &|_, _| (),
    );
    let Err(ReportError::Refused(Refusal::Invalid(problems))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (kept, size(shop)),
        (Kept::default(), before),
        "nothing is written or logged"
    );
    problems[0].code
}

fn size(shop: &TestApp) -> u64 {
    shop.app
        .store
        .read(|tx| tx.position(&shop.app.serve))
        .unwrap()
}

/// Two days of choices.
fn shop() -> TestApp {
    let shop = TestApp::new();
    shop.publish();
    let say = |email: &str, purpose: &str, status: &str| {
        shop.record(vec![shop.claim(&[("email", email)], purpose, status)]);
    };
    say("a@known.example", "newsletter", "given");
    say("b@known.example", "newsletter", "refused");
    say("c@known.example", "offers", "given");
    shop.clock.pass(86_400);
    say("a@known.example", "newsletter", "withdrawn");
    say("d@known.example", "newsletter", "given");
    shop
}

#[test]
fn consents_are_counted_by_what_they_say() {
    let shop = shop();
    let (kept, _) = made(&shop, query(ReportKind::Consents));
    assert_eq!(
        kept.texts("consents_by_purpose"),
        ["newsletter 0 2 1 1 666 500", "offers 0 1 0 0 1000 0"]
    );
    assert_eq!(kept.texts("consents_by_channel"), ["email 0 3 1 1 750 333"]);
    assert_eq!(kept.texts("consents_by_source"), ["store 0 3 1 1 750 333"]);
    assert_eq!(
        kept.texts("consents_by_notice"),
        ["newsletter@1 0 2 1 1 666 500", "offers@1 0 1 0 0 1000 0"]
    );
    assert_eq!(
        kept.texts("consents_trend"),
        ["2026-11-22 0 2 1 0 666 0", "2026-11-23 0 1 0 1 1000 1000"]
    );
    assert_eq!(
        kept.texts("consents"),
        [
            "2026-11-22 newsletter email store newsletter@1 0 1 1 0 500 0",
            "2026-11-22 offers email store offers@1 0 1 0 0 1000 0",
            "2026-11-23 newsletter email store newsletter@1 0 1 0 1 1000 1000",
        ]
    );
    // the picture has the figures of the table beside it
    let days = |day: &str, parts: [u64; 3]| (day.to_owned(), parts.to_vec());
    assert_eq!(
        kept.charts[0].bars,
        [days("2026-11-22", [2, 1, 0]), days("2026-11-23", [1, 0, 1])]
    );
    let trend = |row: &Vec<Cell>| row.last().cloned().unwrap();
    let trends: Vec<Cell> = kept.tables["consents_by_purpose"]
        .iter()
        .map(trend)
        .collect();
    assert_eq!(trends, [Cell::Trend(vec![1, 1]), Cell::Trend(vec![1, 0])]);
}

#[test]
fn a_period_a_purpose_and_a_controller_narrow_it() {
    let shop = shop();
    let mut asked = query(ReportKind::Consents);
    asked.from = "2026-11-22T23:00:00Z".parse().unwrap();
    let (kept, _) = made(&shop, asked.clone());
    assert_eq!(
        kept.texts("consents_by_purpose"),
        ["newsletter 0 1 0 1 1000 1000"]
    );
    asked = query(ReportKind::Consents);
    asked.purpose = Some("offers".parse().unwrap());
    asked.controller = Some("default".parse().unwrap());
    let (kept, _) = made(&shop, asked.clone());
    assert_eq!(kept.texts("consents_by_purpose"), ["offers 0 1 0 0 1000 0"]);
    // a misspelt name is refused: an empty report would look like an answer
    asked.purpose = Some("ofers".parse().unwrap());
    assert_eq!(refused(&shop, asked.clone()), "purpose_unknown");
    (asked.purpose, asked.controller) = (None, Some("nobody".parse().unwrap()));
    assert_eq!(refused(&shop, asked.clone()), "controller_unknown");
    (asked.controller, asked.position) = (None, Some(1_000));
    assert_eq!(refused(&shop, asked.clone()), "position_ahead");
    asked.to = asked.from - TimeDelta::seconds(1);
    assert_eq!(refused(&shop, asked), "period_reversed");
    let mut access = query(ReportKind::Access);
    access.purpose = Some("offers".parse().unwrap());
    assert_eq!(refused(&shop, access), "not_of_this_report");
}

fn asks_for_access(shop: &TestApp, who: &[(&str, &str)]) {
    let claim = FileClaim {
        named: shop.named(who),
        kind: "access".into(),
        via: "letter".into(),
        received_at: None,
        country: None,
        place: None,
        text: None,
        mandate: None,
    };
    let (grant, now) = (TestApp::grant::<FileRequests>(), shop.app.now());
    let claims = vec![(String::new(), claim)];
    TestApp::wait(shop.app.file_requests(&grant, claims, now, None)).unwrap();
}

/// Every report, asked again for the position that it named, is the same whatever came since.
#[test]
fn as_at_a_position_it_is_always_the_same() {
    let shop = shop();
    ask(
        &shop,
        &["a@known.example", "d@known.example"],
        Some("spring"),
    );
    let first = ReportKind::ALL.map(|kind| made(&shop, query(kind)));
    shop.clock.pass(3_600);
    shop.record(vec![shop.claim(
        &[("email", "z@known.example")],
        "offers",
        "given",
    )]);
    ask(&shop, &["d@known.example"], Some("summer"));
    asks_for_access(&shop, &[("email", "d@known.example")]);
    republish(&shop, "Letter of the house");
    for (kept, reported) in first {
        let (again, _) = made(&shop, reported.query.clone());
        assert_eq!(again, kept, "{}", reported.query.report);
        let (now, _) = made(&shop, query(reported.query.report));
        assert_ne!(now.tables, kept.tables, "{}", reported.query.report);
    }
}

#[test]
fn a_report_is_logged_before_it_is_made() {
    let shop = shop();
    let before = size(&shop);
    let (_, reported) = made(&shop, query(ReportKind::Uses));
    assert_eq!(
        (reported.recorded, reported.query.position),
        (before, Some(before))
    );
    let entries = shop
        .app
        .store
        .read(|tx| {
            tx.public_entries(
                &TestApp::grant::<crate::access::ExportAudit>(),
                before..before + 1,
                9,
            )
        })
        .unwrap();
    let leaf = Leaf::parse(entries[0].leaf.as_bytes()).unwrap();
    assert_eq!(leaf.kind.as_str(), "export.made");
    let payload: serde_json::Value = serde_json::from_str(&entries[0].payload).unwrap();
    assert_eq!(payload["query"], json!(reported.query));
    assert_eq!(payload["actor"]["kind"], "operator");
    assert!(
        shop.app
            .audit_check(&TestApp::grant(), &|_, _| ())
            .unwrap()
            .holds()
    );
}

fn ask(shop: &TestApp, people: &[&str], campaign: Option<&str>) {
    let question = |email: &&str| Question {
        blinds: shop.named(&[("email", email)]).blinds(),
        coarse: vec![],
        kinds: shop.named(&[("email", email)]).identifier_kinds(),
        subject: None,
        purpose: "newsletter".into(),
        channel: "email".into(),
        campaign: campaign.map(str::to_owned),
        said: Said::default(),
        at: None,
        reserve: false,
    };
    let questions: Vec<Question> = people.iter().map(question).collect();
    let app = &shop.app;
    let drafts = app
        .check_blocking(&TestApp::grant(), &questions, app.now())
        .unwrap();
    app.record_decisions_blocking(drafts).unwrap();
}

#[test]
fn uses_are_counted_by_campaign_purpose_and_reason() {
    let shop = shop();
    ask(
        &shop,
        &["a@known.example", "d@known.example", "n@known.example"],
        Some("=spring"),
    );
    shop.clock.pass(86_400);
    ask(&shop, &["d@known.example"], None);
    let list = AudienceQuery {
        purpose: "newsletter".into(),
        channel: "email".into(),
        campaign: Some("=spring".into()),
    };
    let mut audience = shop
        .app
        .audience(&TestApp::grant(), list, Layout::JsonLines)
        .unwrap();
    let lines = "{\"email\":\"d@known.example\"}\n{\"email\":\"b@known.example\"}\n";
    take(&mut audience, lines, true, &mut Lists::default());
    audience.finish().unwrap();
    let (kept, _) = made(&shop, query(ReportKind::Uses));
    assert_eq!(
        kept.texts("uses"),
        [
            "check - newsletter email permit CONSENT_VALID 1",
            "check =spring newsletter email permit CONSENT_VALID 1",
            "check =spring newsletter email deny CONSENT_WITHDRAWN 1",
            "check =spring newsletter email deny UNKNOWN_SUBJECT 1",
            "list =spring newsletter email permit - 1",
            "list =spring newsletter email deny CONSENT_REFUSED 1",
        ]
    );
    assert_eq!(kept.texts("uses_by_purpose"), ["newsletter email 3 3 500"]);
    assert_eq!(
        kept.texts("uses_by_campaign"),
        ["- 1 0 1000", "=spring 2 3 400"]
    );
    let days = [
        "2026-11-22 0 0 -",
        "2026-11-23 1 2 333",
        "2026-11-24 2 1 666",
    ];
    assert_eq!(kept.texts("uses_trend"), days);
    let mut offers = query(ReportKind::Uses);
    offers.purpose = Some("offers".parse().unwrap());
    assert!(made(&shop, offers).0.texts("uses").is_empty());
}

#[test]
fn accesses_are_told_with_who_and_what() {
    let mut shop = shop();
    let manage = TestApp::grant();
    // the password alone lets them in
    shop.app.keep_accounts(crate::app::accounts::Accounts {
        second_factor: crate::access::factor::SecondFactor::Optional,
        ..Default::default()
    });
    let app = &shop.app;
    let password = crate::domain::personal::Secret::new("correct horse battery".into());
    let role = crate::domain::registry::Role::Dpo;
    let marketing = crate::domain::registry::Role::Marketing;
    let marketing = crate::domain::registry::StaffTerms::plain(marketing);
    app.add_staff(&manage, "anne", marketing, &password, app.now())
        .unwrap();
    let visitor = crate::app::accounts::Visitor {
        network: "192.0.2.0",
        browser: "other",
    };
    let (entered, ahead) = app.sign_in("anne", &password, visitor, app.now()).unwrap();
    assert!(matches!(entered, crate::app::accounts::Entered::In(_)) && ahead.is_none());
    app.create_key(&manage, NewKey::plain("=crm", role), app.now())
        .unwrap();
    made(&shop, query(ReportKind::Processing));
    let (kept, _) = made(&shop, query(ReportKind::Access));
    let without_ids = |text: &String| {
        let words = text
            .split(' ')
            .filter(|word| word.len() < 36 && word.parse::<u64>().is_err());
        words.collect::<Vec<_>>().join(" ")
    };
    let rows: Vec<String> = kept.texts("access").iter().map(without_ids).collect();
    assert!(
        rows[0].ends_with("staff.added operator - - role=marketing"),
        "{rows:?}"
    );
    assert!(
        rows[1].ends_with("staff.signed_in staff anne -"),
        "{rows:?}"
    );
    assert!(
        rows[2].ends_with("key.created operator - - name==crm; role=dpo"),
        "{rows:?}"
    );
    assert!(
        rows[3].contains("export.made operator - - report=processing; from="),
        "{rows:?}"
    );
    assert_eq!(rows.len(), 4, "choices are no access: {rows:?}");
    assert_eq!(kept.texts("access_by_actor").len(), 4);
}

fn republish(shop: &TestApp, title: &str) {
    let publication = serde_json::from_value(json!({
        "controller": [{"id": "default", "name": "Maison Lumen", "country": "FR",
            "contact": "1 rue du Bac, Paris", "dpo_contact": "dpo@lumen.example", "security": "encrypted at rest"}],
        "purpose": [{"id": "newsletter", "controller": "default", "use": "direct_marketing_own",
            "title": {"en": title}, "legal_basis": "consent", "channels": ["email", "sms"],
            "data_categories": ["contact"], "recipients": ["Mailer Ltd"], "retention": "P3Y"}],
    }))
    .unwrap();
    let app = &shop.app;
    let grant = TestApp::grant();
    TestApp::wait(app.publish(&grant, publication, app.now(), None)).unwrap();
}

#[test]
fn the_register_has_each_version_in_force_in_the_period() {
    let shop = shop();
    republish(&shop, "Letter of the house");
    let (kept, _) = made(&shop, query(ReportKind::Processing));
    let rows = kept.texts("processing");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(
        rows[0],
        "newsletter 1 Letter  default Default - - - consent direct_marketing_own email+sms -   - - - 12:00:00 12:00:00"
    );
    assert_eq!(
        rows[1],
        "newsletter 2 Letter of the house  default Maison Lumen FR 1 rue du Bac, Paris dpo@lumen.example \
         consent direct_marketing_own email+sms - contact Mailer Ltd - P3Y encrypted at rest 12:00:00 -"
    );
    assert!(
        rows[2].starts_with("offers 1 Offers  default Maison Lumen"),
        "{rows:?}"
    );
    // before the second version there was the first alone
    let mut before = query(ReportKind::Processing);
    before.to = "2026-11-23T00:00:00Z".parse().unwrap();
    before.purpose = Some("newsletter".parse().unwrap());
    let (kept, _) = made(&shop, before);
    assert!(kept.texts("processing")[0].starts_with("newsletter 1 Letter  default Default"));
    // afterwards the second alone
    let mut after = query(ReportKind::Processing);
    after.from = "2026-11-25T00:00:00Z".parse().unwrap();
    assert_eq!(made(&shop, after).0.tables["processing"].len(), 2);
}

/// What erased persons had said is counted no more, and every report says how much that is at most.
#[test]
fn erasures_are_counted_and_what_lacks_is_told() {
    let shop = shop();
    let (before, reported) = made(&shop, query(ReportKind::Consents));
    assert!(!before.tables.contains_key("erasures"));
    let gone = |email: &str| {
        let claim = ErasureClaim {
            reason: "objection".into(),
            keep_suppression: false,
            reference: None,
            systems: true,
        };
        let whom = Whom::Named(shop.named(&[("email", email)]));
        let (grant, now) = (TestApp::grant(), shop.app.now());
        TestApp::wait(shop.app.erase(&grant, whom, claim, now, None)).unwrap();
    };
    gone("a@known.example");
    let (now, later) = made(&shop, query(ReportKind::Consents));
    assert_eq!(
        now.texts("erasures"),
        ["2026-11-22 0 0 0", "2026-11-23 1 1 3"]
    );
    assert_eq!(now.texts("erasures_missing"), ["until 1 3"]);
    // as at the old position: what came since is told apart
    let (again, _) = made(&shop, reported.query);
    assert_eq!(again.texts("erasures_missing"), ["since 1 3"]);
    assert!(!again.tables.contains_key("erasures"));
    assert_ne!(again.tables["consents"], before.tables["consents"]);
    gone("b@known.example");
    let (again, _) = made(&shop, later.query);
    assert_eq!(again.texts("erasures"), now.texts("erasures"));
    assert_eq!(again.texts("erasures_missing"), ["until 1 3", "since 1 2"]);
    let (uses, _) = made(&shop, query(ReportKind::Uses));
    assert_eq!(uses.texts("erasures_missing"), ["until 2 5"]);
    let (access, _) = made(&shop, query(ReportKind::Access));
    assert_eq!(access.texts("erasures_missing"), ["until 2 5"]);
    assert!(!access.tables.contains_key("erasures"));
    let (processing, _) = made(&shop, query(ReportKind::Processing));
    assert!(!processing.tables.contains_key("erasures_missing"));
}

/// Of decisions that were taken out since their time was over, the report says how many there were.
#[test]
fn what_is_gone_is_counted() {
    let mut shop = TestApp::new();
    shop.app.keep_data(crate::app::retention::Keeping {
        decisions: Some("P1Y".parse().unwrap()),
        ..crate::app::retention::Keeping::default()
    });
    shop.publish();
    ask(
        &shop,
        &["a@known.example", "b@known.example"],
        Some("spring"),
    );
    let uses = || made(&shop, query(ReportKind::Uses)).0;
    assert_eq!(uses().texts("uses_by_campaign"), ["spring 0 2 0"]);
    assert!(!uses().tables.contains_key("uses_gone"));
    for _ in 0..2 {
        shop.clock.pass(370 * 86_400);
        shop.app.expire_decisions(&TestApp::grant()).unwrap();
    }
    assert_eq!(uses().texts("uses_gone"), ["2"]);
    assert!(uses().texts("uses_by_campaign").is_empty());
}
