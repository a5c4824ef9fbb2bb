//! A contact as its table holds it.

use crate::domain::registry::{Channel, ContactRecord, Contacts, Direction, Made};
use crate::domain::time::from_micros;
use crate::store::error::StoreError;
use crate::store::rows::unsigned;
use crate::store::schema;
use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable};

/// What of a contact is counted. Who made it and for which campaign stands in its sealed entry.
#[derive(Insertable, Queryable, Clone, PartialEq, Eq, Debug)]
#[diesel(table_name = schema::contacts, treat_none_as_default_value = false)]
pub struct ContactRow {
    pub id: Vec<u8>,
    pub subject_id: Vec<u8>,
    pub at: i64,
    pub direction: String,
    pub channel: String,
    pub purpose: Option<String>,
    pub refused: bool,
    pub reserved: bool,
    pub released: bool,
    pub position: i64,
}

impl ContactRow {
    /// The row that a record makes; its position is filled in at the commit.
    pub fn of(record: &ContactRecord) -> Self {
        Self {
            id: record.id.as_bytes().to_vec(),
            subject_id: record.subject.as_bytes().to_vec(),
            at: record.at.timestamp_micros(),
            direction: record.direction.as_str().to_owned(),
            channel: record.channel.as_str().to_owned(),
            purpose: record.purpose.as_ref().map(ToString::to_string),
            refused: record.refused,
            reserved: record.decision.is_some(),
            released: false,
            position: 0,
        }
    }

    /// Adds it to what counts; one that was released does not.
    pub fn count(&self, image: &mut Contacts, since: DateTime<Utc>) -> Result<(), StoreError> {
        if self.released {
            return Ok(());
        }
        let damaged = || StoreError::Damaged {
            what: "a contact",
            position: Some(unsigned(self.position)),
        };
        let made = Made {
            at: from_micros(self.at),
            channel: Channel::parse(&self.channel).ok_or_else(damaged)?,
            purpose: match &self.purpose {
                Some(text) => Some(text.parse().map_err(|_| damaged())?),
                None => None,
            },
        };
        let direction = Direction::parse(&self.direction).ok_or_else(damaged)?;
        image.add(direction, self.refused, made, since);
        Ok(())
    }
}
