//! The command line: exit codes, what stands on which stream, settings and their origin, files
//! and keys.

mod catalogue;
mod doctor;
mod doors;
mod key_file;
pub mod policies;
mod settings;
mod streams;
