//! Whoever comes while too many writes wait is sent away at once, and those that wait are served.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::testing::TestApp;
use crate::access::{Grant, RecordConsents};
use crate::store::{MOST_WRITES, Order, Recorded, StoreError};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::task::Poll;

/// Whether it waits, once it was begun.
async fn waits<F: Future>(one: &mut Pin<Box<F>>) -> bool {
    poll_fn(|context| Poll::Ready(one.as_mut().poll(context).is_pending())).await
}

#[test]
fn where_too_many_wait_the_next_is_sent_away() {
    let home = TestApp::new();
    let app = &home.app;
    let grant: Grant<RecordConsents> = TestApp::grant();
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let order = || Order::at(app.now());
    let refused = |error| Err::<Recorded<()>, StoreError>(error);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        // the writer is busy with the first
        let slow = app.store.write(&grant, order(), move |_| {
            let _gone = wait.lock().unwrap().recv();
            refused(StoreError::KeyReused)
        });
        let mut slow = Box::pin(slow);
        assert!(waits(&mut slow).await);
        let one = || {
            Box::pin(
                app.store
                    .write(&grant, order(), move |_| refused(StoreError::KeyReused)),
            )
        };
        let mut waiting: Vec<_> = (1..MOST_WRITES).map(|_| one()).collect();
        for write in &mut waiting {
            assert!(waits(write).await);
        }
        assert!(matches!(one().await, Err(StoreError::Crowded)));
        drop(go);
        for write in waiting {
            assert!(matches!(write.await, Err(StoreError::KeyReused)));
        }
        assert!(matches!(slow.await, Err(StoreError::KeyReused)));
        assert!(
            matches!(one().await, Err(StoreError::KeyReused)),
            "there is room again"
        );
    });
}
