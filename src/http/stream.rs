//! An answer on its way: written by a thread that may wait, sent as it is written, so that memory
//! does not grow with it.

use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use std::io::{self, BufWriter, Write};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes that are sent at a time.
const CHUNK: usize = 64 * 1024;
/// Chunks that wait for a slow reader.
const AHEAD: usize = 16;

/// A piece of the answer, or that it broke off.
pub type Chunk = Result<Bytes, io::Error>;

/// Where the thread writes.
pub struct Out(Sender<Chunk>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both ends of an answer: where the thread writes, how it says that it broke off, and what arrives.
#[must_use]
pub fn pipe() -> (BufWriter<Out>, Break, Receiver<Chunk>) {
    let (sender, receiver) = channel(AHEAD);
    let out = BufWriter::with_capacity(CHUNK, Out(sender.clone()));
    (out, Break(sender), receiver)
}

/// Breaks the connection: whoever reads learns that the answer is not whole.
pub struct Break(Sender<Chunk>);

impl Break {
    /// Says so; nobody may be reading any more.
    pub fn off(self, what: &'static str) {
        drop(self.0.blocking_send(Err(io::Error::other(what))));
    }
}

/// The body of an answer whose first piece has arrived.
pub fn body(first: Bytes, rest: Receiver<Chunk>) -> impl Stream<Item = Chunk> {
    stream::unfold((Some(first), rest), |(first, mut rest)| async move {
        match first {
            Some(first) => Some((Ok(first), (None, rest))),
            None => rest.recv().await.map(|chunk| (chunk, (None, rest))),
        }
    })
}
