//! Words of pressure, guilt and double negation, in the languages of customers: none is said to them, by us or by
//! a brand (fairness rule F6).

/// How words begin that press.
const PRESSURE: &[&str] = &[
    "dommage",
    "manquer",
    "dernière chance",
    "ne plus jamais",
    "sûr ?",
    "restons en contact",
    "ne manquez",
    "optimisez",
    "regrett",
    "vite",
    "sure?",
    "are you sure",
    "value your privacy",
    "miss you",
    "last chance",
    "don’t miss",
    "sorry to see",
    "stay in touch",
    "hurry",
    "never again",
    "exclusive",
    // de
    "schade",
    "vermissen",
    "letzte chance",
    "sicher?",
    "verpassen",
    "bleiben wir in kontakt",
    "nur noch",
    "leider",
    "nie wieder",
    "exklusiv",
    // es
    "lástima",
    "echaremos",
    "última oportunidad",
    "¿está seguro",
    "no se pierda",
    "sigamos en contacto",
    "nunca más",
    "lamentamos",
    "exclusiv",
    // it
    "peccato",
    "mancherai",
    "ultima occasione",
    "sicuro?",
    "non perdere",
    "restiamo in contatto",
    "mai più",
    "ci dispiace",
    // nl
    "jammer",
    "missen",
    "laatste kans",
    "weet u het zeker",
    "mis niets",
    "nooit meer",
    "helaas",
];

/// The first word of pressure in a text.
#[must_use]
pub fn pressure(text: &str) -> Option<&'static str> {
    let text = text
        .to_lowercase()
        .replace(['\u{202f}', '\u{a0}'], " ")
        .replace('\'', "’");
    let begins = |word: &&&str| {
        let mut found = text.match_indices(**word);
        found.any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|sign| !sign.is_alphabetic())
        })
    };
    PRESSURE.iter().find(begins).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_is_found_wherever_a_word_begins() {
        assert_eq!(pressure("Quel DOMMAGE !"), Some("dommage"));
        assert_eq!(pressure("Don't miss it"), Some("don’t miss"));
        assert_eq!(pressure("Vous êtes sûr\u{a0}?"), Some("sûr ?"));
        assert_eq!(
            pressure("Nous vous invitons. La maison Lumen à votre service."),
            None
        );
    }
}
