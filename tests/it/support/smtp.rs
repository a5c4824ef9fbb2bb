//! A mail server that speaks RFC 5321 on a port of its own: it takes mails, or does what a test has it do.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::process;

/// Where in a conversation something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Connected,
    Recipient,
    /// When the whole message is there.
    Message,
}

/// What the server does with one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Take,
    /// Answers this instead of what is usual.
    Say(Step, &'static str),
    /// Hangs up without a word.
    HangUp(Step),
    /// Says nothing more, and leaves the connection open.
    Fall(Step),
}

/// A mail that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    /// Whether the sender was told that it was taken.
    pub taken: bool,
}

impl Came {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        let line = self.data.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        line.unwrap_or_else(|| panic!("no {name} in {}", self.data))
    }

    /// The parts, with their transfer encoding undone.
    pub fn decoded(&self) -> String {
        let joined = self.data.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((byte, after)) = rest.split_first() {
            let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
            let coded = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
            let coded = coded.filter(|_| *byte == b'=');
            bytes.push(coded.unwrap_or(*byte));
            rest = coded.map_or(after, |_| &after[2..]);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[derive(Default)]
struct State {
    acts: VecDeque<Act>,
    came: Vec<Came>,
    conversations: usize,
}

/// The server; it listens until the tests end.
pub struct Smtp {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Smtp {
    /// Takes whatever comes, once it has done these acts, one a conversation.
    pub fn start(acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            acts: acts.iter().copied().collect(),
            ..State::default()
        }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let act = {
                    let mut state = shared.lock().unwrap();
                    state.conversations += 1;
                    state.acts.pop_front().unwrap_or(Act::Take)
                };
                let shared = shared.clone();
                std::thread::spawn(move || drop(talk(socket, act, &shared)));
            }
        });
        Self { port, state }
    }

    /// What `PLACET_SMTP_URL` takes.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn came(&self) -> Vec<Came> {
        self.state.lock().unwrap().came.clone()
    }

    pub fn conversations(&self) -> usize {
        self.state.lock().unwrap().conversations
    }

    /// Waits until so many mails came.
    #[track_caller]
    pub fn wait(&self, count: usize) -> Vec<Came> {
        let there = process::until(Duration::from_secs(30), || self.came().len() >= count);
        assert!(there, "{count} mails did not come: {:?}", self.came());
        self.came()
    }

    /// Waits until it was called so often.
    #[track_caller]
    pub fn wait_for_calls(&self, count: usize) {
        let there = process::until(Duration::from_secs(30), || self.conversations() >= count);
        assert!(there, "{count} calls: {}", self.conversations());
    }
}

/// Leaves the conversation as the act wants it; `None` where it goes on.
fn act(socket: &mut TcpStream, act: Act, step: Step) -> Option<()> {
    match act {
        Act::Say(at, _) | Act::HangUp(at) | Act::Fall(at) if at != step => None,
        Act::Take => None,
        Act::Say(_, line) => {
            write!(socket, "{line}\r\n").ok()?;
            Some(())
        }
        Act::HangUp(_) => {
            let _ = socket.shutdown(std::net::Shutdown::Both);
            Some(())
        }
        Act::Fall(_) => {
            std::thread::sleep(Duration::from_secs(60));
            Some(())
        }
    }
}

fn talk(mut socket: TcpStream, does: Act, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(socket.try_clone()?);
    if act(&mut socket, does, Step::Connected).is_some() {
        return Ok(());
    }
    write!(socket, "220 double.example ESMTP\r\n")?;
    let mut mail = Came {
        from: String::new(),
        to: Vec::new(),
        data: String::new(),
        taken: false,
    };
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let path = |text: &str| {
            let (_, rest) = text.split_once('<').unwrap_or_default();
            rest.split('>').next().unwrap_or_default().to_owned()
        };
        let answer = match word.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => "250-double.example\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "MAIL" => {
                mail.from = path(line);
                "250 2.1.0 sender noted"
            }
            "RCPT" if mail.from.is_empty() => "503 5.5.1 MAIL comes first",
            "RCPT" => {
                if act(&mut socket, does, Step::Recipient).is_some() {
                    if matches!(does, Act::Say(..)) {
                        continue;
                    }
                    return Ok(());
                }
                mail.to.push(path(line));
                "250 2.1.5 recipient noted"
            }
            "DATA" if mail.to.is_empty() => "503 5.5.1 RCPT comes first",
            "DATA" => {
                write!(socket, "354 end with a dot\r\n")?;
                mail.data = message(&mut lines)?;
                let misbehaves = does != Act::Take && does_at(does) == Step::Message;
                mail.taken = !misbehaves;
                state.lock().unwrap().came.push(mail.clone());
                if misbehaves {
                    act(&mut socket, does, Step::Message);
                    return Ok(());
                }
                "250 2.0.0 taken"
            }
            "NOOP" | "RSET" => "250 2.0.0 so be it",
            "QUIT" => {
                write!(socket, "221 2.0.0 bye\r\n")?;
                return Ok(());
            }
            _ => "502 5.5.2 what?",
        };
        write!(socket, "{answer}\r\n")?;
    }
}

fn does_at(act: Act) -> Step {
    match act {
        Act::Say(step, _) | Act::HangUp(step) | Act::Fall(step) => step,
        Act::Take => Step::Connected,
    }
}

/// The lines up to the dot, unstuffed (RFC 5321, 4.5.2).
fn message(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
