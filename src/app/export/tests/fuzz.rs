//! A real package, changed at random: the verifier never panics, and never says of another content that
//! it holds. Void changes, which may hold: the order of the files in the archive, how they are
//! compressed, their times and attributes, where the seal is made anew. By one who has the log's key,
//! also: whatever the tree does not cover (report, purposes, policies, findings, what the database said,
//! the reasons for withholding).

use super::*;
use crate::audit::commitment::canonical_json;
use crate::audit::encoding::hex;
use crate::audit::note::NoteSigner;
use crate::audit::package::format::{MANIFEST, MANIFEST_NOTE, manifest_text};
use crate::audit::package::seal;
use crate::audit::tree::sha256;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

type Files = Vec<(String, Vec<u8>)>;

/// Numbers without end, the same for the same seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap()
    }
}

fn unpack(package: &[u8]) -> Files {
    let mut zip = ZipArchive::new(Cursor::new(package)).unwrap();
    let count = zip.len();
    let read = |at| {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// Packed by a careful forger, with a sound seal; none where the archive's writer refuses.
fn pack(files: &Files) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new_stream(seal::SealedWriter::new(Vec::new()));
    zip.set_comment(seal::PLACEHOLDER).ok()?;
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(name.as_str(), options).ok()?;
        zip.write_all(bytes).ok()?;
    }
    zip.finish().ok()?.into_inner().seal().ok()
}

/// The manifest made to fit, signed by whoever has the log's key.
fn sign(files: &mut Files, signer: &NoteSigner) {
    let own = |name: &str| name == MANIFEST || name == MANIFEST_NOTE;
    let found = files.iter().find(|(name, _)| name == MANIFEST);
    let manifest = found.and_then(|(_, bytes)| serde_json::from_slice::<Value>(bytes).ok());
    let Some(mut manifest) = manifest.filter(Value::is_object) else {
        return;
    };
    let listed: BTreeMap<_, _> = files
        .iter()
        .filter(|(name, _)| !own(name))
        .cloned()
        .collect();
    let line = |(path, bytes): (String, Vec<u8>)| json!({ "path": path, "sha256": hex(&sha256(&[&bytes])), "size": bytes.len() });
    manifest["files"] = listed.into_iter().map(line).collect();
    let Ok(bytes) = canonical_json(&manifest) else {
        return;
    };
    let note = signer
        .sign(&manifest_text(signer.verifier().name(), &bytes))
        .unwrap();
    for (name, held) in files.iter_mut() {
        match name.as_str() {
            MANIFEST => held.clone_from(&bytes),
            MANIFEST_NOTE => *held = note.clone().into_bytes(),
            _ => (),
        }
    }
}

/// Changes some bytes: flipped, cut out, doubled, moved.
fn bytes(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = dice.below(bytes.len());
        let end = (at + 1 + dice.below(200)).min(bytes.len());
        match dice.below(4) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            _ => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        }
    }
}

/// Changes a value somewhere in a tree.
fn value(dice: &mut Dice, tree: &mut Value) {
    match tree {
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(dice.below(fields.len())).unwrap().clone();
            match dice.below(8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert("further".into(), json!(1))),
                _ => value(dice, &mut fields[&name]),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.below(items.len());
            match dice.below(4) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => value(dice, &mut items[at]),
            }
        }
        other => {
            let with = [
                json!(null),
                json!(0),
                json!(-1),
                json!(u64::MAX),
                json!("x"),
                json!({}),
                json!([]),
                json!(true),
            ];
            *other = with[dice.below(with.len())].clone();
        }
    }
}

