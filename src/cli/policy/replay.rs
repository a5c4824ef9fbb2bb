//! What a draft would have answered otherwise, in words.

use super::simulate::other;
use crate::app::policies::replay::{Flipped, Replay, Replayed};

/// The whole of it.
pub(super) fn words(found: &Replay, allowed: u64) -> String {
    let mut lines = vec![format!(
        "\n{} recorded decisions decided again; of {} the record does not tell what the draft needs\n",
        found.decisions, found.cannot_be_told
    )];
    lines.extend(found.uses.iter().map(one));
    let (permit, deny) = (found.to_permit(), found.to_deny());
    lines.push(format!(
        "\n{permit} decisions would have been permits, {deny} would have been denials"
    ));
    if permit > allowed {
        lines.push(format!(
            "{permit} denials would have been permits and {allowed} are allowed"
        ));
    }
    lines.join("\n")
}

fn one(one: &Replayed) -> String {
    let named = |text: &str| if text.is_empty() { "-" } else { text }.to_owned();
    let mut text = format!(
        "{} by {}: of {} decisions {} would have been permits, {} denials; {} cannot be told",
        named(&one.purpose),
        named(&one.channel),
        one.decisions,
        one.to_permit,
        one.to_deny,
        one.cannot_be_told
    );
    one.flips
        .iter()
        .for_each(|flips| text.push_str(&told(flips)));
    text
}

fn told(flips: &Flipped) -> String {
    let from = other(flips.to);
    let examples: Vec<String> = flips.examples.iter().map(ToString::to_string).collect();
    format!(
        "\n  {} decisions: {from} {} -> {} {}\n    for example {}",
        flips.decisions,
        flips.recorded,
        flips.to,
        flips.draft,
        examples.join(" ")
    )
}
