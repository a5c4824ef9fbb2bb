//! The packs as files, and the laws that they make: whose policies hold in a country in an era.

use anyhow::{Context as _, Result, ensure};
use cedar_policy::{Effect, Policy, PolicySet};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What of `pack.toml` says where and when a pack holds.
#[derive(Deserialize)]
pub struct Manifest {
    #[serde(default)]
    countries: Vec<String>,
    #[serde(default)]
    builds_on: Vec<String>,
    #[serde(default)]
    everywhere: bool,
    effective_from: Option<String>,
}

/// A pack: its manifest and its policies.
pub struct Pack {
    manifest: Manifest,
    policies: Vec<Policy>,
}

/// The packs by the names of their folders.
pub type Packs = BTreeMap<String, Pack>;

/// The folder of the statements.
const NEVER: &str = "never";

/// Reads every folder that has a `pack.toml`.
pub fn read(folder: &Path) -> Result<Packs> {
    let mut packs = Packs::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("pack.toml").exists() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let pack = pack(&path).with_context(|| name.clone().into_owned())?;
            packs.insert(name.into_owned(), pack);
        }
    }
    Ok(packs)
}

fn pack(path: &Path) -> Result<Pack> {
    let manifest = toml::from_str(&std::fs::read_to_string(path.join("pack.toml"))?)?;
    let mut policies = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == "cedar") {
            let set: PolicySet = std::fs::read_to_string(&file)?.parse()?;
            policies.extend(set.policies().map(named).collect::<Result<Vec<_>>>()?);
        }
    }
    Ok(Pack { manifest, policies })
}

/// The policy under the id that its annotation gives.
fn named(policy: &Policy) -> Result<Policy> {
    let id = policy.annotation("id").context("a policy without @id")?;
    Ok(policy.new_id(id.parse()?))
}

/// A statement, as the *permit* of what it forbids.
pub struct Statement {
    pub policy: Policy,
    /// The first day on which it holds; `None` where it always has.
    pub from: Option<NaiveDate>,
}

/// Every policy of every pack.
pub fn policies(packs: &Packs) -> impl Iterator<Item = &Policy> {
    packs.values().flat_map(|pack| &pack.policies)
}

/// The statements under `never/`.
pub fn statements(packs: &Packs) -> Result<Vec<Statement>> {
    let never = packs.get(NEVER).context("there is no folder never/")?;
    never
        .policies
        .iter()
        .map(|policy| turned(never, policy))
        .collect()
}

fn turned(never: &Pack, policy: &Policy) -> Result<Statement> {
    let text = policy.to_string().replacen("forbid", "permit", 1);
    let permit = Policy::parse(Some(policy.id().clone()), text)?;
    let turned = permit.effect() == Effect::Permit && policy.effect() == Effect::Forbid;
    ensure!(turned, "{} does not read as a stop", policy.id());
    Ok(Statement {
        policy: permit,
        from: Span::of(never, policy)?.from,
    })
}

/// One law in one era.
pub struct Law {
    pub name: String,
    pub countries: Vec<String>,
    /// The first day of the era; `None` where it has always been.
    pub from: Option<NaiveDate>,
    /// The first day of the next.
    pub until: Option<NaiveDate>,
    pub policies: Vec<Policy>,
}

/// Every law that a country has, in each of its eras.
pub fn laws(packs: &Packs) -> Result<Vec<Law>> {
    let held = packs
        .iter()
        .filter(|(_, pack)| !pack.manifest.countries.is_empty());
    let laws: Result<Vec<_>> = held.map(|(name, pack)| eras(packs, name, pack)).collect();
    Ok(laws?.into_iter().flatten().collect())
}

fn eras(packs: &Packs, name: &str, own: &Pack) -> Result<Vec<Law>> {
    let held = held(packs, name, own)?;
    let days = held
        .iter()
        .flat_map(|(span, _)| [span.from, span.next])
        .flatten();
    let days: BTreeSet<NaiveDate> = days.collect();
    let starts: Vec<Option<NaiveDate>> = [None]
        .into_iter()
        .chain(days.into_iter().map(Some))
        .collect();
    let era = |(at, from): (usize, &Option<NaiveDate>)| Law {
        name: name.to_owned(),
        countries: own.manifest.countries.clone(),
        from: *from,
        until: starts.get(at + 1).copied().flatten(),
        policies: in_force(&held, from.unwrap_or(NaiveDate::MIN)),
    };
    Ok(starts.iter().enumerate().map(era).collect())
}

/// The policies of the pack, of those that it builds on, and of those that hold everywhere.
fn held<'a>(packs: &'a Packs, name: &str, own: &Pack) -> Result<Vec<(Span, &'a Policy)>> {
    let counts = |(folder, pack): &(&String, &Pack)| {
        *folder == name || pack.manifest.everywhere || own.manifest.builds_on.contains(folder)
    };
    let packs = packs.iter().filter(counts);
    let policies =
        packs.flat_map(|(_, pack)| pack.policies.iter().map(move |policy| (pack, policy)));
    policies
        .map(|(pack, policy)| Ok((Span::of(pack, policy)?, policy)))
        .collect()
}

fn in_force(held: &[(Span, &Policy)], day: NaiveDate) -> Vec<Policy> {
    let held = held.iter().filter(|(span, _)| span.holds(day));
    held.map(|(_, policy)| (*policy).clone()).collect()
}

/// The first day on which a policy holds, and the first on which it holds no more.
struct Span {
    from: Option<NaiveDate>,
    next: Option<NaiveDate>,
}

impl Span {
    fn of(pack: &Pack, policy: &Policy) -> Result<Self> {
        let day = |text: &str| {
            text.parse()
                .with_context(|| format!("{}: {text}", policy.id()))
        };
        let own = policy.annotation("effective_from").map(day).transpose()?;
        let packs = pack
            .manifest
            .effective_from
            .as_deref()
            .map(day)
            .transpose()?;
        let last: Option<NaiveDate> = policy.annotation("effective_until").map(day).transpose()?;
        Ok(Self {
            from: own.max(packs),
            next: last.and_then(|day| day.succ_opt()),
        })
    }

    fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.next.is_none_or(|next| day < next)
    }
}
