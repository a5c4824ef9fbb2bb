//! Lines and their answers on their way between nodes. A line is written by its hashes alone.

use super::given::{Given, Place, Verdict};
use super::line::{Lines, Named, Who};
use crate::app::contact::Hashes;
use crate::audit::roll::Listed;
use crate::domain::ids::{Blind, Position};
use crate::domain::registry::IdentifierKinds;
use serde::{Deserialize, Serialize};

/// What a line has that the node asked cannot answer for.
const NONE: u16 = u16::MAX;
/// Most lines in a letter.
pub(super) const MOST: usize = 64 * 1024;

/// For what lines are asked about.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) purpose: String,
    pub(super) channel: String,
    pub(super) lines: usize,
}

/// An answer that lines got.
#[derive(Serialize, Deserialize)]
struct Answer {
    permit: bool,
    reason: String,
}

/// What the answers that follow were given on, and which there are.
#[derive(Serialize, Deserialize)]
struct Head {
    position: Position,
    policy_version: String,
    answers: Vec<Answer>,
    listed: usize,
}

/// The answers of another node.
pub(super) struct Told {
    pub(super) position: Position,
    pub(super) policy_version: String,
    pub(super) verdicts: Vec<Verdict>,
    /// Of each line the place of its answer among these, in the order in which they were asked about.
    pub(super) places: Vec<Option<Place>>,
    /// Who was on the list, with the places of the answers.
    pub(super) listed: Vec<Listed>,
}

/// Writes a question about lines.
pub(super) fn write_asked<'n>(
    asked: &Asked,
    lines: impl Iterator<Item = &'n Named>,
) -> Option<Vec<u8>> {
    let mut text = serde_json::to_vec(asked).ok()?;
    text.push(b'\n');
    for line in lines {
        match line.who() {
            Who::One(kinds, coarse) => {
                text.push(1);
                write_hashes(&mut text, line.own(), coarse.as_deref(), *kinds);
            }
            Who::Several(all) => {
                text.push(u8::try_from(all.len()).ok()?);
                for one in all {
                    write_hashes(&mut text, &one.own, one.coarse.as_deref(), one.kinds);
                }
            }
            Who::Unreadable => text.push(0),
        }
    }
    Some(text)
}

fn write_hashes(text: &mut Vec<u8>, own: &Blind, coarse: Option<&Blind>, kinds: IdentifierKinds) {
    text.extend([kinds.bits(), u8::from(coarse.is_some())]);
    text.extend(own.0);
    text.extend(coarse.iter().flat_map(|coarse| coarse.0));
}

/// Reads a question about lines.
pub(super) fn read_asked(text: &[u8]) -> Option<(Asked, Lines)> {
    let (head, mut rest) = cut(text)?;
    let asked: Asked = serde_json::from_slice(head).ok()?;
    if asked.lines > MOST {
        return None;
    }
    let lines = (0..asked.lines).map(|_| read_line(&mut rest));
    let lines: Option<Vec<Named>> = lines.collect();
    let lines = lines.filter(|_| rest.is_empty())?;
    Some((asked, Lines::of(lines)))
}

fn read_line(rest: &mut &[u8]) -> Option<Named> {
    let [count] = take(rest)?;
    let all = (0..count).map(|_| read_hashes(rest));
    let all: Option<Vec<Hashes>> = all.collect();
    Some(Named::of(all?))
}

fn read_hashes(rest: &mut &[u8]) -> Option<Hashes> {
    let [kinds, has_coarse] = take(rest)?;
    let own = Blind(take(rest)?);
    let coarse = match has_coarse {
        0 => None,
        _ => Some(Box::new(Blind(take(rest)?))),
    };
    let kinds = IdentifierKinds::of_bits(kinds);
    Some(Hashes { own, coarse, kinds })
}

/// Writes the answers to lines.
pub(super) fn write_told(
    (position, policy_version): (Position, &str),
    given: &Given,
    places: &[Option<Place>],
    listed: &[Listed],
) -> Option<Vec<u8>> {
    let answer = |(verdict, _): &(Verdict, u64)| Answer {
        permit: verdict.permit,
        reason: verdict.reason.to_string(),
    };
    let head = Head {
        position,
        policy_version: policy_version.to_owned(),
        answers: given.iter().map(answer).collect(),
        listed: listed.len(),
    };
    let mut text = serde_json::to_vec(&head).ok()?;
    text.push(b'\n');
    for place in places {
        let place = place.and_then(|place| u16::try_from(place).ok());
        text.extend(place.unwrap_or(NONE).to_le_bytes());
    }
    for one in listed {
        text.extend(one.number.to_le_bytes());
        text.extend(one.answer.to_le_bytes());
    }
    Some(text)
}

