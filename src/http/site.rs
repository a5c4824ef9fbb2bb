//! What every handler shares.

use super::metrics::Metrics;
use super::pages::Language;
use crate::app::App;
use chrono_tz::Tz;
use std::sync::Arc;

/// The service as handlers see it.
pub struct Site {
    /// The use cases.
    pub app: Arc<App>,
    /// Counters and timings.
    pub metrics: Metrics,
    /// The time zone that pages speak in.
    pub timezone: Tz,
    /// The language of pages where the browser asks for none that we have.
    pub language: Language,
    /// Whether the index is built and the service may answer.
    pub ready: Arc<std::sync::atomic::AtomicBool>,
}

impl Site {
    /// Whether cookies may be marked for encrypted connections only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.app.public_url().starts_with("https://")
    }
}
