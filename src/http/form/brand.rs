//! A controller's brand, as its customers' pages show it.

use super::code;
use super::text;
use crate::domain::registry::Controller;
use crate::domain::registry::brand::Brand;
use crate::http::brand_files::{logo_url, sheet_url};
use crate::http::pages::{Frame, Help, Language, LogoView};

/// The frame of a page in a controller's name.
pub(super) fn branded(controller: &Controller, language: Language) -> Frame {
    let name = controller.known_as(code(language));
    let plain = Frame {
        legal_name: (name != controller.name).then(|| controller.name.clone()),
        help: Help {
            line: controller.contact.clone(),
            ..Help::default()
        },
        ..Frame::customer(language, name)
    };
    let Some(brand) = &controller.brand else {
        return plain;
    };
    Frame {
        sheet_url: sheet_url(&controller.id, brand),
        logo: logo(controller, brand, language),
        help: help(brand, language).unwrap_or(plain.help),
        ..plain
    }
}

fn logo(controller: &Controller, brand: &Brand, language: Language) -> Option<LogoView> {
    let alt = &brand.logo.as_ref()?.alt;
    Some(LogoView {
        url: logo_url(&controller.id, brand)?,
        alt: text(alt, language),
    })
}

/// How the brand helps, where it says so.
fn help(brand: &Brand, language: Language) -> Option<Help> {
    let wanted = code(language);
    let (found, words) = brand.words_in(wanted)?;
    let help = Help {
        line: words.help.clone(),
        phone: words.phone.clone(),
        mail: words.mail.clone(),
        post: words.post.clone(),
        lang: (found != wanted).then(|| found.as_str().to_owned()),
    };
    (!help.is_empty()).then_some(help)
}
