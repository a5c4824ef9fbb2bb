//! The customer's choices with the words to read to them, and nothing answered beforehand.

use super::place::{Place, act};
use super::{Agent, PATH};
use crate::app::choices::OwnChoicesView;
use crate::app::contact::{Named, hash_text};
use crate::app::serve_customer::Found;
use crate::domain::registry::{Act, Identifier};

use crate::http::browser::{Form, Visit};
use crate::http::console::frame;
use crate::http::form::show::blocks;
use crate::http::form::text;
use crate::http::pages::{
    AgentAskPage, ChoicesError, Content, Frame, Language, Pick, PostForm, PurposeBlock, Text,
};
use crate::http::site::Site;

/// The field that says to which address a receipt goes.
pub(super) const RECEIPT: &str = "receipt";

/// Who asks whom, and where.
pub(super) struct Asking<'a> {
    pub agent: &'a Agent,
    pub place: &'a Place,
    pub named: &'a Named,
}

impl Asking<'_> {
    /// The contact point, as far as it is shown.
    pub fn masked(&self) -> String {
        self.contact().map(Identifier::masked).unwrap_or_default()
    }

    fn contact(&self) -> Option<&Identifier> {
        self.named
            .contacts
            .first()
            .map(|contact| &contact.identifier)
    }

    /// A form of this customer's that posts to a path below the agent's.
    pub fn form(&self, path: &str) -> PostForm {
        let mut hidden = self.place.hidden();
        hidden.push(("csrf".into(), self.agent.open.csrf.clone()));
        let contact = self.contact().map_or("", Identifier::reveal);
        hidden.push(("contact".into(), contact.to_owned()));
        PostForm {
            action_url: format!("{PATH}{path}"),
            hidden,
        }
    }
}

/// The page.
pub(super) fn page(
    site: &Site,
    visit: Visit<'_>,
    asking: &Asking<'_>,
    found: &Found,
    form: &Form,
    errors: Vec<ChoicesError>,
) -> String {
    let view = &found.choices;
    let mut post = asking.form("/answers");
    post.hidden.push(("seen".into(), view.seen.to_string()));
    let frame = Frame {
        switch_path: None,
        ..frame(visit, &asking.agent.open)
    };
    let words = frame.words();
    let acts = [Act::Oral, Act::FormSigned].map(|one| Pick {
        value: one.as_str().to_owned(),
        label: Text::new(words.code("agent-act", one.as_str())),
        selected: one == act(form),
    });
    let visit = Visit {
        language: frame.language,
        ..visit
    };
    AgentAskPage {
        frame,
        form: post,
        masked_contact: asking.masked(),
        others: found
            .others
            .iter()
            .map(|other| other.identifier.masked())
            .collect(),
        receipts: receipts(site, asking, found, form),
        known: view.contact.is_some(),
        purposes: to_read(
            blocks(site, visit, view),
            view,
            visit.language,
            asking.place.tongue,
        ),
        acts: acts.to_vec(),
        reference: form.get("reference").unwrap_or_default().to_owned(),
        again_url: PATH.to_owned(),
        errors,
    }
    .render()
}

/// The addresses of the customer's that a receipt can go to. None of them stands in the page: a hash
/// names it.
fn receipts(site: &Site, asking: &Asking<'_>, found: &Found, form: &Form) -> Vec<Pick> {
    if !site.app.mails() {
        return Vec::new();
    }
    let picked = form.get(RECEIPT).unwrap_or_default();
    let by_mail = found.addresses(asking.named).map(|one| Pick {
        value: hash_text(&one.blind),
        label: Text::new(one.identifier.masked()),
        selected: hash_text(&one.blind) == picked,
    });
    by_mail.collect()
}

/// The blocks that have questions, with the words in the customer's language.
fn to_read(
    blocks: Vec<PurposeBlock>,
    view: &OwnChoicesView,
    page: Language,
    tongue: Language,
) -> Vec<PurposeBlock> {
    let pairs = blocks.into_iter().zip(&view.purposes);
    let asked = pairs.filter(|(block, _)| matches!(block.content, Content::Choices(_)));
    let spoken = asked.map(|(mut block, choices)| {
        if let Some((shown, notice)) = block.notice.as_mut().zip(choices.notice.as_ref()) {
            let said = text(&notice.text, tongue);
            let code = || (tongue != page).then(|| tongue.code().to_owned());
            shown.text = Text {
                lang: said.lang.or_else(code),
                text: said.text,
            };
        }
        block
    });
    spoken.collect()
}
