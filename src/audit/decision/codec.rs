//! Decisions in few bytes: what they share stands once in a dictionary, numbers are counted from
//! those of the first, so that a decision itself takes some 35 bytes.

use super::record::{Context, Named, Record};
use crate::audit::Hash;
use crate::audit::bytes::{Reader, put, put_bytes, put_signed};
use hashbrown::HashMap;
use std::hash::Hash as Hashed;
use std::sync::Arc;

const SUBJECT: u8 = 2;
const EVIDENCE: u8 = 4;
const VALID_UNTIL: u8 = 8;
const AT: u8 = 16;
const LAWFUL_FROM: u8 = 32;

/// What numbers are counted from.
#[derive(Clone, Copy)]
struct Base {
    millis: i64,
    position: i64,
}

impl Base {
    const fn micros(self) -> i64 {
        self.millis.saturating_mul(1_000)
    }
}

/// Things, each once, in the order in which they were first met.
struct Dictionary<T>(HashMap<T, u64>, Vec<T>);

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self(HashMap::new(), Vec::new())
    }
}

impl<T: Hashed + Eq + Clone> Dictionary<T> {
    fn number(&mut self, thing: &T) -> u64 {
        if let Some(known) = self.0.get(thing) {
            return *known;
        }
        let number = self.1.len() as u64;
        self.0.insert(thing.clone(), number);
        self.1.push(thing.clone());
        number
    }
}

/// Writes decisions.
pub(super) struct Writer {
    base: Base,
    texts: Dictionary<Arc<str>>,
    hashes: Dictionary<Hash>,
    /// Each is told from others by where it lies, which is faster than by what it says; of two that
    /// say the same both are written.
    contexts: Vec<Arc<Context>>,
    met: HashMap<*const Context, u64>,
    /// What has been written.
    pub body: Vec<u8>,
}

impl Writer {
    /// A writer of decisions that begin with `first`; room for `count`.
    pub fn new(first: Option<&Record>, count: usize) -> Self {
        Self {
            base: Base {
                millis: first.map_or(0, Record::millis) as i64,
                position: first.map_or(0, |record| record.position) as i64,
            },
            texts: Dictionary::default(),
            hashes: Dictionary::default(),
            contexts: Vec::new(),
            met: HashMap::new(),
            body: Vec::with_capacity(count * 48),
        }
    }

    /// Writes a decision.
    pub fn record(&mut self, record: &Record) {
        let number = self.number(&record.context);
        let (base, out) = (self.base, &mut self.body);
        let flag = |is: bool, flag| if is { flag } else { 0 };
        out.push(
            flag(record.subject.is_some(), SUBJECT)
                | flag(record.evidence.is_some(), EVIDENCE)
                | flag(record.valid_until.is_some(), VALID_UNTIL)
                | flag(record.at.is_some(), AT)
                | flag(record.lawful_from.is_some(), LAWFUL_FROM),
        );
        let (_, chance) = record.id.split_at(6);
        put_signed(out, (record.millis() as i64).wrapping_sub(base.millis));
        out.extend_from_slice(chance);
        out.extend(record.subject.iter().flatten());
        put(out, number);
        let position = record.position as i64;
        put_signed(out, position.wrapping_sub(base.position));
        if let Some(evidence) = record.evidence {
            put_signed(out, position.wrapping_sub(evidence as i64));
        }
        let instants = [record.valid_until, record.at, record.lawful_from];
        for instant in instants.into_iter().flatten() {
            put_signed(out, instant.wrapping_sub(base.micros()));
        }
    }

    /// Appends the dictionaries, the numbers to count from, the count, and what has been written.
    pub fn finish(mut self, count: usize, out: &mut Vec<u8>) {
        let mut contexts = Vec::new();
        for context in std::mem::take(&mut self.contexts) {
            self.context(&context, &mut contexts);
        }
        put(out, self.texts.1.len() as u64);
        for text in &self.texts.1 {
            put_bytes(out, text.as_bytes());
        }
        put(out, self.hashes.1.len() as u64);
        out.extend(self.hashes.1.iter().flatten());
        out.append(&mut contexts);
        out.push(0);
        put_signed(out, self.base.millis);
        put_signed(out, self.base.position);
        put(out, count as u64);
        out.append(&mut self.body);
    }

