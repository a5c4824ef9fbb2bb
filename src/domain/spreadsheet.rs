//! Texts that a spreadsheet would take for formulas (OWASP, CSV injection): every file of ours that one may open keeps
//! them texts.

/// What begins another cell somewhere: separators, and the ends of lines.
const PARTS: [char; 4] = [';', '\t', '\r', '\n'];
/// What may stand before the first sign of a cell.
const OPENS: [char; 2] = ['"', ' '];

/// A text that a spreadsheet would take for a formula, behind an apostrophe. Where another sign than the comma parts
/// cells, as it does in half of Europe, quotation marks that are not at the beginning of a cell keep nothing together:
/// whatever such a sign or a line's end begins is looked at, too.
#[must_use]
pub fn safe(text: String) -> String {
    let begins = |at: usize| {
        let (before, piece) = text.split_at(at);
        let is_cell = at == 0 || before.ends_with(PARTS);
        is_cell && (is_formula(piece) || is_formula(piece.trim_start_matches(OPENS)))
    };
    let marked: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| begins(*at))
        .collect();
    let mut safe = text;
    for at in marked.into_iter().rev() {
        safe.insert(at, '\'');
    }
    safe
}

/// Whether a spreadsheet could take a text for a formula (OWASP, CSV injection): by its first sign,
/// the wide forms of those signs among them, whatever blank stands before.
#[must_use]
pub fn is_formula(text: &str) -> bool {
    let begins = |text: &str, signs: &[char]| text.starts_with(signs);
    begins(text, &['\t', '\r', '\n'])
        || begins(
            text.trim_start(),
            &['=', '+', '-', '@', '＝', '＋', '－', '＠'],
        )
}