/// Reads the answers to so many lines; `None` where they are none.
pub(super) fn read_told(text: &[u8], lines: usize) -> Option<Told> {
    let (head, mut rest) = cut(text)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    let verdicts: Vec<Verdict> = head.answers.into_iter().map(verdict).collect();
    let is_one = |place: Place| (place as usize) < verdicts.len();
    let mut places = Vec::with_capacity(lines);
    for _ in 0..lines {
        let place = u16::from_le_bytes(take(&mut rest)?);
        let place = Some(Place::from(place)).filter(|_| place != NONE);
        if !place.is_none_or(is_one) {
            return None;
        }
        places.push(place);
    }
    let mut listed = Vec::new();
    for _ in 0..head.listed {
        let number = u64::from_le_bytes(take(&mut rest)?);
        let answer = Some(u32::from_le_bytes(take(&mut rest)?)).filter(|place| is_one(*place))?;
        listed.push(Listed { number, answer });
    }
    rest.is_empty().then_some(Told {
        position: head.position,
        policy_version: head.policy_version,
        verdicts,
        places,
        listed,
    })
}

fn verdict(answer: Answer) -> Verdict {
    Verdict {
        permit: answer.permit,
        reason: answer.reason.into(),
    }
}

/// The first line, and what follows it.
fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = text.split_at_checked(end)?;
    Some((head, rest.get(1..)?))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn hashes() -> impl Strategy<Value = Hashes> {
        let coarse = prop::option::of(any::<[u8; 32]>());
        (any::<[u8; 32]>(), coarse, any::<u8>()).prop_map(|(own, coarse, kinds)| Hashes {
            own: Blind(own),
            coarse: coarse.map(|hash| Box::new(Blind(hash))),
            kinds: IdentifierKinds::of_bits(kinds),
        })
    }

    /// Everything that is written of a line.
    fn told(named: &Named) -> String {
        let one = |own: &Blind, coarse: Option<&Blind>, kinds: IdentifierKinds| {
            let coarse = coarse.map(|hash| hash.0);
            format!("{:?} {coarse:?} {}", own.0, kinds.bits())
        };
        match named.who() {
            Who::One(kinds, coarse) => one(named.own(), coarse.as_deref(), *kinds),
            Who::Several(all) => {
                let all = all.iter();
                let all = all.map(|each| one(&each.own, each.coarse.as_deref(), each.kinds));
                all.collect::<Vec<_>>().join(", ")
            }
            Who::Unreadable => "nobody".to_owned(),
        }
    }

    fn verdicts() -> Given {
        let mut given = Given::default();
        for (permit, reason) in [(true, "CONSENT_VALID"), (false, "CONSENT_REFUSED")] {
            let reason = reason.into();
            given.place(Verdict { permit, reason });
        }
        given
    }

    proptest! {
        /// What one node writes of lines the other reads, and nothing else.
        #[test]
        fn lines_come_as_they_went(
            all in prop::collection::vec(prop::collection::vec(hashes(), 0..4), 0..20),
            cut in 1_usize..40,
        ) {
            let named: Vec<Named> = all.into_iter().map(Named::of).collect();
            let asked = Asked { purpose: "newsletter".into(), channel: "email".into(), lines: named.len() };
            let text = write_asked(&asked, named.iter()).unwrap();
            let (came, lines) = read_asked(&text).unwrap();
            prop_assert_eq!((came.purpose, came.channel), (asked.purpose, asked.channel));
            let read: Vec<String> = lines.in_order(0..lines.len()).who().map(told).collect();
            prop_assert_eq!(read, named.iter().map(told).collect::<Vec<_>>());
            let short = &text[..text.len() - cut.min(text.len())];
            prop_assert!(read_asked(short).is_none());
            prop_assert!(read_asked(&[text.as_slice(), b"x"].concat()).is_none());
        }

        #[test]
        fn answers_come_as_they_went(
            places in prop::collection::vec(prop::option::of(0_u32..2), 0..30),
            listed in prop::collection::vec((any::<u64>(), 0_u32..2), 0..30),
            cut in 1_usize..60,
        ) {
            let given = verdicts();
            let listed: Vec<Listed> = listed.into_iter().map(|(number, answer)| Listed { number, answer }).collect();
            let text = write_told((7, "v"), &given, &places, &listed).unwrap();
            let told = read_told(&text, places.len()).unwrap();
            prop_assert_eq!((told.position, told.policy_version.as_str()), (7, "v"));
            prop_assert_eq!(&told.places, &places);
            prop_assert_eq!(told.listed, listed);
            prop_assert_eq!(told.verdicts, given.iter().map(|(one, _)| one.clone()).collect::<Vec<_>>());
            // of another number of lines they are none
            prop_assert!(read_told(&text, places.len() + 1).is_none());
            prop_assert!(read_told(&text[..text.len() - cut.min(text.len())], places.len()).is_none());
        }

        /// Whatever comes, it is read or refused.
        #[test]
        fn what_is_no_letter_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), lines in 0_usize..9) {
            let _ = read_asked(&bytes);
            let _ = read_told(&bytes, lines);
            let head = br#"{"position":1,"policy_version":"v","answers":[],"listed":0}"#;
            let empty = [head.as_slice(), b"\n", &bytes].concat();
            // there is no answer, so that no line has one
            let told = read_told(&empty, bytes.len() / 2);
            prop_assert!(told.is_none_or(|told| told.places.iter().all(Option::is_none)));
        }
    }
}
