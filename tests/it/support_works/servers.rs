//! The program starts on both databases, is asked, and ends.

use crate::support::http::raw;
use crate::support::process;
use crate::support::server::{Server, cli};

on_both! {
    /// Serves, dies, and serves the same database again.
    fn a_server_is_ready_dies_and_comes_back(db: &Db) {
        let mut server = Server::start(db);
        server.http().get("/healthz").expect(200);
        let port = server.port();
        server.kill9();
        assert!(!process::listens(port));
        let mut server = Server::start(db);
        let answer = raw(server.port(), b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        server.terminate();
    }

    fn a_wrong_command_is_wrong_use(db: &Db) {
        let output = cli(db, &["no-such-command"]);
        assert_eq!((output.code, output.stdout.as_str()), (2, ""));
        assert!(output.stderr.contains("no-such-command"), "{output:?}");
    }

    fn the_database_can_be_changed_behind_the_programs_back(db: &Db) {
        db.tamper("CREATE TABLE mine (n int)");
        db.tamper("INSERT INTO mine VALUES (1); UPDATE mine SET n = 2");
    }
}
