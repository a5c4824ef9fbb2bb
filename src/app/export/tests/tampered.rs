//! One change by raw SQL at a time: the comparison finds it and names the entry, and so does the
//! offline check of an export made afterwards.

use super::*;

/// A name, the SQL, and the entry that must be named, where one is concerned.
type Case = (&'static str, String, Option<u64>);

fn cases() -> Vec<Case> {
    let f = &*FIXTURE;
    let event =
        |set: &str, at: u64| format!("UPDATE subject_events SET {set} WHERE position = {at}");
    let state =
        |set: &str, at: u64| format!("UPDATE consent_states SET {set} WHERE position = {at}");
    let leaf = |from: &str, to: &str, at: u64| {
        format!("UPDATE ledger SET leaf = replace(leaf, '{from}', '{to}') WHERE position = {at}")
    };
    let owner = |at: u64| format!("(SELECT subject_id FROM subject_events WHERE position = {at})");
    let (consent, replaced, withdrawn) = (f.consent, f.replaced, f.withdrawn);
    let other = consent + 2;
    vec![
        ("leaf: kind", leaf("consent.given", "consent.refused", consent), Some(consent)),
        ("leaf: registry", leaf("log.example/test", "log.example/tset", consent), Some(consent)),
        ("leaf: commitment", leaf("\"com\":\"", "\"com\":\"A", consent), Some(consent)),
        ("leaf: other notice", format!("UPDATE ledger SET leaf = replace(leaf, substr(leaf, instr(leaf, '\"ntc\"'), 53), (SELECT substr(leaf, instr(leaf, '\"ntc\"'), 53) FROM ledger WHERE position = {replaced})) WHERE position = {consent}"), Some(consent)),
        ("leaf: time back", leaf("2026-11-22T12", "2026-11-21T12", consent), Some(consent)),
        ("leaf: time within bounds", leaf("2026-11-22T12:01:00", "2026-11-22T12:01:01", consent), None),
        ("leaf: not json", format!("UPDATE ledger SET leaf = 'x' WHERE position = {consent}"), Some(consent)),
        ("leaf: huge", format!("UPDATE ledger SET leaf = hex(zeroblob(50000)) WHERE position = {consent}"), Some(consent)),
        ("leaf deleted", format!("DELETE FROM ledger WHERE position = {consent}"), Some(consent)),
        ("last leaf deleted", format!("DELETE FROM ledger WHERE position = {}", f.size - 1), Some(f.size - 1)),
        ("leaves swapped", format!("UPDATE ledger SET position = 1000000 WHERE position = {consent}; UPDATE ledger SET position = {consent} WHERE position = {other}; UPDATE ledger SET position = {other} WHERE position = 1000000"), Some(consent)),
        ("event: kind", event("kind = 'consent.withdrawn'", consent), Some(consent)),
        ("event: purpose", event("purpose = 'newsletter'", consent), Some(consent)),
        ("event: channel", event("channel = 'sms'", consent), Some(consent)),
        ("event: effective_at", event("effective_at = effective_at - 1", consent), Some(consent)),
        ("event: valid_until", event("valid_until = NULL", consent), Some(consent)),
        ("event: recorded_at", event("recorded_at = recorded_at + 1", f.objected), Some(f.objected)),
        ("event: notice", event("notice_version = 2", consent), Some(consent)),
        ("event: notice gone", event("notice_id = NULL", consent), Some(consent)),
        ("event: source", event("source = 'web_form'", consent), Some(consent)),
        ("event: proof", event("proof = 0", consent), Some(consent)),
        ("event: record", event("record_id = randomblob(16)", consent), Some(consent)),
        ("event: counter", event("counter = 99", consent), Some(consent)),
        ("event: sealed", event("sealed = (SELECT sealed FROM subject_events WHERE position = 99)", consent), Some(consent)),
        ("event: another person's", event(&format!("counter = 77, subject_id = {}", owner(other)), consent), Some(consent)),
        ("event deleted", format!("DELETE FROM subject_events WHERE position = {consent}"), Some(consent)),
        ("last event deleted", format!("DELETE FROM subject_events WHERE position = {withdrawn}"), Some(withdrawn)),
        ("last event and its state deleted", format!("DELETE FROM subject_events WHERE position = {withdrawn}; DELETE FROM consent_states WHERE position = {withdrawn}"), Some(withdrawn)),
        ("event: number after a gap", event("counter = counter + 1", withdrawn), Some(withdrawn)),
        ("event inserted", format!("INSERT INTO subject_events SELECT {}, subject_id, 98, kind, record_id, purpose, channel, effective_at, valid_until, recorded_at, notice_id, notice_version, source, proof, sealed FROM subject_events WHERE position = {consent}", f.key), Some(f.key)),
        ("person deleted", format!("DELETE FROM subjects WHERE id = {}", owner(consent)), Some(consent)),
        ("person: key", format!("UPDATE subjects SET wrapped_key = (SELECT wrapped_key FROM subjects LIMIT 1 OFFSET 9) WHERE id = {}", owner(consent)), Some(consent)),
        ("person inserted", "INSERT INTO subjects SELECT zeroblob(16), wrapped_key, key_epoch, NULL, NULL, NULL, NULL, created_at FROM subjects LIMIT 1".into(), None),
        ("person: objection lifted", format!("UPDATE subjects SET objection = NULL WHERE id = {}", owner(f.objected)), Some(f.merged + 2)),
        ("person: objection of profiling", format!("UPDATE subjects SET objection_profiling = 1 WHERE id = {}", owner(consent)), Some(withdrawn)),
        ("person: restricted again", format!("UPDATE subjects SET restricted = 1 WHERE id = {}", owner(f.restricted)), Some(f.lifted)),
        ("person: merge forgotten", format!("UPDATE subjects SET merged_into = NULL WHERE merged_into = {}", owner(f.merged)), Some(f.merged)),
        ("person: merge invented", format!("UPDATE subjects SET merged_into = {} WHERE id = {}", owner(other), owner(consent)), Some(withdrawn)),
        ("state: status", state("status = 'given'", withdrawn), Some(withdrawn)),
        ("state: clear act", state("clarity = 'preticked'", withdrawn), Some(withdrawn)),
        ("state: circumstances", state("circumstances = '{\"explicit\":true}'", withdrawn), Some(withdrawn)),
        ("state: date", state("effective_at = effective_at + 1", withdrawn), Some(withdrawn)),
        ("state: until", state("valid_until = NULL", consent), Some(consent)),
        ("state: source", state("source = 'paper'", consent), Some(consent)),
        ("state: proof", state("proof = 0", consent), Some(consent)),
        ("state: notice", state("notice_version = 9", consent), Some(consent)),
        ("state: record", state("record_id = zeroblob(16)", consent), Some(consent)),
        ("state: position", state(&format!("position = {replaced}"), consent), Some(consent)),
        ("state: rubbish", state("channel = 'pigeon'", consent), Some(consent)),
        ("state deleted", format!("DELETE FROM consent_states WHERE position = {withdrawn}"), Some(withdrawn)),
        ("state inserted", format!("INSERT INTO consent_states (subject_id, purpose, channel, status, effective_at, valid_until, notice_id, notice_version, source, proof, record_id, position) SELECT subject_id, purpose, 'sms', 'given', effective_at, valid_until, notice_id, notice_version, source, proof, record_id, position FROM consent_states WHERE position = {withdrawn}"), Some(withdrawn)),
        ("state of nobody", format!("UPDATE consent_states SET subject_id = zeroblob(16) WHERE position = {consent}"), Some(consent)),
        ("pause shortened", format!("UPDATE paces SET paused_until = paused_until - 1 WHERE position = {}", f.paced), Some(f.paced)),
        ("pause: bound lifted", format!("UPDATE paces SET at_most = NULL WHERE position = {}", f.paced), Some(f.paced)),
        ("pause: since", format!("UPDATE paces SET since = since + 1 WHERE position = {}", f.paced), Some(f.paced)),
        ("pause: rubbish", format!("UPDATE paces SET channel = 'pigeon' WHERE position = {}", f.paced), Some(f.paced)),
        ("pause deleted", format!("DELETE FROM paces WHERE position = {}", f.paced), Some(f.paced)),
        ("pause inserted", format!("INSERT INTO paces SELECT subject_id, purpose, 'sms', paused_until, at_most, since, position FROM paces WHERE position = {}", f.paced), Some(f.paced)),
        ("pause of nobody", format!("UPDATE paces SET subject_id = zeroblob(16) WHERE position = {}", f.paced), Some(f.paced)),
        ("identifier moved", format!("UPDATE identifiers SET subject_id = {} WHERE subject_id = {}", owner(other), owner(consent)), Some(f.linked)),
        ("identifier deleted", format!("DELETE FROM identifiers WHERE subject_id = {}", owner(consent)), Some(f.linked)),
        ("identifier: sealed", format!("UPDATE identifiers SET sealed = zeroblob(40) WHERE subject_id = {}", owner(consent)), Some(f.linked)),
        ("identifier: kind", format!("UPDATE identifiers SET kind = 4 WHERE subject_id = {}", owner(consent)), Some(f.linked)),
        ("identifier: blind", format!("UPDATE identifiers SET blind = zeroblob(32) WHERE subject_id = {}", owner(consent)), Some(f.linked)),
        ("tile: hash", "UPDATE tree_tiles SET hash = zeroblob(32)".into(), None),
        ("tile: short hash", "UPDATE tree_tiles SET hash = zeroblob(3)".into(), None),
        ("tile deleted", "DELETE FROM tree_tiles".into(), None),
        ("tile inserted", "INSERT INTO tree_tiles VALUES (1, 40, zeroblob(32))".into(), None),
        ("checkpoint: note", "UPDATE checkpoints SET note = replace(note, 'log.example', 'log.exemple')".into(), None),
        ("checkpoint: root", "UPDATE checkpoints SET root = zeroblob(32) WHERE size = (SELECT min(size) FROM checkpoints)".into(), None),
        ("checkpoint inserted", "INSERT INTO checkpoints VALUES (3, zeroblob(32), 'x', 0)".into(), None),
        ("head: frontier", "UPDATE log_head SET frontier = substr(frontier, 1, 20) || zeroblob(length(frontier) - 20)".into(), None),
        ("public: payload", format!("UPDATE public_events SET payload = replace(payload, 'marketing', 'admin') WHERE position = {}", f.key), Some(f.key)),
        ("public: not json", format!("UPDATE public_events SET payload = 'x' WHERE position = {}", f.key), Some(f.key)),
        ("public: opening", format!("UPDATE public_events SET opening = zeroblob(2) WHERE position = {}", f.key), Some(f.key)),
        ("public deleted", format!("DELETE FROM public_events WHERE position = {}", f.key), Some(f.key)),
        ("public inserted", format!("INSERT INTO public_events VALUES ({consent}, '{{}}', zeroblob(32))"), Some(consent)),
        ("suppression deleted", format!("DELETE FROM suppressions WHERE position = {}", f.suppressed), Some(f.suppressed)),
        ("suppression: reason", format!("UPDATE suppressions SET reason = 'x' WHERE position = {}", f.suppressed), Some(f.suppressed)),
        ("suppression: since", format!("UPDATE suppressions SET since = since + 1 WHERE position = {}", f.suppressed), Some(f.suppressed)),
        ("suppression inserted", format!("INSERT INTO suppressions VALUES (zeroblob(32), 'x', 0, {consent})"), Some(consent)),
        ("key: role", "UPDATE api_keys SET role = 'admin' WHERE name = 'crm'".into(), Some(f.key)),
        ("key: name", "UPDATE api_keys SET name = 'crm2' WHERE name = 'crm'".into(), Some(f.key)),
        ("key: revived", "UPDATE api_keys SET revoked_at = NULL WHERE name = 'old till'".into(), Some(f.revoked)),
        ("key: longer", "UPDATE api_keys SET expires_at = expires_at + 1000000 WHERE name = 'crm'".into(), Some(f.key)),
        ("key: bounds", "UPDATE api_keys SET bounds = '{\"purposes\":[\"offers\"]}' WHERE name = 'crm'".into(), Some(f.key)),
        ("key: public half", "UPDATE api_keys SET public_key = '{}' WHERE name = 'crm'".into(), Some(f.key)),
        ("key deleted", "DELETE FROM api_keys WHERE name = 'crm'".into(), Some(f.key)),
        ("key inserted", format!("INSERT INTO api_keys VALUES (zeroblob(16), 'x', 'admin', zeroblob(32), 0, NULL, {consent}, 0, '{{}}', NULL)"), Some(consent)),
        ("staff: role", "UPDATE staff SET role = 'admin'".into(), Some(f.staff)),
        ("staff: end", "UPDATE staff SET expires_at = 4000000000000000".into(), Some(f.staff)),
        ("staff: bounds", "UPDATE staff SET bounds = '{\"purposes\":[\"offers\"]}'".into(), Some(f.staff)),
        ("staff: identity", "UPDATE staff SET identity = zeroblob(32)".into(), Some(f.staff)),
        ("staff inserted", "INSERT INTO staff VALUES (zeroblob(16), 'mallory', 'admin', 'x', 0, NULL, NULL, NULL, NULL, NULL, false, NULL, '{}')".into(), None),
        ("catalogue: body", "UPDATE catalogue_items SET body = replace(body, 'Letter', 'Lottery') WHERE kind = 'purpose'".into(), Some(f.purpose)),
        ("catalogue: words", "UPDATE catalogue_items SET body = replace(body, 'send me the', 'sell me and the') WHERE kind = 'notice'".into(), Some(replaced)),
        ("catalogue: since", format!("UPDATE catalogue_items SET since = 0 WHERE position = {}", f.purpose), Some(f.purpose)),
        ("catalogue deleted", format!("DELETE FROM catalogue_items WHERE position = {}", f.purpose), Some(f.purpose)),
        ("catalogue inserted", format!("INSERT INTO catalogue_items SELECT kind, 'other', version, body, since, {consent} FROM catalogue_items WHERE position = {}", f.purpose), Some(consent)),
    ]
}

#[test]
fn every_change_is_found_and_named() {
    let cases: &'static [Case] = cases().leak();
    assert!(cases.len() > 60);
    // two at a time: most of it is opening and exporting
    let missed: Vec<String> = std::thread::scope(|scope| {
        let half = |part: &'static [Case]| {
            scope.spawn(|| part.iter().filter_map(missed).collect::<Vec<_>>())
        };
        let parts: Vec<_> = cases.chunks(cases.len().div_ceil(2)).map(half).collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What is wrong with a case: not found, not named, or not seen offline.
fn missed((name, tamper, position): &Case) -> Option<String> {
    let home = FIXTURE.copy(tamper);
    let findings = found(&home.app);
    let named = |position| {
        findings
            .iter()
            .any(|finding| finding.position == Some(position))
    };
    if findings.is_empty() || !position.is_none_or(named) {
        return Some(format!("{name}: {position:?} is not named in {findings:?}"));
    }
    if findings
        .iter()
        .any(|finding| finding.what.contains("example.fr"))
    {
        return Some(format!("{name}: personal data in {findings:?}"));
    }
    let bytes = match export(&home.app, &all(&home.app)) {
        Ok((_, bytes)) => bytes,
        Err(error) => return Some(format!("{name}: no export: {error}")),
    };
    let report = verified(&bytes, home.app.verifier());
    let named = |position| {
        report
            .failures
            .iter()
            .any(|failure| failure.position == Some(position))
    };
    (report.ok || !position.is_none_or(named))
        .then(|| format!("{name}: {position:?} is not named in {report}"))
}

/// Where the head contradicts itself nothing can be appended, and so nothing exported.
#[test]
fn a_torn_head_is_found_and_stops_exports() {
    for tamper in [
        "UPDATE log_head SET size = size - 1",
        "UPDATE log_head SET frontier = zeroblob(9)",
    ] {
        let home = FIXTURE.copy(tamper);
        let findings = found(&home.app);
        assert!(
            findings.iter().any(|finding| finding.what.contains("head")),
            "{findings:?}"
        );
        assert!(export(&home.app, &all(&home.app)).is_err());
    }
}

/// A log that was cut off at its end and given a head that fits lacks what was signed before.
#[test]
fn a_log_that_was_cut_off_is_found() {
    let last = FIXTURE.size - 1;
    let home = FIXTURE.copy(&format!(
        "DELETE FROM ledger WHERE position = {last}; DELETE FROM subject_events WHERE position = {last}; \
         DELETE FROM public_events WHERE position = {last}"
    ));
    let mut frontier = crate::audit::tree::Frontier::new();
    let leaves = home
        .app
        .store
        .read(|tx| tx.leaves(&home.app.serve, 0..last))
        .unwrap();
    leaves.iter().for_each(|(_, leaf)| {
        drop(frontier.append(crate::audit::tree::hash_leaf(leaf.as_bytes())))
    });
    let hex = crate::audit::encoding::hex(&frontier.to_bytes());
    sql(
        &home.file,
        &format!("UPDATE log_head SET size = {last}, frontier = x'{hex}'"),
    );
    let findings = found(&home.app);
    assert!(
        findings
            .iter()
            .any(|finding| finding.what.contains("checkpoints")),
        "{findings:?}"
    );
}
