//! What every handler shares.

use super::metrics::Metrics;
use super::pages::Language;
use crate::app::App;
use crate::app::mail::Tray;
use chrono_tz::Tz;
use std::net::IpAddr;
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
    /// The proxies that are believed to tell for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// Where mails lie that are not sent, to be shown to who tries the service.
    pub tray: Option<Arc<dyn Tray>>,
    /// Whether the index is built and the service may answer.
    pub ready: Arc<std::sync::atomic::AtomicBool>,
}

impl Site {
    /// Whether cookies may be marked for encrypted connections only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.app.is_https()
    }
}
