//! Other nodes, asked for whom this one does not hold.
//!
//! A letter is sealed under a key of the registry's, says when it was written, and is answered by a letter that names
//! it: nobody without the key reads either, or can answer in a node's place, over whatever line they go.

use crate::app::open::App;
use crate::audit::encoding::{hex, unhex};
use crate::domain::shard::Shard;
use crate::domain::time::Now;
use crate::store::keys::LETTER_SALT;
use std::sync::Arc;

/// A letter that is older, by the clock of who reads it, is not answered; in microseconds.
const OLDEST: i64 = 60 * 1_000_000;
/// How an answer is told from a question.
const ANSWER: &[u8] = b"answer/";

/// What other nodes are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// Single checks.
    Checks,
    /// Lines of a list.
    Lines,
}

impl Matter {
    /// The name, as it stands in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Lines => "lines",
        }
    }
}

/// Why another node has not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// No node of that part is known, or none can be reached.
    #[error("no node of that part can be reached")]
    Away,
    /// It has more to answer than it can.
    #[error("the node of that part has more to answer than it can")]
    Busy,
    /// What it says is no answer.
    #[error("what the node of that part says is no answer")]
    Garbled,
}

/// The way to other nodes: handed in, since the network is.
pub trait Nodes: Send + Sync {
    /// Carries a letter to a node that holds a part, shows it a pass, and brings its answer. Blocks.
    ///
    /// # Errors
    /// Where there is none.
    fn carry(&self, to: Shard, letter: &Sealed<'_>) -> Result<Vec<u8>, Unheard>;
}

/// A letter on its way.
pub struct Sealed<'a> {
    /// What it is about.
    pub matter: Matter,
    /// By which whoever carries it is let in: when it was written, and a tag.
    pub pass: &'a str,
    /// The letter.
    pub bytes: &'a [u8],
}

/// A letter that was read: what it asks, and by what its answer names it.
pub struct Letter {
    /// What it asks.
    pub text: Vec<u8>,
    salt: [u8; LETTER_SALT],
}

impl App {
    /// Other nodes are asked by this way from now on.
    pub fn keep_nodes(&mut self, nodes: Arc<dyn Nodes>) {
        self.nodes = Some(nodes);
    }

    /// Asks a node that holds a part. Blocks.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn ask_node(&self, to: Shard, matter: Matter, text: &[u8]) -> Result<Vec<u8>, Unheard> {
        let nodes = self.nodes.as_ref().ok_or(Unheard::Away)?;
        let now = self.now().micros();
        let dated = [&now.to_be_bytes(), text].concat();
        let about = matter.name().as_bytes();
        let letter = self.keys().seal_letter(dated, about, self.entropy());
        let letter = letter.map_err(|_| Unheard::Garbled)?;
        let sealed = Sealed {
            matter,
            pass: &format!("{now}.{}", hex(&self.keys().node_pass(now))),
            bytes: &letter,
        };
        let answer = nodes.carry(to, &sealed)?;
        let salt = letter.first_chunk::<LETTER_SALT>();
        let about = [ANSWER, salt.map_or(&[][..], |salt| salt)].concat();
        self.keys()
            .open_letter(answer, &about)
            .map_err(|_| Unheard::Garbled)
    }

    /// Whether somebody shows what another node shows, who may hand in a letter then.
    #[must_use]
    pub fn is_node(&self, pass: &str, now: Now) -> bool {
        let read = |(at, tag): (&str, &str)| Some((at.parse().ok()?, unhex::<32>(tag)?));
        let shown: Option<(i64, [u8; 32])> = pass.split_once('.').and_then(read);
        shown.is_some_and(|(at, tag)| is_recent(at, now) && self.keys().is_node_pass(at, &tag))
    }

    /// Reads a letter of another node; `None` where it is none, or was written too long ago.
    #[must_use]
    pub fn read_letter(&self, matter: Matter, sealed: Vec<u8>, now: Now) -> Option<Letter> {
        let salt = *sealed.first_chunk::<LETTER_SALT>()?;
        let opened = self.keys().open_letter(sealed, matter.name().as_bytes());
        let mut text = opened.ok()?;
        let written = i64::from_be_bytes(*text.first_chunk()?);
        if !is_recent(written, now) {
            return None;
        }
        text.drain(..size_of::<i64>());
        Some(Letter { text, salt })
    }

    /// Seals the answer to a letter; `None` where randomness is missing.
    #[must_use]
    pub fn answer_letter(&self, letter: &Letter, text: Vec<u8>) -> Option<Vec<u8>> {
        let about = [ANSWER, &letter.salt].concat();
        let sealed = self.keys().seal_letter(text, &about, self.entropy());
        sealed.ok()
    }
}

const fn is_recent(at: i64, now: Now) -> bool {
    now.micros().abs_diff(at) <= OLDEST.unsigned_abs()
}
