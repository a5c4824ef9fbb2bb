//! Bodies in chunks that nobody reads. Whoever is refused before their body was read would keep the connection
//! for as long as the body does not end: the library waits for the last chunk, without a limit. While somebody
//! holds such a body it hangs up instead, and so we hold it for a while.

use super::site::Patience;
use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::rt::{spawn, time::sleep};
use actix_web::web::Bytes;
use futures_util::Stream;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// A body in chunks, as far as it was read.
#[derive(Clone)]
pub struct Chunked(Rc<RefCell<Held>>);

struct Held {
    payload: Payload,
    ended: bool,
}

impl Chunked {
    /// Takes hold of a request's body, where it comes in chunks.
    #[must_use]
    pub fn of(request: &mut ServiceRequest) -> Option<Self> {
        request.headers().get(header::TRANSFER_ENCODING)?;
        let (payload, ended) = (request.take_payload(), false);
        let held = Self(Rc::new(RefCell::new(Held { payload, ended })));
        let payload = Box::pin(held.clone());
        request.set_payload(Payload::Stream { payload });
        Some(held)
    }

    /// The request is answered: what was not read is held until the connection has ended.
    pub fn answered(self, patience: Patience) {
        if !self.0.borrow().ended {
            spawn(async move {
                sleep(patience.body).await;
                drop(self);
            });
        }
    }
}

impl Stream for Chunked {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut held = self.0.borrow_mut();
        let piece = ready!(Pin::new(&mut held.payload).poll_next(context));
        held.ended = !matches!(piece, Some(Ok(_)));
        Poll::Ready(piece)
    }
}
