//! Agents of shops and call centres: they find by an exact contact only, write down what is said, and
//! take back their own mistakes for five minutes.

use crate::demo::word;
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::ways_in::{FOLDER, letter, letters, settled};

const ANNE: &str = "anne@example.fr";

/// An agent's browser, and the secret of its forms.
struct Agent {
    client: Http,
    csrf: String,
}

impl Agent {
    fn at_work(db: &Db, shop: &Shop) -> Self {
        let client = shop.staff(db, "collector").header("accept-language", "en");
        let home = client.get("/console").expect(303);
        assert_eq!(home.header("location"), Some("/console/customers"));
        let page = client.get("/console/customers").expect(200).text;
        Self {
            csrf: hidden(&page, "csrf").expect("a secret"),
            client,
        }
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![
            ("csrf", self.csrf.as_str()),
            ("lang", "en"),
            ("place_kind", "store"),
            ("place", "Lille"),
            ("tongue", "fr"),
        ];
        all.extend(fields);
        self.client.form(&format!("/console/customers{path}"), &all)
    }

    fn find(&self, contact: &str) -> Reply {
        self.send("", &[("contact", contact)])
    }

    /// What the customer answers on the page that was just found.
    fn answer(&self, contact: &str, answers: &[(&str, &str)]) -> Reply {
        let page = self.find(contact).expect(200).text;
        let seen = hidden(&page, "seen").expect("what was seen");
        let mut fields = vec![
            ("contact", contact),
            ("seen", seen.as_str()),
            ("notice.newsletter", "newsletter@2"),
            ("notice.offers", "offers@1"),
        ];
        fields.extend(answers);
        self.send("/answers", &fields)
    }
}

/// The hidden fields of the form that undoes.
fn way_back(page: &str) -> Vec<(String, String)> {
    let (_, form) = page
        .split_once("/console/customers/undo\"")
        .expect("an undo");
    let (form, _) = form.split_once("</form>").expect("its end");
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1);
    let field = |text: &str| {
        let (name, rest) = text.split_once('"').unwrap();
        let value = rest
            .strip_prefix(" value=\"")
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        (name.to_owned(), value.to_owned())
    };
    fields.map(field).collect()
}

