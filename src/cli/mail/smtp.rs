//! Mails by SMTP, one connection a mail, encrypted unless the server is on this machine.

use crate::app::mail::{Mail, Postman, Undelivered};
use crate::cli::egress::{Egress, Failed, Host, Kind};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, SmtpTransport, Transport};
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use url::{Url, form_urlencoded};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server says of who it does not know yet, and not of this mail: an operator can mend it.
const NOT_OF_THE_MAIL: [u16; 4] = [530, 534, 535, 538];

/// A mail server.
pub struct Smtp {
    url: Url,
    host: Host,
    port: u16,
    from: Address,
    egress: Egress,
}

impl Smtp {
    /// A server by its address: `smtps://user:password@host`, or `smtp://…?tls=required` for one that
    /// begins in clear.
    ///
    /// # Errors
    /// Which setting is wrong, and how to mend it.
    pub fn new(
        url: &str,
        from: &str,
        egress: Egress,
    ) -> Result<Self, (&'static str, &'static str)> {
        let wrong = (
            "smtp_url",
            "must be like smtps://user:password@mail.example.com",
        );
        let parsed = Url::parse(url).map_err(|_| wrong)?;
        let encrypted = matches!(Way::of(&parsed), Way::Encrypted | Way::Begins);
        if !encrypted && !is_here(url) {
            let mend = "must begin with smtps:// or end with ?tls=required, unless the server is on this machine; or be folder";
            return Err(("smtp_url", mend));
        }
        SmtpTransport::from_url(url).map_err(|_| wrong)?;
        let url = parsed;
        let (host, port) = place(&url).ok_or(wrong)?;
        let from = from
            .parse()
            .map_err(|_| ("mail_from", "must be the address that mails come from"))?;
        Ok(Self {
            url,
            host,
            port,
            from,
            egress,
        })
    }

    /// Looks whether the server may be called.
    ///
    /// # Errors
    /// Why not.
    pub fn look(&self) -> Result<Vec<IpAddr>, Failed> {
        let places = self
            .egress
            .places(&self.host, self.port, Kind::Server, PATIENCE)?;
        Ok(places.into_iter().map(|place| place.ip()).collect())
    }

    /// A connection to an address that was looked at, encrypted for the name.
    fn transport(&self, address: IpAddr) -> Option<SmtpTransport> {
        let url = &self.url;
        let mut built = SmtpTransport::builder_dangerous(address.to_string()).port(self.port);
        if let Some(password) = url.password() {
            built = built.credentials(Credentials::new(plain(url.username())?, plain(password)?));
        }
        let name = url.path().trim_matches('/');
        if !name.is_empty() {
            built = built.hello_name(ClientId::Domain(name.to_owned()));
        }
        let for_name = || TlsParameters::new(self.host.to_string()).ok();
        let tls = match Way::of(url) {
            Way::Encrypted => Tls::Wrapper(for_name()?),
            Way::Begins => Tls::Required(for_name()?),
            Way::MayBegin => Tls::Opportunistic(for_name()?),
            Way::Clear => Tls::None,
        };
        Some(built.tls(tls).timeout(Some(PATIENCE)).build())
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

/// A part of an address as it is meant, without its percents.
fn plain(part: &str) -> Option<String> {
    let pair = format!("x={}", part.replace('+', "%2B"));
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, text)| text.into_owned())
}

/// How a connection is encrypted.
enum Way {
    /// From its first byte on.
    Encrypted,
    /// Before anything is said that matters.
    Begins,
    /// Where the server can.
    MayBegin,
    /// Not at all.
    Clear,
}

impl Way {
    fn of(url: &Url) -> Self {
        let asked = url.query_pairs().find(|(name, _)| name == "tls");
        match (
            url.scheme(),
            asked.as_ref().map(|(_, value)| value.as_ref()),
        ) {
            ("smtps", _) => Self::Encrypted,
            (_, Some("required")) => Self::Begins,
            (_, Some("opportunistic")) => Self::MayBegin,
            _ => Self::Clear,
        }
    }
}

/// The host and the port of a server.
fn place(url: &Url) -> Option<(Host, u16)> {
    let host = url.host_str()?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let usual = match Way::of(url) {
        Way::Encrypted => 465,
        Way::Begins | Way::MayBegin => 587,
        Way::Clear => 25,
    };
    Some((Host::of(bare).ok()?, url.port().unwrap_or(usual)))
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
        let mut last = Undelivered::ForNow("unreachable".into());
        for address in self.look().map_err(|failed| not_called(&failed))? {
            let transport = self.transport(address);
            let transport = transport.ok_or_else(|| Undelivered::ForNow("tls".into()))?;
            match transport.send(&message) {
                Ok(_) => return Ok(()),
                Err(error) if is_unreachable(&error) => last = why(&error),
                Err(error) => return Err(why(&error)),
            }
        }
        Err(last)
    }
}

fn not_called(failed: &Failed) -> Undelivered {
    Undelivered::ForNow(match failed {
        Failed::NotAllowed(_) | Failed::Address(_) => format!("not allowed: {failed}"),
        Failed::TimedOut => "timeout".into(),
        _ => "unreachable".into(),
    })
}

/// Whether nothing was said yet, so that another of its addresses may be tried.
fn is_unreachable(error: &Error) -> bool {
    why(error) == Undelivered::ForNow("unreachable".into())
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
        let made =
            |url: &str| Smtp::new(url, "choices@shop.example", Egress::to_this_machine()).map(drop);
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
            "smtp://mail.example.com?x=tls=required",
            "smtp://mail.example.com/tls=required",
            "http://mail.example.com",
            "mail.example.com",
        ] {
            assert_eq!(made(wrong).unwrap_err().0, "smtp_url", "{wrong}");
        }
        let nobody = Smtp::new("smtp://localhost", "nobody", Egress::to_this_machine()).map(drop);
        assert_eq!(nobody.unwrap_err().0, "mail_from");
    }

    #[test]
    fn what_is_written_with_percents_is_meant_without() {
        let found = plain("p%40ss+w%2Bord%20%C3%A9").unwrap();
        assert_eq!(found, "p@ss+w+ord é");
        let url = Url::parse("smtp://[::1]:2525/me?tls=required").unwrap();
        let (host, port) = place(&url).unwrap();
        assert_eq!((host.to_string().as_str(), port), ("::1", 2525));
    }

    /// A name or an address adds no line to the head (SMTP injection), and a second copy of a mail has
    /// the same id.
    #[test]
    fn a_mail_has_the_head_that_we_give_it() {
        let here = Egress::to_this_machine();
        let smtp = Smtp::new("smtp://localhost", "choices@shop.example", here).unwrap();
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
