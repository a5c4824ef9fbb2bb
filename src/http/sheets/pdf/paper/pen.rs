//! What draws on a page.

use super::Page;
use crate::http::sheets::pdf::font::{Face, Weight};
use pdf_writer::types::{ArtifactSubtype, ArtifactType};
use pdf_writer::{Content, Finish, Name, Str, TextStr};

/// A line of text: where, how and what.
pub(in crate::http::sheets::pdf) struct Line<'a> {
    pub x: f32,
    pub baseline: f32,
    pub size: f32,
    pub weight: Weight,
    pub text: &'a str,
}

pub(super) fn artifact(
    page: &mut Page,
    faces: &mut [Face; 2],
    kind: ArtifactType,
    draw: impl FnOnce(&mut Pen<'_>),
) {
    let mut mark = page
        .content
        .begin_marked_content_with_properties(Name(b"Artifact"));
    let mut properties = mark.properties().artifact();
    properties.kind(kind);
    if matches!(kind, ArtifactType::Pagination) {
        properties.subtype(ArtifactSubtype::Footer);
    }
    properties.finish();
    mark.finish();
    draw(&mut Pen {
        content: &mut page.content,
        faces,
    });
    page.content.end_marked_content();
}

/// Draws on a page.
pub(in crate::http::sheets::pdf) struct Pen<'a> {
    pub(super) content: &'a mut Content,
    pub(super) faces: &'a mut [Face; 2],
}

impl Pen<'_> {
    /// A line of text. What the face cannot show is said beside it.
    pub fn text(&mut self, line: &Line<'_>) {
        let [regular, bold] = &mut *self.faces;
        let face = match line.weight {
            Weight::Regular => regular,
            Weight::Bold => bold,
        };
        let (whole, shown) = (face.has(line.text), face.show(line.text));
        if !whole {
            self.content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(line.text));
        }
        self.content
            .begin_text()
            .set_fill_rgb(0.1, 0.1, 0.12)
            .set_font(line.weight.name(), line.size)
            .set_text_matrix([1.0, 0.0, 0.0, 1.0, line.x, line.baseline])
            .show(Str(&shown))
            .end_text();
        if !whole {
            self.content.end_marked_content();
        }
    }

    /// A filled box: its lower left corner, its size, its colour.
    pub fn fill(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), colour: [f32; 3]) {
        let [red, green, blue] = colour;
        self.content
            .set_fill_rgb(red, green, blue)
            .rect(x, y, width, height)
            .fill_nonzero();
    }
}
