//! What reason codes say to the person whom a decision is about. The policies' explanations speak of
//! that person to the staff; these speak to them.
//!
//! A policy with a reason that is not here says it itself, by `@you_fr` and `@you_en`: a set of packs
//! in which words are missing is refused when it is compiled.

use serde::{Deserialize, Serialize};

/// The reason in words for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToPerson {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

/// The words of a reason code; none where it is some firm's own.
#[must_use]
pub fn to_person(reason: &str) -> Option<ToPerson> {
    let found = WORDS.binary_search_by(|(code, ..)| (*code).cmp(reason));
    let (_, fr, en) = found.ok().and_then(|at| WORDS.get(at))?;
    Some(ToPerson {
        fr: (*fr).to_owned(),
        en: (*en).to_owned(),
    })
}

/// The languages of [`FURTHER`], in the order of its columns.
const FURTHER_LANGUAGES: [&str; 4] = ["de", "es", "it", "nl"];

/// What the codes say in further languages: a code a line, a language a column, by tabulators.
const FURTHER: &str = include_str!("to_person.tsv");

/// The words of a reason code in a language beside French and English, by its ISO 639-1 code. Records
/// of decisions have those two; a further one says the same of the same code.
#[must_use]
pub fn to_person_in(reason: &str, language: &str) -> Option<&'static str> {
    let column = FURTHER_LANGUAGES
        .iter()
        .position(|code| *code == language)?;
    let mut lines = FURTHER.lines().map(|line| line.split('\t'));
    let mut words = lines.find_map(|mut line| (line.next() == Some(reason)).then_some(line))?;
    words.nth(column)
}