on_both! {
    /// The whole of it: not known, asked in French, yes and no, receipt, evidence.
    fn what_a_customer_answers_in_a_shop_is_written_down_with_its_proof(db: &Db) {
        let shop = Shop::open(db);
        let agent = Agent::at_work(db, &shop);
        let page = agent.find(ANNE).expect(200).text;
        assert!(page.contains(&word("en", "agent-unknown")));
        assert!(page.contains("J’accepte de recevoir la lettre par e-mail."), "read in the customer's language");
        assert_eq!(shop.newsletter(ANNE).1, "UNKNOWN_SUBJECT", "a look makes nobody");
        let done = agent.answer(ANNE, &[
            ("choice.newsletter.email", "yes"), ("was.choice.newsletter.email", "none"),
            ("choice.offers.email", "no"), ("was.choice.offers.email", "none"),
            ("choice.offers.sms", "none"), ("was.choice.offers.sms", "none"),
            ("act", "form_signed"), ("reference", "F-4821"),
        ]).expect(200).text;
        assert!(done.contains(&word("fr", "slip-title")), "{done}");
        assert!(done.contains("a•••"), "masked on the receipt");
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_VALID");
        let id = shop.subject(ANNE);
        let history = shop.dpo().get(&format!("/v1/subjects/{id}/history?limit=50")).expect(200).text;
        for part in ["\"store\"", "Lille", "\"agent\":\"collector\"", "form_signed", "F-4821", "newsletter@2", "\"fr\""] {
            assert!(history.contains(part), "{part} is not in {history}");
        }
        let choices = shop.choices(ANNE);
        assert!(!choices.to_string().contains("\"sms\""), "what was not asked is no answer: {choices}");
        // the next look is of somebody known, and is on record
        let before = shop.position();
        assert!(agent.find("  Anne@Example.FR ").expect(200).text.contains(&word("en", "agent-known")));
        assert!(shop.position() > before);
    }

    fn a_mistake_is_taken_back_and_a_no_said_since_is_not(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let agent = Agent::at_work(db, &shop);
        let done = agent.answer(ANNE, &[("choice.newsletter.email", "no"), ("was.choice.newsletter.email", "none")]).expect(200).text;
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        let back = way_back(&done);
        let fields: Vec<(&str, &str)> = back.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        agent.client.form("/console/customers/undo", &fields).expect(200);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_VALID");
        // the person says no themselves: the agent's button of before does nothing any more
        let (choices, _) = shop.link(ANNE);
        shop.server.http().form(&choices, &[("seen", "999999"), ("choice.newsletter.email", "no")]).expect(200);
        agent.client.form("/console/customers/undo", &fields).expect(422);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        // nor does a page that was open since, sent with a yes
        let stale = [
            ("contact", ANNE), ("seen", "1"), ("notice.newsletter", "newsletter@2"),
            ("choice.newsletter.email", "yes"), ("was.choice.newsletter.email", "none"),
        ];
        agent.send("/answers", &stale).expect(422);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
    }

    /// The receipt goes by mail to an address of the customer's alone, in the transaction of the answers.
    fn a_receipt_goes_to_an_address_of_the_customers(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        let mut known = yes(ANNE);
        known["subject"] = serde_json::json!({ "email": ANNE, "phone": "+33612345678" });
        shop.record(&known);
        let agent = Agent::at_work(db, &shop);
        let page = agent.find("06 12 34 56 78").expect(200).text;
        assert!(page.contains("a•••@example.fr") && !page.contains(ANNE), "the other contact is masked: {page}");
        let receipts = page.split_once("name=\"receipt\"").expect("a choice of receipts").1;
        let to = receipts.split("<option value=\"").nth(2).and_then(|rest| rest.split('"').next()).expect("an address");
        let no = [("choice.newsletter.email", "no"), ("was.choice.newsletter.email", "none")];
        let mut fields = vec![("receipt", to)];
        fields.extend(no);
        let done = agent.answer("+33612345678", &fields).expect(200).text;
        assert!(done.contains(&word("en", "agent-receipt-mailed")), "{done}");
        // nobody else's address, and no mail where nothing was written down
        let other = "0".repeat(64);
        let mut fields = vec![("receipt", other.as_str())];
        fields.push(("choice.offers.email", "no"));
        agent.answer("+33612345678", &fields).expect(422);
        let mut again = vec![("receipt", to)];
        again.extend(no);
        let same = agent.answer("+33612345678", &again).expect(200).text;
        assert!(same.contains(&word("en", "agent-unchanged-title")));
        let mail = letter(db, 1);
        assert!(mail.text.contains("To: anne@example.fr"), "{}", mail.text);
        assert!(mail.text.contains(&word("fr", "mail-receipt-link")) && mail.text.contains("Lille"), "{}", mail.text);
        assert!(mail.text.contains(" – Non"), "{}", mail.text);
        settled(db);
        assert_eq!(letters(db).len(), 1);
    }

    /// My day: own entries, what lacks its proof, what was not taken; and a yes that was none.
    fn an_agent_sees_their_own_day_and_corrects_a_yes(db: &Db) {
        let shop = Shop::open(db);
        let agent = Agent::at_work(db, &shop);
        // entries of others do not show
        let others = shop.record(&yes("zoe@example.fr"));
        let answers = [
            ("choice.newsletter.email", "yes"), ("was.choice.newsletter.email", "none"),
            ("choice.offers.email", "no"), ("was.choice.offers.email", "none"),
        ];
        agent.answer(ANNE, &answers).expect(200);
        let mut proven = answers.to_vec();
        proven.push(("reference", "C-77"));
        agent.answer("luc@example.fr", &proven).expect(200);
        agent.answer(ANNE, &[("choice.offers.sms", "perhaps")]).expect(422);
        let day = agent.client.get("/console/customers/day").expect(200).text;
        assert!(!day.contains('@') && !day.contains("•••"), "it names nobody: {day}");
        assert_eq!(day.matches("<article").count(), 4, "{day}");
        assert_eq!(day.matches(&word("en", "agent-day-lacks")).count(), 1);
        assert!(day.contains(&word("en", "agent-refused-invalid")), "{day}");
        assert!(day.contains("1 of 2"), "{day}");
        // the form of anne's yes
        let form = day.split("action=\"/console/customers/correct\"").last().expect("a correction");
        let (record, position) = (hidden(form, "record").unwrap(), hidden(form, "position").unwrap());
        let fields = [("record", record.as_str()), ("position", position.as_str())];
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_VALID");
        agent.client.form("/console/customers/correct", &fields).expect(422);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_VALID", "without the form's secret nothing happens");
        let corrected = agent.send("/correct", &fields).expect(200).text;
        assert!(corrected.contains(&word("en", "agent-day-corrected")), "{corrected}");
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        let id = shop.subject(ANNE);
        let history = shop.dpo().get(&format!("/v1/subjects/{id}/history?limit=50")).expect(200).text;
        assert!(history.contains("\"corrected\"") && history.contains("\"corrects\""), "{history}");
        agent.send("/correct", &fields).expect(422);
        // what others took down is not theirs to correct
        let [record, position] = ["id", "position"].map(|name| others[name].to_string().replace('"', ""));
        agent.send("/correct", &[("record", &record), ("position", &position)]).expect(422);
        assert_eq!(shop.newsletter("zoe@example.fr").1, "CONSENT_VALID");
    }

    fn who_wants_nothing_more_is_left_alone_at_once(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let agent = Agent::at_work(db, &shop);
        agent.answer(ANNE, &[("stop_all", "1")]).expect(200);
        assert_eq!(shop.newsletter(ANNE).0, "deny");
        assert!(!shop.choices(ANNE)["objection_since"].is_null());
    }
}

