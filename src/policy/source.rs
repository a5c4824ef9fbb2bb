//! Where a fact comes from. Each fact names its sources where it is declared (`facts!`); the schema
//! repeats them, and a test of the service moves every fact from each of its sources.

/// Whence a check knows a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// What is in force: purposes, controllers, and the notices with what their words say.
    Catalogue,
    /// What the registry holds of the person: answers and how they were given, objections,
    /// restriction, suppression, contacts.
    Registry,
    /// What the caller asks and says: channel, person, message, and the facts that only they know.
    Request,
    /// What software says on the person's behalf, passed on by the caller.
    Signal,
    /// The instant asked about, and the days and hours where the person is.
    Calendar,
}

impl Source {
    /// Every source, in order.
    pub const ALL: [Self; 5] = [
        Self::Catalogue,
        Self::Registry,
        Self::Request,
        Self::Signal,
        Self::Calendar,
    ];

    /// The word in the schema.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Registry => "registry",
            Self::Request => "request",
            Self::Signal => "signal",
            Self::Calendar => "calendar",
        }
    }
}
