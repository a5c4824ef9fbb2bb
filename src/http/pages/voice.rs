//! To whom a page speaks of a state: to the customer, or to an agent of the customer.

use super::{Answer, ChoiceRow};

/// Who is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// The customer: "you said no".
    Customer,
    /// An agent: "the customer said no". Nothing is answered beforehand.
    Agent,
}

impl Voice {
    /// The key of a sentence that names the customer.
    pub const fn say(self, (customer, agent): (&'static str, &'static str)) -> &'static str {
        match self {
            Self::Customer => customer,
            Self::Agent => agent,
        }
    }

    /// Whether the page asks on the customer's behalf: a third control says that they were not asked.
    pub const fn asks(self) -> bool {
        matches!(self, Self::Agent)
    }

    /// Whether the control of an answer is selected.
    pub fn shows(self, row: &ChoiceRow, answer: Answer) -> bool {
        !self.asks() && row.selects(answer)
    }

    /// The heading of a channel.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Customer => "h4",
            Self::Agent => "h3",
        }
    }
}