/// Changes a line of JSON in a file: a value in it, or its place.
fn line(dice: &mut Dice, file: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(file).into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return;
    }
    let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        _ => {
            let Ok(mut tree) = serde_json::from_str::<Value>(&lines[at]) else {
                return bytes(dice, file);
            };
            value(dice, &mut tree);
            // the digest of the line, made to fit
            if let Some(fields) = tree
                .as_object_mut()
                .filter(|fields| fields.contains_key("check"))
            {
                fields.remove("check");
                let rest = canonical_json(&Value::Object(fields.clone())).unwrap_or_default();
                fields.insert("check".into(), json!(hex(&sha256(&[&rest]))));
            }
            lines[at] = canonical_json(&tree).map_or_else(
                |_| tree.to_string(),
                |text| String::from_utf8(text).unwrap(),
            );
        }
    }
    *file = format!("{}\n", lines.join("\n")).into_bytes();
}

/// Changes the set of files or one of them.
fn files(dice: &mut Dice, all: &mut Files) {
    for _ in 0..=dice.below(2) {
        if all.is_empty() {
            return;
        }
        let (at, other) = (dice.below(all.len()), dice.below(all.len()));
        match dice.below(10) {
            0 => drop(all.remove(at)),
            1 => {
                all[at].0 = [
                    "../x",
                    "/x",
                    "x\0y",
                    "LOG/checkpoint",
                    "log/tile/0/x999",
                    "README.txt",
                    "",
                ][dice.below(7)]
                .into()
            }
            2 => {
                let name = all[other].0.clone();
                let bytes = all[at].1.clone();
                all.push((name, bytes));
            }
            3 => all.swap(at, other),
            4 => {
                let bytes = all[other].1.clone();
                all[at].1 = bytes;
            }
            5 => bytes(dice, &mut all[at].1),
            _ => line(dice, &mut all[at].1),
        }
    }
}

/// What the tree covers: each entry's leaf, and its payload where it is opened.
fn covered(all: &Files) -> BTreeMap<u64, (Value, Value)> {
    let file = all.iter().find(|(name, _)| name == "entries.jsonl");
    let text = file.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
    let text = text.unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let entry = |line: Value| {
        Some((
            line["position"].as_u64()?,
            (line["leaf"].clone(), line["payload"].clone()),
        ))
    };
    lines.filter_map(entry).collect()
}

fn sorted(all: &Files) -> Files {
    let mut all = all.clone();
    all.sort();
    all
}

#[test]
fn no_changed_package_holds() {
    let long = std::env::var("PLACET_TEST_LONG").is_ok_and(|long| long == "1");
    let home = FIXTURE.copy("");
    let (_, package) = export(&home.app, &all(&home.app)).unwrap();
    let key = home.app.verifier();
    let honest = unpack(&package);
    assert!(
        verified(&pack(&honest).unwrap(), key).ok,
        "the test's own packing"
    );
    let recorded = covered(&honest);
    let (mut void, mut deep) = (0, 0);
    for seed in 0..if long { 6_000 } else { 90 } {
        let mut dice = Dice(seed);
        let mut changed = honest.clone();
        match seed % 3 {
            0 => {
                let mut raw = package.clone();
                bytes(&mut dice, &mut raw);
                let report = verified(&raw, key);
                assert!(raw == package || !report.ok, "seed {seed}");
                continue;
            }
            1 => files(&mut dice, &mut changed),
            _ => {
                files(&mut dice, &mut changed);
                sign(&mut changed, &home.app.first_signer);
            }
        }
        let Some(raw) = pack(&changed) else { continue };
        let report = verified(&raw, key);
        if !report.ok {
            continue;
        }
        if seed % 3 == 1 {
            assert_eq!(sorted(&changed), sorted(&honest), "seed {seed}");
            void += 1;
            continue;
        }
        // opened entries may be withheld by who has the key; none may be another
        for (position, (leaf, payload)) in covered(&changed) {
            let (was, said) = &recorded[&position];
            assert_eq!(&leaf, was, "seed {seed}, entry {position}");
            assert!(
                payload.is_null() || payload == *said,
                "seed {seed}, entry {position}"
            );
        }
        assert_eq!(covered(&changed).len(), recorded.len(), "seed {seed}");
        deep += 1;
    }
    assert!(
        void > 0 && deep > 0,
        "no void change was tried: {void}, {deep}"
    );
}
