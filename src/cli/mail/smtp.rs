//! Mails by SMTP, one connection a mail, encrypted unless the server is on this machine.

use crate::app::mail::{Mail, Postman, Undelivered};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error;
use lettre::{Address, SmtpTransport, Transport};
use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server says of who it does not know yet, and not of this mail: an operator can mend it.
const NOT_OF_THE_MAIL: [u16; 4] = [530, 534, 535, 538];

/// A mail server.
pub struct Smtp {
    transport: SmtpTransport,
    from: Address,
}

impl Smtp {
    /// A server by its address: `smtps://user:password@host`, or `smtp://…?tls=required` for one that
    /// begins in clear.
    ///
    /// # Errors
    /// Which setting is wrong, and how to mend it.
    pub fn new(url: &str, from: &str) -> Result<Self, (&'static str, &'static str)> {
        let encrypted = url.starts_with("smtps://") || url.contains("tls=required");
        if !encrypted && !is_here(url) {
            let mend = "must begin with smtps:// or end with ?tls=required, unless the server is on this machine; or be folder";
            return Err(("smtp_url", mend));
        }
        let built = SmtpTransport::from_url(url).map_err(|_| {
            (
                "smtp_url",
                "must be like smtps://user:password@mail.example.com",
            )
        })?;
        let from = from
            .parse()
            .map_err(|_| ("mail_from", "must be the address that mails come from"))?;
        Ok(Self {
            transport: built.timeout(Some(PATIENCE)).build(),
            from,
        })
    }

    fn message(&self, mail: &Mail<'_>) -> Option<Message> {
        let written = &mail.written;
        let raw = |name: &str, value: &str| {
            let name = HeaderName::new_from_ascii(name.to_owned()).ok()?;
            Some(HeaderValue::new(name, value.to_owned()))
        };
        let brand: String = mail.brand.chars().filter(|c| !c.is_control()).collect();
        let parts = MultiPart::alternative_plain_html(written.text.clone(), written.html.clone());
        Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.domain())))
            .date(SystemTime::from(mail.at))
            .from(Mailbox::new(Some(brand), self.from.clone()))
            .to(Mailbox::new(None, mail.to.reveal().parse().ok()?))
            .subject(&written.subject)
            .raw_header(raw("Auto-Submitted", "auto-generated")?)
            .raw_header(raw("Content-Language", written.language)?)
            .multipart(parts)
            .ok()
    }
}

/// Whether an address leads to this machine.
fn is_here(url: &str) -> bool {
    let rest = url.strip_prefix("smtp://").unwrap_or_default();
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

impl Postman for Smtp {
    fn carry(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let message = self.message(mail);
        let message = message.ok_or_else(|| Undelivered::ForGood("address".into()))?;
        self.transport
            .send(&message)
            .map(drop)
            .map_err(|error| why(&error))
    }
}

/// In words of ours: what the server said may repeat the address.
fn why(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() && !NOT_OF_THE_MAIL.contains(&code) => {
            Undelivered::ForGood(format!("smtp {code}"))
        }
        Some(code) => Undelivered::ForNow(format!("smtp {code}")),
        None if error.is_timeout() || is_silence(error) => Undelivered::ForNow("timeout".into()),
        None if error.is_tls() => Undelivered::ForNow("tls".into()),
        None if error.is_response() => Undelivered::ForNow("no smtp".into()),
        None => Undelivered::ForNow("unreachable".into()),
    }
}

/// Whether the other side said nothing in time: on a blocking socket that has a kind of its own.
fn is_silence(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    cause.is_some_and(|cause: &std::io::Error| {
        matches!(cause.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::mail::Written;
    use crate::domain::ids::MailId;
    use crate::domain::personal::Personal;

    #[test]
    fn passwords_travel_encrypted_or_not_at_all() {
        let made = |url: &str| Smtp::new(url, "choices@shop.example").map(drop);
        for fine in [
            "smtps://u:p@mail.example.com",
            "smtp://u:p@mail.example.com?tls=required",
            "smtp://127.0.0.1:2525",
            "smtp://localhost",
        ] {
            assert_eq!(made(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "smtp://u:p@mail.example.com",
            "smtp://localhost@mail.example.com",
            "smtp://mail.example.com?tls=opportunistic",
            "http://mail.example.com",
            "mail.example.com",
        ] {
            assert_eq!(made(wrong).unwrap_err().0, "smtp_url", "{wrong}");
        }
        let nobody = Smtp::new("smtp://localhost", "nobody").map(drop);
        assert_eq!(nobody.unwrap_err().0, "mail_from");
    }

    /// A name or an address adds no line to the head (SMTP injection), and a second copy of a mail has
    /// the same id.
    #[test]
    fn a_mail_has_the_head_that_we_give_it() {
        let smtp = Smtp::new("smtp://localhost", "choices@shop.example").unwrap();
        let mail = |to: &'static str| Mail {
            id: MailId::from_bytes([7; 16]),
            at: crate::domain::time::from_micros(1_795_348_800_000_000),
            to: Personal::new(to),
            brand: "Maison\r\nBcc: all@example.com",
            written: Written {
                subject: "Bonjour\r\nBcc: all@example.com".into(),
                text: "Votre choix".into(),
                html: "<html lang=\"fr\"></html>".into(),
                language: "fr",
            },
        };
        let built = smtp.message(&mail("anne@example.fr")).unwrap();
        let text = String::from_utf8(built.formatted()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
        let id = format!("Message-ID: <{}@shop.example>", MailId::from_bytes([7; 16]));
        for line in [
            id.as_str(),
            "To: anne@example.fr",
            "Auto-Submitted: auto-generated",
            "Content-Language: fr",
            "Date: Sun, 22 Nov 2026 12:00:00 +0000",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in {text}"
            );
        }
        assert!(text.contains("multipart/alternative"));
        assert!(
            smtp.message(&mail("anne@example.fr>\r\nRCPT TO:<x@example.com"))
                .is_none()
        );
    }
}
