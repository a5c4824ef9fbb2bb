//! What changed between two texts, word by word.

/// A run of words of one of two texts, or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// In the earlier text alone.
    Gone(String),
    /// In the later text alone.
    New(String),
}

/// Words of one text that are compared at most; longer texts are shown as wholly new.
const MOST: usize = 3_000;

/// The differences, in the order of reading: what went stands before what came in its place.
#[must_use]
pub fn redline(before: &str, after: &str) -> Vec<Piece> {
    let old: Vec<&str> = before.split_whitespace().collect();
    let new: Vec<&str> = after.split_whitespace().collect();
    if old.len().max(new.len()) > MOST {
        return vec![Piece::Gone(old.join(" ")), Piece::New(new.join(" "))];
    }
    let mut out = Pieces::default();
    let lengths = common(&old, &new);
    let length = |i: usize, j: usize| {
        let row = lengths.get(i).and_then(|row| row.get(j));
        row.copied().unwrap_or(0)
    };
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(gone), Some(came)) if gone == came => {
                out.keep(gone);
                (i, j) = (i + 1, j + 1);
            }
            (Some(gone), came) if came.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                out.gone.push(gone);
                i += 1;
            }
            (_, Some(came)) => {
                out.new.push(came);
                j += 1;
            }
            (_, None) => return out.end(),
        }
    }
}

/// How many words the rests from each place on have in common, in order.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<u16>> {
    let mut below = vec![0_u16; new.len() + 1];
    let mut rows = vec![below.clone()];
    for gone in old.iter().rev() {
        let mut row = vec![0_u16; 1];
        let pairs = new.iter().zip(below.windows(2)).rev();
        for (came, under) in pairs {
            let (same, skipped) = match under {
                [here, beside] => (beside + 1, *here),
                _ => (0, 0),
            };
            let right = row.last().copied().unwrap_or(0);
            row.push(if gone == came {
                same
            } else {
                skipped.max(right)
            });
        }
        row.reverse();
        rows.push(row.clone());
        below = row;
    }
    rows.reverse();
    rows
}

#[derive(Default)]
struct Pieces<'a> {
    done: Vec<Piece>,
    kept: Vec<&'a str>,
    gone: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl<'a> Pieces<'a> {
    fn keep(&mut self, word: &'a str) {
        if !self.gone.is_empty() || !self.new.is_empty() {
            self.close();
        }
        self.kept.push(word);
    }

    fn close(&mut self) {
        let mut take = |words: &mut Vec<&str>, piece: fn(String) -> Piece| {
            if !words.is_empty() {
                self.done.push(piece(words.join(" ")));
                words.clear();
            }
        };
        take(&mut self.kept, Piece::Kept);
        take(&mut self.gone, Piece::Gone);
        take(&mut self.new, Piece::New);
    }

    fn end(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(before: &str, after: &str) -> String {
        let told = |piece: &Piece| match piece {
            Piece::Kept(words) => words.clone(),
            Piece::Gone(words) => format!("[-{words}-]"),
            Piece::New(words) => format!("[+{words}+]"),
        };
        let all: Vec<String> = redline(before, after).iter().map(told).collect();
        all.join(" ")
    }

    #[test]
    fn words_that_went_and_came_are_told() {
        let one = "I agree to receive the newsletter by e-mail.";
        assert_eq!(told(one, one), one);
        assert_eq!(
            told(one, "I agree to receive our newsletter by e-mail, weekly."),
            "I agree to receive [-the-] [+our+] newsletter by [-e-mail.-] [+e-mail, weekly.+]"
        );
        assert_eq!(told("", "all new"), "[+all new+]");
        assert_eq!(told("all gone", ""), "[-all gone-]");
        assert_eq!(told("", ""), "");
    }

    proptest! {
        /// Both texts can be read out of the differences.
        #[test]
        fn nothing_is_lost(before in "[ab ]{0,30}", after in "[ab ]{0,30}") {
            let pieces = redline(&before, &after);
            let side = |without: fn(&Piece) -> bool| {
                let words = pieces.iter().filter(|piece| !without(piece)).map(|piece| match piece {
                    Piece::Kept(words) | Piece::Gone(words) | Piece::New(words) => words.as_str(),
                });
                words.collect::<Vec<_>>().join(" ")
            };
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(side(|piece| matches!(piece, Piece::New(_))), plain(&before));
            prop_assert_eq!(side(|piece| matches!(piece, Piece::Gone(_))), plain(&after));
        }
    }
}
