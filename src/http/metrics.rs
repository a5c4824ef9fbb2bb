//! Counters and timings for Prometheus. Labels are routes and statuses, never anything of a person.

use crate::app::clock::ClockState;
use crate::app::policies::shadow::Shadow;
use crate::app::timestamps::StampState;
use crate::domain::registry::Register;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::sync::Mutex;

/// The route that is asked before every message.
pub const CHECKS: &str = "/v1/checks";

/// The service's metrics.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    decisions: IntCounterVec,
    /// Checks that were answered, found without looking their labels up.
    checks: (IntCounter, Histogram),
    repeats: IntCounter,
    differences: IntCounter,
    elsewhere: IntCounterVec,
    taking_over: Mutex<()>,
    position: IntGauge,
    persons: IntGauge,
    shadow_checks: IntGauge,
    shadow_differing: IntGaugeVec,
    register_days_left: IntGaugeVec,
    clock_behind: IntGauge,
    clock_jumps: IntGaugeVec,
    stamped_at: IntGauge,
    stamp_failing: IntGauge,
    mails_waiting: IntGauge,
    mails_dead: IntGauge,
    requests_due: IntGauge,
    requests_overdue: IntGauge,
    keys_ending: IntGauge,
    keys_over: IntGauge,
}

impl Metrics {
    /// Counts the mails of the queue.
    pub fn mails(&self, (waiting, dead): (u64, u64)) {
        self.mails_waiting.set(waiting as i64);
        self.mails_dead.set(dead as i64);
    }

    /// Counts the requests of data subjects whose last day is near, and those that are late.
    pub fn requests_due(&self, (due, overdue): (u64, u64)) {
        self.requests_due.set(due as i64);
        self.requests_overdue.set(overdue as i64);
    }

    /// Counts the keys that end soon, and those that are over.
    pub fn keys(&self, (ending, over): (usize, usize)) {
        self.keys_ending.set(ending as i64);
        self.keys_over.set(over as i64);
    }

