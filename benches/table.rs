//! The table that is printed at the end.

/// Lines of what, figure, note.
#[derive(Default)]
pub struct Table {
    lines: Vec<[String; 3]>,
    notes: Vec<String>,
}

impl Table {
    /// Adds a line, and shows it at once, since the whole takes minutes.
    pub fn line(
        &mut self,
        what: impl Into<String>,
        figure: impl Into<String>,
        note: impl Into<String>,
    ) {
        let line = [what.into(), figure.into(), note.into()];
        eprintln!("· {}: {} ({})", line[0], line[1], line[2]);
        self.lines.push(line);
    }

    /// Adds a sentence below the table.
    pub fn note(&mut self, text: &str) {
        eprintln!("· {text}");
        self.notes.push(text.to_owned());
    }

    /// Prints it as Markdown.
    pub fn print(&self) {
        println!("\n| what | figure | how |\n|---|---|---|");
        for [what, figure, note] in &self.lines {
            println!("| {what} | {figure} | {note} |");
        }
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}

/// The median of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// A figure with its thousands apart.
pub fn grouped(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