/// Pauses are seen, and what is said speaks of the customer, not to them.
#[test]
fn an_agent_reads_of_the_customer() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.record(&yes(ANNE));
    let (choices, _) = shop.link(ANNE);
    let pause = [
        ("seen", "999999"),
        ("pause.newsletter.email", "P3M"),
        ("was.pause.newsletter.email", "none"),
        ("choice.offers.email", "no"),
    ];
    shop.server.http().form(&choices, &pause).expect(200);
    let agent = Agent::at_work(&db, &shop);
    let page = agent.find(ANNE).expect(200).text;
    assert!(
        page.contains("Paused at the customer’s wish until"),
        "{page}"
    );
    assert!(page.contains("The customer said no on"), "{page}");
    let (_, main) = page.split_once("<main").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    for spoken in ["You said", "you said", "your choices", "asked you"] {
        assert!(!main.contains(spoken), "{spoken}: {main}");
    }
}

#[test]
fn an_agent_reads_no_list_and_no_other_screen() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.record(&yes(ANNE));
    let agent = Agent::at_work(&db, &shop);
    // part of an address, a pattern, and half a number find nobody and tell nothing
    for part in ["anne@", "anne@example.f\u{200b}r"] {
        let reply = agent.find(part);
        assert_eq!(reply.status, 422, "{part}");
        assert!(!reply.text.contains("newsletter@2"));
    }
    for other in ["anna@example.fr", "%@example.fr"] {
        let page = agent.find(other).expect(200).text;
        assert!(page.contains(&word("en", "agent-unknown")), "{other}");
    }
    for page in ["/console/reports", "/console/exports"] {
        let reply = agent.client.get(page);
        assert!(
            matches!(reply.status, 403..=405),
            "{page}: {}",
            reply.status
        );
    }
    // others than agents do not serve customers
    let dpo = shop.staff(&db, "dpo");
    dpo.get("/console/customers").expect(403);
    dpo.form("/console/customers", &[("contact", ANNE)])
        .expect(403);
    shop.server.http().get("/console/customers").expect(303);
}

/// A number as it is dialled at home, and the number of a customer's card.
#[test]
fn telephone_and_customer_numbers_are_found_as_they_are_said() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    let mut known = yes(ANNE);
    known["subject"] =
        serde_json::json!({ "email": ANNE, "phone": "+33612345678", "crm_id": "C-1042" });
    shop.record(&known);
    let agent = Agent::at_work(&db, &shop);
    for said in ["06 12 34 56 78", "+33612345678", "C-1042", ANNE] {
        let page = agent.find(said).expect(200).text;
        assert!(page.contains(&word("en", "agent-known")), "{said}");
    }
    let page = agent.find("C-9999").expect(200).text;
    assert!(page.contains(&word("en", "agent-unknown")));
}

/// Bad input is answered in plain words and changes nothing.
#[test]
fn forged_and_stale_forms_change_nothing() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.record(&yes(ANNE));
    let agent = Agent::at_work(&db, &shop);
    let no = [
        ("contact", ANNE),
        ("seen", "999"),
        ("choice.newsletter.email", "no"),
    ];
    let other_site = agent.client.header("sec-fetch-site", "cross-site");
    let mut with = vec![("csrf", agent.csrf.as_str())];
    with.extend(no);
    other_site
        .form("/console/customers/answers", &with)
        .expect(422);
    agent
        .client
        .form("/console/customers/answers", &no)
        .expect(422);
    for (field, value) in [
        ("choice.newsletter.email", "perhaps"),
        ("choice.none.email", "yes"),
        ("choice.offers.push", "yes"),
    ] {
        agent.answer(ANNE, &[(field, value)]).expect(422);
    }
    // words that are not in force any more
    let old = [
        ("notice.newsletter", "newsletter@1"),
        ("choice.offers.email", "yes"),
        ("notice.offers", "offers@9"),
    ];
    agent.answer(ANNE, &old).expect(422);
    assert_eq!(shop.newsletter(ANNE).1, "CONSENT_VALID");
    assert!(!shop.choices(ANNE).to_string().contains("offers"));
}