    /// Registers the metrics.
    ///
    /// # Errors
    /// Never in practice: the names are distinct.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("placet_http_requests_total", "Requests answered"),
            &["route", "status"],
        )?;
        let buckets = vec![
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
        ];
        let timing =
            HistogramOpts::new("placet_http_request_seconds", "Time to answer").buckets(buckets);
        let seconds = HistogramVec::new(timing, &["route"])?;
        let decisions = IntCounterVec::new(
            Opts::new("placet_decisions_total", "Decisions made"),
            &["decision", "reason"],
        )?;
        let repeats = IntCounter::new(
            "placet_policy_repeats_total",
            "Checks that Cedar has repeated",
        )?;
        let differences = IntCounter::new(
            "placet_policy_differences_total",
            "Checks that Cedar answered otherwise than the compiled policies",
        )?;
        let elsewhere = IntCounterVec::new(
            Opts::new(
                "placet_elsewhere_total",
                "Checks and lines about persons whom this node does not hold, by who answered",
            ),
            &["by"],
        )?;
        let position = IntGauge::new(
            "placet_index_position",
            "Ledger entries that the index has taken in",
        )?;
        let persons = IntGauge::new("placet_index_persons", "Data subjects in the index")?;
        let shadow_checks = IntGauge::new(
            "placet_shadow_checks",
            "Checks that a draft was asked about beside the live version",
        )?;
        let shadow_differing = IntGaugeVec::new(
            Opts::new(
                "placet_shadow_differing",
                "Checks on which that draft differs",
            ),
            &["live", "live_reason", "draft", "draft_reason"],
        )?;
        let register_days_left = IntGaugeVec::new(
            Opts::new(
                "placet_register_days_left",
                "Days for which a register's list may still be used; below 0 it counts as not loaded",
            ),
            &["register"],
        )?;
        let clock_behind = IntGauge::new(
            "placet_clock_behind_seconds",
            "Seconds by which the clock is behind the last entry of the log",
        )?;
        let clock_jumps = IntGaugeVec::new(
            Opts::new("placet_clock_jumps", "Jumps of the clock since the start"),
            &["direction"],
        )?;
        let stamped_at = IntGauge::new(
            "placet_timestamp_last_seconds",
            "Time of the last timestamp of a checkpoint, in seconds since 1970; 0 for none",
        )?;
        let stamp_failing = IntGauge::new(
            "placet_timestamp_failing",
            "1 where the timestamping authority failed when it was asked last",
        )?;
        let mails_waiting = IntGauge::new("placet_mails_waiting", "Mails that are to go out")?;
        let mails_dead = IntGauge::new("placet_mails_dead", "Mails that were given up")?;
        let requests_due = IntGauge::new(
            "placet_requests_due",
            "Open requests of data subjects whose last day is within seven days",
        )?;
        let requests_overdue = IntGauge::new(
            "placet_requests_overdue",
            "Open requests of data subjects whose last day is over",
        )?;
        let keys_ending = IntGauge::new(
            "placet_api_keys_ending",
            "API keys and clients that end within 30 days",
        )?;
        let keys_over = IntGauge::new(
            "placet_api_keys_over",
            "API keys and clients whose time is over and that nobody revoked",
        )?;
        registry.register(Box::new(keys_ending.clone()))?;
        registry.register(Box::new(keys_over.clone()))?;
        registry.register(Box::new(requests_due.clone()))?;
        registry.register(Box::new(requests_overdue.clone()))?;
        registry.register(Box::new(mails_waiting.clone()))?;
        registry.register(Box::new(mails_dead.clone()))?;
        registry.register(Box::new(clock_behind.clone()))?;
        registry.register(Box::new(clock_jumps.clone()))?;
        registry.register(Box::new(stamped_at.clone()))?;
        registry.register(Box::new(stamp_failing.clone()))?;
        registry.register(Box::new(register_days_left.clone()))?;
        registry.register(Box::new(shadow_checks.clone()))?;
        registry.register(Box::new(shadow_differing.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(decisions.clone()))?;
        registry.register(Box::new(repeats.clone()))?;
        registry.register(Box::new(differences.clone()))?;
        registry.register(Box::new(elsewhere.clone()))?;
        registry.register(Box::new(position.clone()))?;
        registry.register(Box::new(persons.clone()))?;
        let checks = (
            requests.with_label_values(&[CHECKS, "200"]),
            seconds.with_label_values(&[CHECKS]),
        );
        Ok(Self {
            registry,
            requests,
            seconds,
            decisions,
            checks,
            repeats,
            differences,
            elsewhere,
            taking_over: Mutex::new(()),
            position,
            persons,
            shadow_checks,
            shadow_differing,
            register_days_left,
            clock_behind,
            clock_jumps,
            mails_waiting,
            mails_dead,
            requests_due,
            requests_overdue,
            keys_ending,
            keys_over,
            stamped_at,
            stamp_failing,
        })
    }

    /// Counts a request.
    pub fn answered(&self, route: &str, status: u16, seconds: f64) {
        if status == 200 && route == CHECKS {
            let (count, timing) = &self.checks;
            count.inc();
            return timing.observe(seconds);
        }
        let mut digits = itoa(status);
        self.requests
            .with_label_values(&[route, digits.make()])
            .inc();
        self.seconds.with_label_values(&[route]).observe(seconds);
    }

    /// Counts a decision.
    pub fn decided(&self, permit: bool, reason: &str) {
        self.decisions
            .with_label_values(&[if permit { "permit" } else { "deny" }, reason])
            .inc();
    }

    /// Takes over what a shadow has counted.
    pub fn shadowed(&self, shadow: &Shadow) {
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.shadow_checks.set(whole(shadow.asked()));
        for one in shadow.differing() {
            let labels = [one.live, &one.live_reason, one.draft, &one.draft_reason];
            let gauge = self.shadow_differing.with_label_values(&labels);
            gauge.set(whole(one.checks));
        }
    }

    /// Takes over for how many days each register's list may still be used.
    pub fn registers(&self, days_left: &[(Register, i64)]) {
        for (register, days) in days_left {
            let gauge = &self.register_days_left;
            gauge.with_label_values(&[register.as_str()]).set(*days);
        }
    }

    /// Takes over how the clock stands.
    pub fn clock(&self, state: ClockState) {
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.clock_behind.set(state.behind);
        let jumps = |direction| self.clock_jumps.with_label_values(&[direction]);
        jumps("back").set(whole(state.back));
        jumps("forward").set(whole(state.forward));
    }

    /// Takes over how timestamps stand.
    pub fn stamped(&self, state: &StampState) {
        self.stamped_at.set(state.last.map_or(0, |last| last.1));
        self.stamp_failing.set(i64::from(state.failure.is_some()));
    }

    /// Takes over how many checks were repeated, and how many differed.
    pub fn repeated(&self, (repeats, differences): (u64, u64)) {
        // one at a time, so that nothing is counted twice
        let _alone = self.taking_over.lock();
        let more =
            |counter: &IntCounter, now: u64| counter.inc_by(now.saturating_sub(counter.get()));
        more(&self.repeats, repeats);
        more(&self.differences, differences);
    }

    /// Takes over how many checks and lines other nodes answered, and how many the database.
    pub fn elsewhere(&self, (nodes, database): (u64, u64)) {
        let _alone = self.taking_over.lock();
        for (by, now) in [("nodes", nodes), ("database", database)] {
            let counter = self.elsewhere.with_label_values(&[by]);
            counter.inc_by(now.saturating_sub(counter.get()));
        }
    }

    /// As Prometheus reads it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn text(&self, position: u64, persons: usize) -> Result<String, prometheus::Error> {
        self.position
            .set(i64::try_from(position).unwrap_or(i64::MAX));
        self.persons.set(i64::try_from(persons).unwrap_or(i64::MAX));
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A status as text without an allocation.
struct Digits(u16, [u8; 3]);

const fn itoa(status: u16) -> Digits {
    Digits(status, [b'0'; 3])
}

impl Digits {
    fn make(&mut self) -> &str {
        let mut rest = self.0;
        for digit in self.1.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        std::str::from_utf8(&self.1).unwrap_or("000")
    }
}
