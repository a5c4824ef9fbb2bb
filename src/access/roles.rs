//! Who may do what, as a page that people read: it is made from what decides, so that it says nothing else.

use super::{ALL, Principal, Told};
use crate::domain::ids::{KeyId, StaffId};
use crate::domain::registry::Role;

/// One permission, and which roles have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The permission.
    pub name: &'static str,
    /// What it lets somebody do.
    pub what: &'static str,
    /// Whether who is bound to brands has it, within them.
    pub by_scope: bool,
    /// Keys of these roles have it.
    pub keys: Vec<Role>,
    /// Staff of these roles have it.
    pub staff: Vec<Role>,
    /// Whether the operator has it, at the machine's own command line.
    pub operator: bool,
}

/// Every permission that a key, a member of staff or the operator has.
#[must_use]
pub fn table() -> Vec<Line> {
    let lines = ALL.iter().map(line);
    lines.filter(Line::is_anybodys).collect()
}

impl Line {
    fn is_anybodys(&self) -> bool {
        self.operator || !(self.keys.is_empty() && self.staff.is_empty())
    }
}

fn line(told: &Told) -> Line {
    let (key, staff) = (KeyId::from_bytes([0; 16]), StaffId::from_bytes([0; 16]));
    let having = |of: &dyn Fn(Role) -> Principal| -> Vec<Role> {
        let roles = Role::ALL.iter().copied();
        roles.filter(|role| (told.open_to)(&of(*role))).collect()
    };
    Line {
        name: told.name,
        what: told.what.trim(),
        by_scope: told.by_scope,
        keys: having(&|role| Principal::Key(key, role)),
        staff: having(&|role| Principal::Staff(staff, role)),
        operator: (told.open_to)(&Principal::Operator),
    }
}

/// The page, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let roles = Role::ALL.iter().map(|role| role.as_str());
    page += &format!(
        "| permission | {} | operator |\n",
        roles.collect::<Vec<_>>().join(" | ")
    );
    page += &format!("|---|{}\n", "---|".repeat(Role::ALL.len() + 1));
    for line in table() {
        let cells = Role::ALL.iter().map(|role| cell(&line, *role));
        let (scope, operator) = (if line.by_scope { " °" } else { "" }, yes(line.operator));
        page += &format!(
            "| `{}`{scope}<br>{} | {} | {operator} |\n",
            line.name,
            line.what,
            cells.collect::<Vec<_>>().join(" | "),
        );
    }
    page
}

fn cell(line: &Line, role: Role) -> &'static str {
    match (line.keys.contains(&role), line.staff.contains(&role)) {
        (true, true) => "key, staff",
        (true, false) => "key",
        (false, true) => "staff",
        (false, false) => "",
    }
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "" }
}

const HEAD: &str = "# Who may do what

<!-- Generated: `placet roles > docs/roles.md`. What decides is src/access/mod.rs. -->

Whatever is not here, nobody may. A *key* opens the API, an account of *staff* the console; the *operator* is whoever
sits at the machine's own command line, with the database's address and the keys. Customers have none of these: each
of their links and sessions opens their own choices or their own file, and nothing else.

Agents are accounts of the role `collector`, marketers of the role `marketing`. Both, and keys of these roles, can be
bound to brands and purposes: they have only what is marked °, within them. An auditor's account ends within a year.

";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_page_in_the_docs_is_the_one_of_today() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roles.md");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page() == kept,
            "docs/roles.md is out of date; run `placet roles > docs/roles.md`"
        );
    }

    /// Nothing by which anything changes, beside what is one's own.
    #[test]
    fn an_auditor_reads_and_no_more() {
        for line in table() {
            let reads = line.name.ends_with(".read") || line.name == "audit.export";
            let has = line.keys.contains(&Role::Auditor) || line.staff.contains(&Role::Auditor);
            assert!(!has || reads || line.name == "account.own", "{}", line.name);
        }
    }

    /// Who writes the rules sees nobody's data; nor does who plans campaigns, or who administers.
    #[test]
    fn who_needs_nobodys_data_sees_none() {
        let personal = [
            "subjects.read",
            "subjects.erase",
            "customers.serve",
            "requests.read",
            "requests.keep",
            "receipts.read",
            "audit.export",
            "disputes.settle",
            "holds.keep",
            "retention.keep",
        ];
        for line in table().iter().filter(|line| personal.contains(&line.name)) {
            for role in [Role::PrivacyEngineer, Role::Marketing, Role::Admin] {
                assert!(!line.staff.contains(&role), "{} {role:?}", line.name);
            }
            for role in [Role::PrivacyEngineer, Role::Marketing] {
                assert!(!line.keys.contains(&role), "{} {role:?}", line.name);
            }
        }
    }
}
