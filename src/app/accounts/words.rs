//! What anybody would try first as a password here: the account's name, the brands', the host's, the product's.

use crate::access::password::rule::{Fit, PasswordError, Surroundings, fit};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::personal::Secret;
use crate::domain::registry::Catalogue;

const PRODUCT: &str = "placet";

impl App {
    /// Judges the new password of an account; inner: why it is not taken. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub(in crate::app) fn fit_password(
        &self,
        login: &str,
        second_factor: bool,
        typed: &Secret<String>,
    ) -> Result<Result<Fit, PasswordError>, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        let words = words(login, self.public_url(), &catalogue);
        let around = Surroundings {
            second_factor,
            words: &words,
        };
        Ok(fit(typed, around))
    }
}

fn words(login: &str, url: &str, catalogue: &Catalogue) -> Vec<String> {
    let host = url.split("://").last().unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let mut found = vec![PRODUCT.to_owned(), login.to_owned(), host.to_owned()];
    let pieces = |text: &str| -> Vec<String> {
        let pieces = text.split(|c: char| !c.is_alphanumeric());
        pieces.map(str::to_owned).collect()
    };
    found.extend(pieces(login));
    found.extend(pieces(host));
    for controller in catalogue.controllers.values() {
        found.push(controller.name.clone());
        found.extend(pieces(&controller.name));
        found.extend(pieces(controller.id.as_str()));
    }
    // a name goes before its pieces, which it would hide
    found.sort_by_key(|word| std::cmp::Reverse(word.len()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_before_their_pieces() {
        let words = words(
            "k.dupuis@lumen.example",
            "https://choices.lumen.example:8443/x",
            &Catalogue::default(),
        );
        let at = |word: &str| words.iter().position(|one| one == word);
        for word in ["placet", "dupuis", "choices", "lumen"] {
            assert!(at(word).is_some(), "{word} in {words:?}");
        }
        assert!(at("k.dupuis@lumen.example") < at("dupuis"));
        assert!(at("choices.lumen.example") < at("choices"));
    }
}
