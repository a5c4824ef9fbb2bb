//! Text in lines, and what stands one below the other: headings and paragraphs.

use super::font::{Face, Weight};
use super::paper::{DOCUMENT, ElementId, INSIDE, Line, MARGIN, Note, Paper};
use pdf_writer::types::StructRole;

/// The height of a line, for a size of one.
pub(super) const LEADING: f32 = 1.35;
/// Where a line's letters stand below its top, for a size of one.
pub(super) const ASCENT: f32 = 1.02;

/// A text in lines that fit. Every line but the last ends with a blank, so that words stay apart for
/// whoever takes the text out again. Non-breaking spaces hold.
pub(super) fn lines(face: &Face, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
    {
        let used = lines.last().map_or(0.0, |line| face.width(line, size));
        if used > 0.0 && used + face.width(word, size) > width {
            lines.push(String::new());
        }
        for part in parts(face, word, size, width) {
            if lines.last().is_some_and(|line| {
                !line.is_empty() && face.width(line, size) + face.width(&part, size) > width
            }) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(&part);
            }
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
        }
    }
    if let Some(line) = lines.last_mut() {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines
}

/// A word in parts that fit: one, as a rule.
fn parts(face: &Face, word: &str, size: f32, width: f32) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut used = 0.0;
    for one in word.chars() {
        let wide = face.width(&one.to_string(), size);
        if used > 0.0 && used + wide > width {
            parts.push(String::new());
            used = 0.0;
        }
        used += wide;
        if let Some(part) = parts.last_mut() {
            part.push(one);
        }
    }
    parts
}

/// A heading of the first, second or third rank.
pub(super) fn heading(paper: &mut Paper, parent: ElementId, rank: u8, text: &str) {
    let (role, size, above) = match rank {
        1 => (StructRole::H1, 20.0, 0.0),
        2 => (StructRole::H2, 13.0, 16.0),
        _ => (StructRole::H3, 10.0, 10.0),
    };
    // not alone at the foot of a page
    if paper.room() < above + 5.0 * size * LEADING {
        paper.turn();
    } else {
        paper.y -= above;
    }
    if rank < 3 {
        paper.bookmark(text);
    }
    let element = paper.element(role, parent, Note::None);
    block(paper, element, text, size, Weight::Bold);
    paper.y -= 4.0;
}

/// A paragraph.
pub(super) fn paragraph(paper: &mut Paper, parent: ElementId, text: &str) {
    let element = paper.element(StructRole::P, parent, Note::None);
    block(paper, element, text, 9.0, Weight::Regular);
    paper.y -= 3.0;
}

/// A part of the document.
pub(super) fn section(paper: &mut Paper) -> ElementId {
    paper.element(StructRole::Sect, DOCUMENT, Note::None)
}

fn block(paper: &mut Paper, element: ElementId, text: &str, size: f32, weight: Weight) {
    for line in lines(paper.face(weight), text, size, INSIDE) {
        if paper.room() < size * LEADING {
            paper.turn();
        }
        let baseline = paper.y - size * ASCENT;
        paper.mark(element, |pen| {
            pen.text(&Line {
                x: MARGIN,
                baseline,
                size,
                weight,
                text: &line,
            });
        });
        paper.y -= size * LEADING;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the text: every line fits, and nothing of it is lost but where it may break.
        #[test]
        fn lines_fit_and_lose_nothing(text in "[a-zé \u{202f}漢,]{0,120}", width in 20.0f32..200.0) {
            let face = Face::of(Weight::Regular).unwrap();
            let lines = lines(&face, &text, 9.0, width);
            for line in &lines {
                prop_assert!(face.width(line.trim_end_matches(' '), 9.0) <= width + 0.01, "{line:?}");
            }
            let without = |text: &str| text.replace(' ', "");
            prop_assert_eq!(without(&lines.concat()), without(&text));
        }
    }

    #[test]
    fn words_stay_apart_where_a_line_ends() {
        let face = Face::of(Weight::Regular).unwrap();
        let found = lines(&face, "one  two\nthree", 9.0, 30.0);
        assert_eq!(found.concat(), "one two three");
        assert!(found.len() > 1 && found[0].ends_with(' '));
        assert_eq!(lines(&face, "", 9.0, 30.0), [""]);
    }
}
