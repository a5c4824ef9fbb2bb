//! The columns that listmonk, Mailchimp and Brevo write; where each layout was
//! seen is told in the built-in mapping of the same name.

use chrono::DateTime;

use super::maker::Layout;
use super::people::{Person, Random};

fn words(header: &str) -> Vec<String> {
    header.split(',').map(str::to_owned).collect()
}

fn time(seconds: i64, format: &str) -> String {
    let at = DateTime::from_timestamp(seconds, 123_456_000).unwrap();
    at.format(format).to_string()
}

const GO: &str = "%Y-%m-%d %H:%M:%S%.6f +0000 UTC";
const SQL: &str = "%Y-%m-%d %H:%M:%S";
const DAY: &str = "%d-%m-%Y";

pub struct Listmonk;

impl Layout for Listmonk {
    const DELIMITER: char = ',';
    const LINE_BREAK: &'static str = "\n";

    fn header(&self) -> Vec<String> {
        words("uuid,email,name,attributes,status,created_at,updated_at")
    }

    fn row(&self, person: &Person, random: &mut Random) -> (Vec<String>, u64, u64) {
        let (status, given, withdrawn) = match random.below(10) {
            0 | 1 => ("blocklisted", 0, 1),
            2 => ("disabled", 0, 0),
            _ => ("enabled", 1, 0),
        };
        let cells = vec![
            format!(
                "{:08x}-0000-4000-8000-{:012x}",
                person.number,
                random.below(1 << 48)
            ),
            person.email.clone(),
            format!("{} {}", person.first, person.last),
            format!("{{\"city\": \"Lille\", \"n\": {}}}", person.number),
            status.to_owned(),
            time(person.joined, GO),
            time(person.left, GO),
        ];
        (cells, given, withdrawn)
    }

    fn email_at(&self) -> usize {
        1
    }

    fn text_at(&self) -> usize {
        2
    }

    fn faults(&self) -> Vec<(usize, &'static str, &'static str)> {
        vec![
            (1, "", "no_identifier"),
            (4, "Enabled", "status_unmapped"),
            (4, "", "status_unmapped"),
        ]
    }
}

pub struct Mailchimp {
    pub unsubscribed: bool,
}

impl Layout for Mailchimp {
    const DELIMITER: char = ',';
    const LINE_BREAK: &'static str = "\n";

    fn header(&self) -> Vec<String> {
        let own = "Email Address,First Name,Last Name";
        let changed = if self.unsubscribed {
            "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER"
        } else {
            "LAST_CHANGED"
        };
        words(&format!(
            "{own},MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,\
             GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{changed},LEID,EUID,NOTES,TAGS"
        ))
    }

    fn row(&self, person: &Person, random: &mut Random) -> (Vec<String>, u64, u64) {
        let joined = time(person.joined, SQL);
        let by_form = random.below(3) > 0;
        let of_form = |text: &str| {
            if by_form {
                text.to_owned()
            } else {
                String::new()
            }
        };
        let mut cells = vec![
            person.email.clone(),
            person.first.clone(),
            person.last.clone(),
        ];
        cells.extend([
            "2".to_owned(),
            of_form(&joined),
            of_form("192.0.2.10"),
            joined,
        ]);
        cells.extend(words("198.51.100.7,50.6,3.06,1,2,Europe/Paris,FR,59"));
        cells.push(time(person.left, SQL));
        if self.unsubscribed {
            cells.extend(words("Soldes d'été,a1b2c3,N,"));
        }
        cells.extend([
            person.number.to_string(),
            format!("{:010x}", random.below(1 << 40)),
        ]);
        cells.extend([String::new(), "\"VIP\",\"Blog\"".to_owned()]);
        let (given, withdrawn) = if self.unsubscribed { (0, 1) } else { (1, 0) };
        (cells, given, withdrawn)
    }

    fn email_at(&self) -> usize {
        0
    }

    fn text_at(&self) -> usize {
        2
    }

    fn faults(&self) -> Vec<(usize, &'static str, &'static str)> {
        let time_at = if self.unsubscribed { 15 } else { 6 };
        vec![
            (0, "", "no_identifier"),
            (time_at, "03/04/2024 10:00", "time_unreadable"),
            (time_at, "2124-01-01 00:00:00", "time_in_future"),
            (time_at, "1970-01-01 00:00:00", "time_too_old"),
        ]
    }
}

pub struct Brevo;

impl Layout for Brevo {
    const DELIMITER: char = ';';
    const LINE_BREAK: &'static str = "\r\n";

    /// The first name carries the mark that spreadsheets put before UTF-8.
    fn header(&self) -> Vec<String> {
        words(
            "\u{feff}CONTACT ID,EMAIL,LASTNAME,FIRSTNAME,SMS,DOUBLE_OPT-IN,\
             ADDED_TIME,MODIFIED_TIME,_listIds,_SUBSCRIBED,_BLOCKLISTED",
        )
    }

    fn row(&self, person: &Person, random: &mut Random) -> (Vec<String>, u64, u64) {
        const BOTH: &str = "[email_marketing|sms_marketing]";
        let phone = random.below(2) == 0;
        let (subscribed, blocked, given, withdrawn) = match random.below(6) {
            0 => ("", BOTH, 0, 2),
            1 => (BOTH, "[email_marketing]", u64::from(phone), 1),
            2 => ("", "", 0, 0),
            3 => ("[email_marketing]", "[sms_marketing]", 1, 1),
            _ => (BOTH, "", 1 + u64::from(phone), 0),
        };
        let cells = [
            &person.number.to_string(),
            &person.email,
            &person.last,
            &person.first,
            &if phone {
                person.mobile()
            } else {
                String::new()
            },
            "Yes",
            &time(person.joined, DAY),
            &time(person.left, DAY),
            "[2|5]",
            subscribed,
            blocked,
        ];
        (cells.map(str::to_owned).to_vec(), given, withdrawn)
    }

    fn email_at(&self) -> usize {
        1
    }

    fn text_at(&self) -> usize {
        2
    }

    fn faults(&self) -> Vec<(usize, &'static str, &'static str)> {
        vec![
            (4, "33692123456", "phone_french_overseas"),
            (4, "0612345678", "phone_shape"),
            (4, "3,3612E+10", "phone_character"),
            (9, "[whatsapp_marketing]", "status_unmapped"),
            (10, "yes", "status_unmapped"),
        ]
    }
}
