//! The report of an audit package: the export's data into the page.

use super::pages::{
    ChoiceCount, Finding, KindCount, Language, ReportHead, ReportRow, Vouched, report_foot,
    report_head, report_row,
};
use crate::app::export::{Report, ReportData, ReportEntry};
use crate::audit::encoding::b64;
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::io::{self, Write};

/// Characters of a commitment that the table shows.
const SHOWN: usize = 12;

/// The report as one HTML file.
#[derive(Debug, Clone)]
pub struct HtmlReport {
    /// In which language.
    pub language: Language,
    /// In which zone times and days are shown; the table itself is in UTC.
    pub zone: Tz,
    /// The package's file name, for the command that checks it.
    pub file_name: String,
}

impl Report for HtmlReport {
    fn head(&self, out: &mut dyn Write, data: &ReportData) -> io::Result<()> {
        report_head(out, &self.page(data))
    }

    fn row(&self, out: &mut dyn Write, entry: &ReportEntry) -> io::Result<()> {
        report_row(out, self.language, &row(entry))
    }

    fn foot(&self, out: &mut dyn Write, rows: u64) -> io::Result<()> {
        report_foot(out, self.language, rows)
    }
}

impl HtmlReport {
    fn page(&self, data: &ReportData) -> ReportHead {
        let query = &data.query;
        // the end is the first instant that is no longer in the period
        let last = query.to.checked_sub_signed(TimeDelta::microseconds(1));
        let last = last
            .filter(|last| *last >= query.from)
            .unwrap_or(query.from);
        ReportHead {
            language: self.language,
            from: query.from.with_timezone(&self.zone).date_naive(),
            to: last.with_timezone(&self.zone).date_naive(),
            controllers: query.controller.iter().map(ToString::to_string).collect(),
            purposes: query.purpose.iter().map(ToString::to_string).collect(),
            campaign: query.campaign.clone(),
            withheld: data.withheld.clone().into_iter().collect(),
            exported_by: data.exported_by.clone(),
            exported_at: data.exported_at.with_timezone(&self.zone),
            origin: data.origin.clone(),
            checkpoint_size: data.checkpoint.size,
            checkpoint_root: b64(&data.checkpoint.root),
            checkpoint_at: data.checkpoint_at.with_timezone(&self.zone),
            entries: data.entries,
            kinds: data.kinds.iter().map(kind).collect(),
            choices: data.choices.iter().map(choice).collect(),
            findings: data.findings.iter().map(finding).collect(),
            vouched: self.vouched(data),
            file_name: self.file_name.clone(),
        }
    }
}

impl HtmlReport {
    fn vouched(&self, data: &ReportData) -> Vec<Vouched> {
        let cosigned = data.cosigned.iter().map(|(name, size, at)| Vouched {
            witness: Some(name.clone()),
            size: *size,
            at: at.with_timezone(&self.zone),
        });
        let stamped = data.stamped.iter().map(|(size, at)| Vouched {
            witness: None,
            size: *size,
            at: at.with_timezone(&self.zone),
        });
        cosigned.chain(stamped).collect()
    }
}

fn kind((kind, count): (&String, &u64)) -> KindCount {
    KindCount {
        kind: kind.clone(),
        count: *count,
    }
}

fn choice(([purpose, channel, status], count): (&[String; 3], &u64)) -> ChoiceCount {
    ChoiceCount {
        purpose: purpose.clone(),
        channel: channel.clone(),
        status: status.clone(),
        count: *count,
    }
}

fn finding(finding: &crate::audit::package::format::Finding) -> Finding {
    Finding {
        position: finding.position,
        text: finding.what.clone(),
    }
}

fn row(entry: &ReportEntry) -> ReportRow {
    let entry = entry.clone();
    ReportRow {
        position: entry.position,
        at: entry.at,
        kind: entry.kind,
        purpose: entry.purpose,
        channel: entry.channel,
        status: entry.status,
        notice: entry.notice,
        source: entry.source,
        commitment: entry
            .commitment
            .map(|text| text.chars().take(SHOWN).collect()),
    }
}
