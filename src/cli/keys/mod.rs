//! `placet keys …`: the keys of a registry.

mod epochs;
mod masters;
mod signing;

use super::config::Config;
use super::output::{Exit, Failure};
use clap::Subcommand;

/// `placet keys …`
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Tell which master keys open the registry, the key epochs, and which keys sign the log from which of its sizes
    /// to which; no secret
    #[command(after_help = "Example: placet keys list")]
    List,
    /// Begin the next key epoch and wrap every person's key under it, beside the running service
    #[command(after_help = "\
Examples:
  placet keys rotate-epoch
  placet keys rotate-epoch --wait 30

Makes the next epoch's key file, asks every running node whether it holds the file, begins the epoch, and wraps
everybody's key again. Where a node lacks the file, it stops before anything has changed: copy the file to that
node's key directory and run it again. What was broken off goes on when it is run again.")]
    RotateEpoch(epochs::RotateArgs),
    /// Destroy a key epoch's file: what older backups hold of persons cannot be opened any more
    #[command(after_help = "\
Example: placet keys destroy-epoch 2 --as dpo

Only where nobody's key is wrapped under it any more (placet keys rotate-epoch). Run it on every node: each has its
own copy of the file. Destroy the copies in the backup of the key files as well: they are no concern of placet's.")]
    DestroyEpoch(epochs::DestroyArgs),
    /// Let another master key open the registry beside the present one, until that is forgotten
    #[command(after_help = "\
Examples:
  placet keys replace-master --new-key-file /etc/placet/master-2.key
  placet keys replace-master --new-key-command \"/usr/local/bin/fetch-key placet-2\"

Makes the file where it is not there. Nothing else changes, running nodes go on, and each starts with either key. Give
every node the new one (master_key_file), then end the old one: placet keys forget-master. What was copied before, the
old key still opens; and whoever had the root of the registry has it.")]
    ReplaceMaster(masters::ReplaceArgs),
    /// Forget one of two master keys: it opens this registry no more
    #[command(after_help = "\
Example: placet keys forget-master 9c1fb4d0a3e57f26 --as dpo

Only whoever holds the one that stays can do it: run it with that as master_key_file. Running nodes are asked first by
which key they would start again. Either of the two may go: so a replacement is given up, too.")]
    ForgetMaster(masters::ForgetArgs),
    /// Make a key that signs the log beside the present one, until that is retired
    #[command(after_help = "\
Example: placet keys rotate-signing

Checkpoints bear both signatures from here on. Give the new key to witnesses and to whoever checks
the log, then end the old one: placet keys retire-signing")]
    RotateSigning,
    /// End the older of two signing keys: only the newer one signs from here on
    #[command(after_help = "Example: placet keys retire-signing")]
    RetireSigning,
    /// Begin with a new signing key, since the one before is lost: breaks the chain of keys
    #[command(after_help = "\
Example: placet keys replace-lost-signing --reason \"the disk died, and the backup with it\"

Only where a key that signs cannot be opened any more. The reason is published in the log. Whoever
checks the log must be given the new key, by another way than the log.")]
    ReplaceLostSigning(signing::LostArgs),
}

/// Runs `placet keys …`.
///
/// # Errors
/// Where it could not be done.
pub fn run(command: &KeysCommand, config: &Config, as_json: bool) -> Result<Exit, Failure> {
    match command {
        KeysCommand::List => epochs::list(config, as_json),
        KeysCommand::RotateEpoch(args) => epochs::rotate(args, config, as_json),
        KeysCommand::DestroyEpoch(args) => epochs::destroy(args, config, as_json),
        KeysCommand::ReplaceMaster(args) => masters::replace(args, config, as_json),
        KeysCommand::ForgetMaster(args) => masters::forget(args, config, as_json),
        KeysCommand::RotateSigning => signing::rotate(config, as_json),
        KeysCommand::RetireSigning => signing::retire(config, as_json),
        KeysCommand::ReplaceLostSigning(args) => signing::replace_lost(args, config, as_json),
    }
}
