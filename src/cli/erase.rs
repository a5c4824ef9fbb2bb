//! `placet erase`: everything of a person goes.

use super::check::PersonArgs;
use super::config::Config;
use super::hold::whom;
use super::open;
use super::output::{Exit, Failure, print};
use crate::access::{EraseSubjects, Grant, Principal, authorize};
use crate::app::Refusal;
use crate::app::erase::ErasureClaim;
use crate::http::api::erasures::ErasureView;
use clap::Args;

/// Erases a person.
#[derive(Args)]
#[command(
    after_help = "Example: placet erase --email anne@example.fr --reason data_subject_request --reference DSR-2026-0117"
)]
pub struct EraseArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// By the id that lookup gives
    #[arg(long, value_name = "ID", conflicts_with_all = ["email", "phone", "id"])]
    subject: Option<String>,
    /// On which ground: `data_subject_request`, `retention_expired`, `consent_withdrawn`, `objection`,
    /// `unlawful`, `legal_obligation`, `child`
    #[arg(long)]
    reason: String,
    /// The number of the request that this answers; it stays in the log, so never a name
    #[arg(long)]
    reference: Option<String>,
    /// Do not keep the contact points' keyed hashes on the suppression list
    #[arg(long)]
    without_suppression: bool,
    /// Ask no registered system to erase, and tell no recipient
    #[arg(long)]
    without_systems: bool,
}

/// Runs `placet erase`.
///
/// # Errors
/// Where nobody is known, or it could not be done.
pub fn run(args: &EraseArgs, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    let app = open(config)?;
    let grant: Grant<EraseSubjects> = authorize(&Principal::Operator).map_err(Refusal::from)?;
    let whom = whom(&args.person, args.subject.as_deref(), &app)?;
    let claim = ErasureClaim {
        reason: args.reason.clone(),
        keep_suppression: !args.without_suppression,
        reference: args.reference.clone(),
        systems: !args.without_systems,
    };
    let erasing = app.erase(&grant, whom, claim, app.now(), None);
    let view = ErasureView::of(actix_web::rt::System::new().block_on(erasing)?);
    if as_json {
        let text = serde_json::to_string(&view);
        return print(&text.map_err(|error| Failure::failed(error.to_string()))?);
    }
    print(&tell(&view))
}

fn tell(view: &ErasureView) -> String {
    let position = view.position;
    if view.already_erased {
        return format!("was erased before: entry {position}");
    }
    format!(
        "erased: entry {position}; {} record(s), the content of {} entries; {} keyed hash(es) on the suppression \
         list; {} system(s) and recipient(s) asked",
        view.records, view.entries, view.suppressed, view.systems
    )
}
