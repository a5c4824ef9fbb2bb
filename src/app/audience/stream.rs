//! A list as it streams: a piece at a time, so that memory does not grow with it.

use super::{Audience, AudienceQuery, Lists, Tally};
use crate::access::{CheckDecisions, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::audience::{Format, Header, HeaderError, LONGEST, Layout};
use std::io::{self, Read, Write};

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;
/// Most bytes that are answered for at a time. A list begins with one piece and takes ever more, so that a short one, or
/// one that comes slowly, is answered soon.
const MOST: usize = 2 * 1024 * 1024;

/// A list was not filtered, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum AudienceError {
    /// Purpose or channel is unknown, or the log cannot be written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The first line cannot be used.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The list cannot be read on.
    #[error("the list cannot be read: {0}")]
    Input(io::Error),
    /// The answer cannot be written.
    #[error("the answer cannot be written: {0}")]
    Output(io::Error),
}

/// Where a list comes from and where its lines go.
pub struct Streams<'a> {
    /// The list.
    pub input: &'a mut dyn Read,
    /// The permitted lines, the header first.
    pub permitted: &'a mut dyn Write,
    /// The refused lines, each with its reason, the header first.
    pub refused: Option<&'a mut dyn Write>,
    /// Told how many bytes were read.
    pub progress: &'a dyn Fn(u64),
}

/// How the list is written.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// CSV or JSON lines.
    pub format: Format,
    /// The one column that names the person, where several could.
    pub only: Option<&'static str>,
}

impl App {
    /// Filters a list. Blocks. What was answered before it broke off is recorded as such.
    ///
    /// # Errors
    /// See [`AudienceError`]. Before the first line is written nothing was begun.
    pub fn filter_list(
        &self,
        grant: &Grant<CheckDecisions>,
        query: AudienceQuery,
        reading: Reading,
        mut streams: Streams<'_>,
    ) -> Result<Tally, AudienceError> {
        self.audience_query(grant, &query)
            .map_err(Refusal::Invalid)?;
        let mut list = List::default();
        let (layout, heading) = list.layout(reading, &mut streams)?;
        let mut audience = self.audience(grant, query, layout)?;
        audience.heading(&heading);
        match list.filter(self, &mut audience, &mut streams) {
            Ok(()) => Ok(audience.finish()?),
            Err(error) => {
                audience.broke_off()?;
                Err(error)
            }
        }
    }
}

/// What was read and not yet answered for.
#[derive(Default)]
struct List {
    /// Room for what is read, taken once.
    room: Vec<u8>,
    /// How much of it is filled.
    filled: usize,
    read: u64,
    ended: bool,
}

impl List {
    fn waiting(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default()
    }

    fn fill(&mut self, streams: &mut Streams<'_>) -> Result<(), AudienceError> {
        let wanted = self.filled + PIECE;
        if self.room.len() < wanted {
            self.room.resize(wanted, 0);
        }
        let room = self.room.get_mut(self.filled..wanted).unwrap_or_default();
        let read = read_full(streams.input, room).map_err(AudienceError::Input)?;
        self.filled += read;
        self.ended = read < PIECE;
        self.read += read as u64;
        (streams.progress)(self.read);
        Ok(())
    }

    /// Forgets what was answered for.
    fn drop_first(&mut self, taken: usize) {
        let taken = taken.min(self.filled);
        self.room.copy_within(taken..self.filled, 0);
        self.filled -= taken;
    }

    /// Reads the first line of a CSV file and passes it on; it is returned, too.
    fn layout(
        &mut self,
        reading: Reading,
        streams: &mut Streams<'_>,
    ) -> Result<(Layout, Vec<u8>), AudienceError> {
        if reading.format == Format::JsonLines {
            return Ok((Layout::JsonLines, Vec::new()));
        }
        while !self.ended && !self.waiting().contains(&b'\n') && self.filled < LONGEST {
            self.fill(streams)?;
        }
        let waiting = self.waiting();
        let end = memchr::memchr(b'\n', waiting).map_or(waiting.len(), |end| end + 1);
        let line = waiting.get(..end).unwrap_or_default().to_vec();
        self.drop_first(end);
        let names = line.strip_suffix(b"\n").unwrap_or(&line);
        let names = names.strip_suffix(b"\r").unwrap_or(names);
        let header = Header::read(names, reading.only)?;
        let with_reason = header.with_reason(&line);
        write(streams.permitted, &line)?;
        if let Some(refused) = &mut streams.refused {
            write(*refused, &with_reason)?;
        }
        Ok((Layout::Csv(header), line))
    }

    fn filter(
        &mut self,
        app: &App,
        audience: &mut Audience<'_>,
        streams: &mut Streams<'_>,
    ) -> Result<(), AudienceError> {
        let mut lists = Lists {
            refused: streams.refused.is_some().then(Vec::new),
            ..Lists::default()
        };
        let mut wanted = 0;
        loop {
            while !self.ended && self.filled < wanted {
                self.fill(streams)?;
            }
            let piece = self.waiting();
            let taken = audience.answer(piece, self.ended, || app.catches_up());
            while audience.pass(piece, &mut lists) {
                lists.write(streams)?;
            }
            self.drop_first(taken);
            if self.ended && (taken == 0 || self.filled == 0) {
                return Ok(());
            }
            wanted = MOST.min(PIECE.max(2 * wanted));
        }
    }
}

impl Lists {
    /// Writes the lines where they go.
    fn write(&mut self, streams: &mut Streams<'_>) -> Result<(), AudienceError> {
        write(streams.permitted, &self.permitted)?;
        self.permitted.clear();
        if let (Some(to), Some(refused)) = (&mut streams.refused, &mut self.refused) {
            write(*to, refused)?;
            refused.clear();
        }
        Ok(())
    }
}

fn write(to: &mut dyn Write, bytes: &[u8]) -> Result<(), AudienceError> {
    to.write_all(bytes).map_err(AudienceError::Output)
}

/// Reads until `room` is full or nothing more comes.
fn read_full(input: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = room.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
