//! What every handler shares.

use super::hosts::Hosts;
use super::leaving::Leaving;
use super::limits::Limits;
use super::metrics::Metrics;
use super::pages::Language;
use crate::app::App;
use crate::app::mail::Tray;
use chrono_tz::Tz;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a request may take to arrive: who sends a byte a second holds nobody up.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Its head.
    pub head: Duration,
    /// Its body.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(30),
        }
    }
}

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
    /// The three host names, where they are set.
    pub hosts: Option<Hosts>,
    /// Where mails lie that are not sent, to be shown to who tries the service.
    pub tray: Option<Arc<dyn Tray>>,
    /// Whether clients may show certificates of their own on the line.
    pub asks_for_certificates: bool,
    /// How long a request may take to arrive.
    pub patience: Patience,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Whether the index is built and the service may answer.
    pub ready: Arc<std::sync::atomic::AtomicBool>,
    /// Whether it was told to end.
    pub leaving: Leaving,
}

impl Site {
    /// What the API's addresses begin with.
    #[must_use]
    pub fn api_url(&self) -> String {
        let host = self.hosts.as_ref().map(|hosts| hosts.api.as_str());
        self.app.base_at(host)
    }

    /// Whether cookies may be marked for encrypted connections only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.app.is_https()
    }
}