/// Code, French, English; in the order of the codes.
const WORDS: [(&str, &str, &str); 70] = [
    (
        "AUTOMATED_DECISION",
        "Une machine seule aurait décidé de quelque chose d’important pour vous.",
        "A machine alone would have decided something that matters to you.",
    ),
    (
        "B2B_LEGITIMATE_INTEREST",
        "Nous vous écrivons pour votre travail, dans notre intérêt légitime ; vous pouvez vous y opposer à tout moment.",
        "We reached you for your work, in our legitimate interest; you can object at any time.",
    ),
    (
        "CHANNEL_MISMATCH",
        "Nous n’avons pas prévu de vous joindre ainsi à ce sujet.",
        "We have not planned to reach you this way about this.",
    ),
    (
        "CHANNEL_UNAVAILABLE",
        "Votre appareil ne le permet pas.",
        "Your device does not allow it.",
    ),
    (
        "CHARITY_SOFT_OPT_IN",
        "Vous avez soutenu notre cause ou dit qu’elle vous intéresse, et vous pouvez dire non à chaque message.",
        "You supported our cause or said that it interests you, and you can say no with every message.",
    ),
    (
        "CONSENT_EXPIRED",
        "Votre accord est arrivé à son terme.",
        "Your agreement has run out.",
    ),
    (
        "CONSENT_INVALID",
        "Votre accord n’a pas été recueilli comme la loi le demande.",
        "Your agreement was not asked for as the law demands.",
    ),
    (
        "CONSENT_MODE_DENIED",
        "Sur cet appareil, vous n’avez pas accepté ce dont cet usage a besoin.",
        "On this device you have not accepted what this use needs.",
    ),
    (
        "CONSENT_NO_PROOF",
        "Nous n’avons pas de preuve suffisante de votre accord.",
        "We have no sufficient proof that you agreed.",
    ),
    ("CONSENT_REFUSED", "Vous avez dit non.", "You said no."),
    (
        "CONSENT_VALID",
        "Vous avez accepté cet usage, et votre accord est toujours en cours.",
        "You agreed to this use, and your agreement still runs.",
    ),
    (
        "CONSENT_WITHDRAWN",
        "Vous avez retiré votre accord.",
        "You took your agreement back.",
    ),
    (
        "COOLING_OFF",
        "Vous avez refusé lors d’un appel, il y a trop peu de temps pour vous rappeler.",
        "You refused in a call, too short a time ago to call you again.",
    ),
    (
        "CORPORATE_SUBSCRIBER",
        "Cette adresse ou cette ligne est celle d’une organisation, pas la vôtre en propre.",
        "This address or line is an organisation's, not your own.",
    ),
    (
        "CUSTOMER_EXCEPTION",
        "Vous êtes client, et il s’agit de produits ou services semblables ; vous pouvez dire non à tout moment.",
        "You are a customer, and this is about similar goods or services; you can say no at any time.",
    ),
    (
        "DECEASED",
        "Le registre indique que la personne est décédée.",
        "The registry says that the person has died.",
    ),
    (
        "DIFFERENT_LEGAL_ENTITY",
        "Vous avez acheté chez une autre société que celle qui voulait vous joindre.",
        "You bought from another company than the one that wanted to reach you.",
    ),
    (
        "DOUBLE_OPT_IN_PENDING",
        "Vous n’avez pas encore confirmé votre accord.",
        "You have not confirmed your agreement yet.",
    ),
    (
        "EVALUATION_ERROR",
        "Les règles n’ont pas pu être appliquées ; dans le doute, la réponse est non.",
        "The rules could not be applied; in doubt the answer is no.",
    ),
    (
        "EXACT_SLOT_CONSENT",
        "Vous aviez convenu avec nous de ce jour et de cette heure.",
        "You had agreed with us on this day and hour.",
    ),
    (
        "EXEMPT_PURPOSE",
        "Cet usage ne demande pas votre accord : il sert à ce que vous avez demandé, ou à la sécurité.",
        "This use does not need your agreement: it serves what you asked for, or security.",
    ),
    (
        "EXPLICIT_CONSENT_MISSING",
        "Il aurait fallu votre accord exprès, et vous ne l’avez pas donné.",
        "It would have needed your explicit agreement, and you did not give it.",
    ),
    (
        "FREQUENCY_CAP",
        "Vous avez déjà été appelé aussi souvent que la loi le permet.",
        "You have already been called as often as the law allows.",
    ),
    (
        "GENERIC_ADDRESS",
        "C’est l’adresse générale d’une organisation ; elle ne désigne personne.",
        "This is an organisation's general address; it names nobody.",
    ),
    (
        "GPC_SIGNAL",
        "Votre navigateur demande de ne pas vendre ni partager vos données.",
        "Your browser asks not to sell or share your data.",
    ),
    (
        "INFORMATION_REQUEST_CALLBACK",
        "Vous nous aviez demandé des informations ou d’être rappelé.",
        "You had asked us for information or to be called back.",
    ),
    (
        "LEGITIMATE_INTEREST",
        "La loi nous le permettait sans votre accord, tant que vous ne vous y opposez pas.",
        "The law allowed us this without your agreement, as long as you do not object.",
    ),
    (
        "MESSAGE_NO_OPT_OUT",
        "Le message ne vous offrait pas de moyen de dire stop.",
        "The message gave you no way to say stop.",
    ),
    (
        "MESSAGE_SENDER_CONCEALED",
        "Le message ne vous disait pas clairement qui l’envoie ou de quoi il parle.",
        "The message did not tell you plainly who sends it or what it is about.",
    ),
    (
        "MINOR_JOINT_CONSENT_MISSING",
        "Il aurait fallu votre accord et celui de vos parents.",
        "It would have needed your agreement and your parents'.",
    ),
    (
        "MINOR_PARENTAL_CONSENT_MISSING",
        "À votre âge, il aurait fallu l’accord de vos parents.",
        "At your age it would have needed your parents' agreement.",
    ),
    (
        "MINOR_PROFILING_ADS",
        "On ne cible pas de publicité sur des mineurs.",
        "Advertising is not aimed at minors by profiling them.",
    ),
    (
        "MISSING_FACT",
        "Il nous manquait une information pour savoir si nous pouvions vous joindre ; dans le doute, la réponse est non.",
        "We lacked something to know whether we might reach you; in doubt the answer is no.",
    ),
    (
        "NOTICE_OUTDATED",
        "Ce que vous aviez accepté a changé depuis ; il faut vous redemander.",
        "What you agreed to has changed since; you must be asked again.",
    ),
    (
        "NOT_INFORMED",
        "Vous n’avez pas été informé de cet usage.",
        "You were not told of this use.",
    ),
    (
        "NOT_RELATED_TO_PROFESSION",
        "Cela ne concerne pas votre travail.",
        "It is not about your work.",
    ),
    (
        "NOT_SIMILAR_PRODUCT",
        "Cela ne ressemble pas à ce que vous avez acheté.",
        "It is not similar to what you bought.",
    ),
    (
        "NO_CONSENT",
        "Vous n’avez pas accepté cet usage.",
        "You have not agreed to this use.",
    ),
    (
        "NO_GROUND",
        "Aucune règle ne permet cet usage de vos données.",
        "No rule allows this use of your data.",
    ),
    (
        "NO_OPT_OUT_AT_COLLECTION",
        "On ne vous a pas offert de dire non quand votre adresse a été recueillie.",
        "You were not offered to say no when your address was collected.",
    ),
    (
        "NO_PERSONAL_TARGETING",
        "Rien de ce qui vous concerne n’a servi à choisir ce que vous avez vu.",
        "Nothing about you was used to choose what you saw.",
    ),
    (
        "OBJECTION",
        "Vous vous êtes opposé à cet usage.",
        "You objected to this use.",
    ),
    (
        "ONGOING_CONTRACT",
        "Vous avez un contrat avec nous, et il s’agit de lui.",
        "You have a contract with us, and this is about it.",
    ),
    (
        "OPT_OUT_REGIME",
        "La loi le permet tant que vous ne dites pas non, et vous n’avez pas dit non.",
        "The law allows it as long as you do not say no, and you have not said no.",
    ),
    (
        "OPT_OUT_REGISTER",
        "Vous êtes inscrit sur une liste d’opposition.",
        "You are on a register of those who do not want this.",
    ),
    (
        "OUTSIDE_HOURS",
        "À cette heure, on ne vous dérange pas.",
        "At this hour you are not disturbed.",
    ),
    (
        "PACE_REACHED",
        "Vous avez demandé moins de messages, et celui-ci serait de trop.",
        "You asked for fewer messages, and this would be one too many.",
    ),
    (
        "PAUSED",
        "Vous avez mis ces messages en pause.",
        "You paused these messages.",
    ),
    (
        "PRESSURE_CAP",
        "Vous avez déjà reçu assez de messages ces derniers temps.",
        "You have had enough messages lately.",
    ),
    (
        "PRESS_EXEMPTION",
        "La loi permet de vous appeler pour vous proposer un abonnement de presse.",
        "The law allows calls that offer you a newspaper subscription.",
    ),
    (
        "PROCESSOR",
        "Vos données ont été confiées à un prestataire lié à nous par contrat, pour notre compte seulement.",
        "Your data went to a contractor bound to us, and only on our behalf.",
    ),
    (
        "PUBLIC_HOLIDAY",
        "C’était un jour férié chez vous.",
        "It was a public holiday where you are.",
    ),
    (
        "PURPOSE_MISMATCH",
        "Vous avez accepté autre chose, pas cet usage.",
        "You agreed to something else, not to this use.",
    ),
    (
        "PURPOSE_UNKNOWN",
        "Cet usage n’est pas déclaré.",
        "This use is not declared.",
    ),
    (
        "RECIPIENT_NOT_NAMED",
        "On ne vous a pas dit qui recevrait vos données.",
        "You were not told who would receive your data.",
    ),
    (
        "REPROMPT_ALLOWED",
        "Votre dernier choix date assez pour que nous puissions vous reposer la question.",
        "Your last choice is long enough ago that we may ask you again.",
    ),
    (
        "REPROMPT_TOO_EARLY",
        "Vous avez choisi il y a peu ; on ne vous repose pas la question.",
        "You chose a short while ago; you are not asked again.",
    ),
    (
        "RESTRICTED",
        "L’usage de vos données est limité.",
        "The use of your data is restricted.",
    ),
    (
        "RETENTION_EXPIRED",
        "Vous ne nous avez plus donné de nouvelles depuis trop longtemps.",
        "We have not heard from you for too long.",
    ),
    (
        "SECTOR_BAN",
        "La loi interdit de vous démarcher pour cela.",
        "The law forbids to canvass you for this.",
    ),
    (
        "SENDER_NOT_NAMED",
        "On ne vous a pas dit à qui vous donniez votre accord.",
        "You were not told to whom you gave your agreement.",
    ),
    (
        "SERVICE_MESSAGE",
        "C’est un message sur un service que vous utilisez, sans publicité.",
        "This is a message about a service that you use, without advertising.",
    ),
    (
        "SIGNAL_INVALID",
        "Votre choix nous est parvenu sous une forme illisible ; dans le doute, la réponse est non.",
        "Your choice reached us in a form that cannot be read; in doubt the answer is no.",
    ),
    (
        "SOFT_OPT_IN",
        "Vous avez acheté chez nous, il s’agit de choses semblables, et vous pouviez dire non dès le début.",
        "You bought from us, this is about similar things, and you could say no from the start.",
    ),
    (
        "SPECIAL_CATEGORY_ADS",
        "Des données sensibles ne servent jamais à vous montrer de la publicité.",
        "Sensitive data never serve to show you advertising.",
    ),
    (
        "STALE",
        "Vos derniers choix n’ont pas pu être vérifiés ; dans le doute, la réponse est non.",
        "Your latest choices could not be checked; in doubt the answer is no.",
    ),
    (
        "STOP_PUB",
        "Votre boîte aux lettres refuse la publicité.",
        "Your letter box refuses advertising.",
    ),
    (
        "SUPPRESSED",
        "Vous avez demandé à ne plus rien recevoir ici.",
        "You asked to receive nothing more here.",
    ),
    (
        "UNKNOWN_SUBJECT",
        "Nous ne vous connaissons pas.",
        "We do not know you.",
    ),
    (
        "VENDOR_NOT_DISCLOSED",
        "On ne vous a pas montré le nom de ce partenaire.",
        "You were not shown this partner's name.",
    ),
];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::{Engine, Pack};

    #[test]
    fn the_codes_are_in_order_and_every_reason_shipped_has_words() {
        assert!(WORDS.windows(2).all(|two| two[0].0 < two[1].0));
        let engine = Engine::compile(&Pack::embedded().unwrap()).unwrap();
        for policy in engine.policies() {
            assert!(to_person(&policy.reason).is_some(), "{}", policy.reason);
        }
        assert_eq!(to_person("SOME_FIRMS_OWN"), None);
    }

    #[test]
    fn every_code_speaks_every_language() {
        assert_eq!(FURTHER.lines().count(), WORDS.len());
        for (line, (code, ..)) in FURTHER.lines().zip(WORDS) {
            let parts: Vec<_> = line.split('\t').collect();
            assert_eq!(parts[0], code);
            assert_eq!(parts.len(), 1 + FURTHER_LANGUAGES.len(), "{code}");
            for (language, text) in FURTHER_LANGUAGES.iter().zip(&parts[1..]) {
                assert!(text.ends_with('.'), "{code} {language}");
                assert_eq!(to_person_in(code, language), Some(*text));
            }
        }
        assert_eq!(to_person_in("CONSENT_VALID", "fr"), None);
        assert_eq!(to_person_in("SOME_FIRMS_OWN", "de"), None);
    }
}