    fn number(&mut self, context: &Arc<Context>) -> u64 {
        let contexts = &mut self.contexts;
        *self.met.entry(Arc::as_ptr(context)).or_insert_with(|| {
            contexts.push(context.clone());
            contexts.len() as u64 - 1
        })
    }

    fn context(&mut self, context: &Context, out: &mut Vec<u8>) {
        // one byte before each: where there is none, the contexts have ended
        out.push(1);
        let campaign = context.campaign.as_ref();
        put(out, campaign.map_or(0, |text| self.texts.number(text) + 1));
        for text in [
            &context.asked_by,
            &context.channel,
            &context.day,
            &context.laws,
            &context.policy_version,
            &context.purpose,
        ] {
            put(out, self.texts.number(text));
        }
        put(out, self.hashes.number(&context.outcome));
        put(out, self.hashes.number(&context.shape));
        put_bytes(out, &context.facts);
    }
}

/// What decisions share, read back.
pub(super) struct Shared {
    base: Base,
    contexts: Vec<Arc<Context>>,
    /// How many decisions follow.
    pub count: u32,
}

impl Shared {
    /// Reads what [`Writer::finish`] puts before the decisions.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let texts = (0..reader.count()?)
            .map(|_| Some(std::str::from_utf8(reader.bytes()?).ok()?.into()))
            .collect::<Option<Vec<Arc<str>>>>()?;
        let hashes = (0..reader.count()?)
            .map(|_| reader.array())
            .collect::<Option<Vec<Hash>>>()?;
        let mut contexts = Vec::new();
        while reader.byte()? == 1 {
            contexts.push(Arc::new(read_context(reader, &texts, &hashes)?));
        }
        Some(Self {
            contexts,
            base: Base {
                millis: reader.signed()?,
                position: reader.signed()?,
            },
            count: u32::try_from(reader.count()?).ok()?,
        })
    }

    /// Reads a decision; its first byte was read already.
    pub fn record(&self, flags: u8, reader: &mut Reader<'_>) -> Option<Record> {
        let base = self.base;
        let millis = base.millis.wrapping_add(reader.signed()?) as u64;
        let mut id = [0; 16];
        let (time, chance) = id.split_at_mut(6);
        time.copy_from_slice(millis.to_be_bytes().get(2..)?);
        chance.copy_from_slice(reader.take(10)?);
        let having = |flag, read: &mut dyn FnMut() -> Option<()>| {
            if flags & flag == 0 { Some(()) } else { read() }
        };
        let (mut subject, mut evidence) = (None, None);
        let (mut valid_until, mut at, mut lawful_from) = (None, None, None);
        having(SUBJECT, &mut || {
            subject = Some(reader.array()?);
            Some(())
        })?;
        let context = self
            .contexts
            .get(usize::try_from(reader.number()?).ok()?)?
            .clone();
        let position = base.position.wrapping_add(reader.signed()?);
        having(EVIDENCE, &mut || {
            evidence = Some(position.wrapping_sub(reader.signed()?) as u64);
            Some(())
        })?;
        having(VALID_UNTIL, &mut || {
            valid_until = Some(base.micros().wrapping_add(reader.signed()?));
            Some(())
        })?;
        having(AT, &mut || {
            at = Some(base.micros().wrapping_add(reader.signed()?));
            Some(())
        })?;
        having(LAWFUL_FROM, &mut || {
            lawful_from = Some(base.micros().wrapping_add(reader.signed()?));
            Some(())
        })?;
        Some(Record {
            id,
            subject,
            position: position as u64,
            evidence,
            valid_until,
            at,
            lawful_from,
            context,
        })
    }
}

fn read_context(reader: &mut Reader<'_>, texts: &[Arc<str>], hashes: &[Hash]) -> Option<Context> {
    let campaign = match usize::try_from(reader.number()?).ok()? {
        0 => None,
        number => Some(texts.get(number - 1)?.clone()),
    };
    let mut text = || texts.get(usize::try_from(reader.number()?).ok()?).cloned();
    let (asked_by, channel, day) = (text()?, text()?, text()?);
    let (laws, policy_version, purpose) = (text()?, text()?, text()?);
    let mut hash = || hashes.get(usize::try_from(reader.number()?).ok()?).copied();
    let (outcome, shape) = (hash()?, hash()?);
    Some(Context {
        asked_by,
        campaign,
        channel,
        day,
        facts: reader.bytes()?.to_vec(),
        laws,
        outcome,
        policy_version,
        purpose,
        shape,
        named: Named::default(),
    })
}
