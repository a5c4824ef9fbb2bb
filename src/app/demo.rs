//! A made-up brand with purposes, notices, customers and keys, to try the service with. Written
//! through the same use cases as everything else.

use super::contact::{self, Named};
use super::create_key::NewKey;
use super::open::App;
use super::publish::Publication;
use super::record::Claim;
use super::refusal::Refusal;
use super::told_act::ToldAct;
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{
    Grant, IssueLinks, ManageAccess, Principal, PublishCatalogue, RecordConsents, authorize,
};
use crate::domain::personal::Secret;
use crate::domain::registry::{
    Act, Identifier, IdentifierError, Role, Source, SourceKind, StaffTerms,
};
use crate::domain::time::Now;

/// What to try.
pub struct Demo {
    /// A customer's form.
    pub form_url: String,
    /// The console's sign-in page.
    pub console_url: String,
    /// The DPO's user name.
    pub login: &'static str,
    /// The DPO's password.
    pub password: String,
    /// The shop agent's user name.
    pub agent: &'static str,
    /// The shop agent's password.
    pub agent_password: String,
    /// An API key that may check.
    pub marketing_key: String,
    /// An API key that may record.
    pub collector_key: String,
    /// The customer whom link and `curl` line are about.
    pub customer: &'static str,
}

const CATALOGUE: &str = include_str!("demo/catalogue.toml");
/// Drawn for the demo.
const LOGO: &[u8] = include_bytes!("demo/lumen.png");
const CUSTOMER: &str = "camille.martin@example.com";
const LOGIN: &str = "dpo";
const AGENT: &str = "agent";

/// Made-up customers: whom, and what they said.
const CHOICES: &[(&str, &str, &str, &str)] = &[
    (CUSTOMER, "newsletter", "email", "given"),
    (CUSTOMER, "offers", "email", "given"),
    (CUSTOMER, "offers", "sms", "refused"),
    ("leo.bernard@example.com", "newsletter", "email", "given"),
    (
        "leo.bernard@example.com",
        "newsletter",
        "email",
        "withdrawn",
    ),
    ("ines.moreau@example.org", "newsletter", "email", "refused"),
    ("hugo.petit@example.net", "offers", "email", "given"),
    (
        "hugo.petit@example.net",
        "partner_sharing",
        "third_party_sharing",
        "refused",
    ),
];

fn broken() -> Refusal {
    Refusal::Conflict {
        code: "demo_broken",
        what: "the demo's catalogue does not read".into(),
    }
}

impl App {
    /// Fills an empty registry with the demo.
    ///
    /// # Errors
    /// Where the registry cannot be written.
    pub async fn furnish_demo(&self) -> Result<Demo, Refusal> {
        let now = self.now();
        let publish: Grant<PublishCatalogue> = authorize(&Principal::Operator)?;
        let mut publication: Publication = toml::from_str(CATALOGUE).map_err(|_| broken())?;
        let logo = publication.read_pictures(|_| Ok(LOGO.to_vec()));
        logo.map_err(|_| broken())?;
        self.publish(&publish, publication, now, None).await?;
        self.record_demo(now).await?;
        let links: Grant<IssueLinks> = authorize(&Principal::Operator)?;
        let link = self
            .issue_link(&links, self.named(CUSTOMER)?, None, now)
            .await?;
        Ok(Demo {
            form_url: link.url,
            console_url: format!("{}/console/sign-in", self.console_url()),
            login: LOGIN,
            password: self.made_up_password()?,
            agent: AGENT,
            agent_password: self.made_up_password()?,
            marketing_key: String::new(),
            collector_key: String::new(),
            customer: CUSTOMER,
        })
    }

    /// The demo's account and keys. Blocks.
    ///
    /// # Errors
    /// Where the registry cannot be written.
    pub fn open_demo_doors(&self, demo: &mut Demo) -> Result<(), Refusal> {
        let now = self.now();
        let manage: Grant<ManageAccess> = authorize(&Principal::Operator)?;
        for (login, role, password) in [
            (LOGIN, Role::Dpo, &demo.password),
            (AGENT, Role::Collector, &demo.agent_password),
        ] {
            let terms = StaffTerms::plain(role);
            self.add_staff(&manage, login, terms, &Secret::new(password.clone()), now)?;
        }
        let (_, key) = self.create_key(
            &manage,
            NewKey::plain("demo marketing tool", Role::Marketing),
            now,
        )?;
        demo.marketing_key.push_str(key.reveal());
        let (_, key) =
            self.create_key(&manage, NewKey::plain("demo shop", Role::Collector), now)?;
        demo.collector_key.push_str(key.reveal());
        Ok(())
    }

    fn made_up_password(&self) -> Result<String, Refusal> {
        let token = PlainToken::new(TokenKind::Link, self.entropy())?;
        let letters = token.reveal().chars().filter(char::is_ascii_alphanumeric);
        Ok(letters.take(20).collect())
    }

    fn named(&self, email: &str) -> Result<Named, Refusal> {
        let wrong = |error: IdentifierError| Refusal::field("/email", error.code(), error.mend());
        let identifier = Identifier::email(email).map_err(wrong)?;
        Ok(Named {
            contacts: vec![contact::contact(self.keys(), identifier)],
            hashes: Vec::new(),
        })
    }

    async fn record_demo(&self, now: Now) -> Result<(), Refusal> {
        let record: Grant<RecordConsents> = authorize(&Principal::Operator)?;
        let mut claims = Vec::new();
        for (at, (email, purpose, channel, status)) in CHOICES.iter().enumerate() {
            let days = i64::try_from(CHOICES.len() - at).unwrap_or(1);
            let claim = Claim {
                named: self.named(email)?,
                purpose: (*purpose).to_owned(),
                channel: (*channel).to_owned(),
                status: (*status).to_owned(),
                notice: Some(format!("{purpose}@1")),
                language: Some("fr".into()),
                source: Source {
                    kind: SourceKind::Store,
                    id: Some("lille-2".into()),
                    agent: Some("k.dupuis".into()),
                },
                told: ToldAct::by(Act::UntickedBoxTicked),
                collected_at: Some(now.utc() - chrono::TimeDelta::days(days * 20)),
                valid_for: Some("P3Y".into()),
                evidence: None,
                confirm: None,
            };
            claims.push((format!("/{at}"), claim));
        }
        self.record(&record, claims, now, None).await.map(drop)
    }
}
