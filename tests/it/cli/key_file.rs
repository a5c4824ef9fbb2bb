//! The master key's file: made once, for its owner alone, and belonging to one registry.

use std::fs::{Permissions, metadata, set_permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::database::Db;
use crate::support::server::{Output, Server, cli};

fn create(db: &Db) -> Output {
    cli(db, &["api-key", "create", "--name", "x", "--role", "dpo"])
}

#[track_caller]
fn refused(output: &Output, word: &str) {
    assert_ne!(output.code, 0, "{output:?}");
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains(word), "{output:?}");
}

on_both! {
    fn it_is_made_once_for_its_owner_alone(db: &Db) {
        let file = db.data_dir().join("master.key");
        let first = create(db);
        assert_eq!(first.code, 0, "{first:?}");
        assert!(first.stderr.contains(&file.display().to_string()), "its path is printed: {first:?}");
        assert_eq!(metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let key = std::fs::read(&file).unwrap();
        let second = create(db);
        assert_eq!((second.code, second.stderr.as_str()), (0, ""));
        assert_eq!(std::fs::read(&file).unwrap(), key);
        assert_ne!(first.stdout, second.stdout, "each key is another");
    }

    fn one_that_others_can_read_is_refused(db: &Db) {
        assert_eq!(create(db).code, 0);
        let file = db.data_dir().join("master.key");
        for mode in [0o644, 0o640, 0o604, 0o660] {
            set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            refused(&create(db), "chmod 600");
            let mut server = Server::spawn(db, &[], &[]);
            assert_ne!(server.await_exit().code(), Some(0));
        }
        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(create(db).code, 0);
    }

    /// A damaged key and another registry's key are told apart from an empty place, where a new
    /// one would be made and nothing could ever be read again.
    fn another_key_is_refused(db: &Db) {
        assert_eq!(create(db).code, 0);
        let file = db.data_dir().join("master.key");
        let own = std::fs::read(&file).unwrap();
        for broken in ["", "AAAA", "not base64 at all!"] {
            std::fs::write(&file, broken).unwrap();
            refused(&create(db), "damaged");
        }
        let other = Db::sqlite();
        assert_eq!(create(&other).code, 0);
        std::fs::copy(other.data_dir().join("master.key"), &file).unwrap();
        refused(&create(db), "does not belong to this database");
        let mut server = Server::spawn(db, &[], &[]);
        assert_ne!(server.await_exit().code(), Some(0));
        // the file is gone: a new key is no key of this registry
        std::fs::remove_file(&file).unwrap();
        refused(&create(db), "does not belong to this database");
        std::fs::write(&file, own).unwrap();
        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(create(db).code, 0);
    }
}
