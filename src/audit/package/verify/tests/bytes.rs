//! Changed bytes anywhere, cut archives, rubbish.

use super::*;

/// A small one, where a test verifies hundreds of variants.
static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| SAMPLE.package(240, 290));

#[test]
fn a_bomb_is_not_unpacked() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.set_comment(seal::PLACEHOLDER).unwrap();
    zip.start_file("MANIFEST.json", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&vec![b' '; 8 << 20]).unwrap();
    let report = run(&zip.finish().unwrap().into_inner());
    assert!(
        report.to_string().contains("unpacks to too many bytes"),
        "{report}"
    );
}

#[test]
fn cut_short() {
    for length in (0..PACKAGE.len()).step_by(997).chain([PACKAGE.len() - 1]) {
        assert!(!run(&PACKAGE[..length]).ok, "{length}");
    }
    assert!(!run(&[PACKAGE.as_slice(), b"x"].concat()).ok);
    assert!(!run(&[b"x", PACKAGE.as_slice()].concat()).ok);
}

/// Every byte of the last records, and 500 across the rest.
#[test]
fn any_changed_byte_shows() {
    let length = SMALL.len();
    let tail = length - 200;
    for at in (0..tail).step_by(tail / 500).chain(tail..length) {
        let mut bytes = SMALL.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(!run(&bytes).ok, "byte {at}");
    }
}

/// A changed byte within `entries.jsonl` names the entry it lies in.
#[test]
fn a_changed_byte_in_an_entry_names_it() {
    let files = unpack(&SMALL);
    let file = files
        .iter()
        .position(|(name, _)| name == "entries.jsonl")
        .unwrap();
    let text = &files[file].1;
    for at in (0..text.len()).step_by(text.len() / 300) {
        let position = 240 + text[..at].iter().filter(|b| **b == b'\n').count() as u64;
        let mut files = files.clone();
        files[file].1[at] ^= 1;
        let report = run(&pack(&files));
        assert!(
            names(&report, position),
            "byte {at} of entry {position}: {report}"
        );
    }
}

/// A flip within the compressed stream damages what follows: the first damaged entry is named.
#[test]
fn a_changed_byte_in_the_compressed_entries_names_one() {
    let mut zip = ZipArchive::new(Cursor::new(SMALL.as_slice())).unwrap();
    let file = zip.by_name("entries.jsonl").unwrap();
    let (start, size) = (file.data_start().unwrap(), file.compressed_size());
    for at in (start..start + size).step_by(size as usize / 60) {
        let mut bytes = SMALL.clone();
        bytes[at as usize] ^= 0x10;
        let report = run(&bytes);
        let named = report
            .failures
            .iter()
            .any(|failure| failure.position.is_some());
        assert!(named, "byte {at}: {report}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rubbish_never_panics(bytes: Vec<u8>) {
        prop_assert!(!run(&bytes).ok);
    }

    #[test]
    fn many_changed_bytes_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = SMALL.clone();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        prop_assert!(bytes == *SMALL || !run(&bytes).ok);
    }
}
