//! A wire between a node and its database that can be cut: nothing passes then, in either direction, and nobody is told.
//! It can be led to another database, as an address is that moves to a standby.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

const TURN: Duration = Duration::from_millis(10);

struct State {
    target: AtomicU16,
    cut: AtomicBool,
    /// Connections of an earlier target are over.
    target_number: AtomicUsize,
    over: AtomicBool,
}

/// The wire; gone when dropped.
pub struct Wire {
    port: u16,
    state: Arc<State>,
}

impl Wire {
    /// A wire to a port of this machine.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("not to wait");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State {
            target: AtomicU16::new(target),
            cut: AtomicBool::new(false),
            target_number: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let shared = state.clone();
        std::thread::spawn(move || {
            while !shared.over.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((near, _)) => {
                        let shared = shared.clone();
                        std::thread::spawn(move || carry(near, &shared));
                    }
                    Err(_) => sleep(TURN),
                }
            }
        });
        Self { port, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes.
    pub fn cut(&self) {
        self.state.cut.store(true, Ordering::SeqCst);
    }

    /// What was held back passes, and whatever comes.
    pub fn heal(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
    }

    /// Leads elsewhere; who is connected is sent away.
    pub fn leads_to(&self, target: u16) {
        self.state.target.store(target, Ordering::SeqCst);
        self.state.target_number.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
    }
}

impl State {
    /// Waits while the wire is cut; whether this connection still stands then.
    fn passes(&self, number: usize) -> bool {
        let stands = || {
            !self.over.load(Ordering::SeqCst) && self.target_number.load(Ordering::SeqCst) == number
        };
        while self.cut.load(Ordering::SeqCst) && stands() {
            sleep(TURN);
        }
        stands()
    }
}

fn carry(near: TcpStream, state: &Arc<State>) {
    let number = state.target_number.load(Ordering::SeqCst);
    if !state.passes(number) {
        return;
    }
    let Ok(far) = TcpStream::connect(("127.0.0.1", state.target.load(Ordering::SeqCst))) else {
        return;
    };
    let (from, to) = (
        near.try_clone().expect("a copy"),
        far.try_clone().expect("a copy"),
    );
    let shared = state.clone();
    let back = std::thread::spawn(move || pump(far, near, &shared, number));
    pump(from, to, state, number);
    back.join().expect("the way back");
}

fn pump(mut from: TcpStream, mut to: TcpStream, state: &State, number: usize) {
    from.set_read_timeout(Some(TURN)).expect("a limit");
    let mut bytes = vec![0; 1 << 16];
    while state.passes(number) {
        let read = match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                continue;
            }
            Err(_) => break,
        };
        if !state.passes(number) || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
