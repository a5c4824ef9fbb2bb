//! Pages, and the tree of what stands on them. Whatever is drawn is either the content of an element
//! of the tree or an artifact: a line, a page number, a header row that is repeated.

mod file;
mod pen;

use super::font::{Face, Weight};
use pdf_writer::types::{ArtifactType, StructRole, TableHeaderScope};
use pdf_writer::{Content, Rect};
use pen::artifact;
pub(super) use pen::{Line, Pen};
use std::io;

/// A4, lying, in points.
pub(super) const WIDTH: f32 = 841.89;
const HEIGHT: f32 = 595.28;
pub(super) const MARGIN: f32 = 42.0;
/// Where a page's content begins and ends, from below.
pub(super) const TOP: f32 = HEIGHT - MARGIN;
pub(super) const BOTTOM: f32 = MARGIN + 14.0;
/// The width of what stands on a page.
pub(super) const INSIDE: f32 = WIDTH - 2.0 * MARGIN;

/// An element of the tree, by its place in the list.
pub(super) type ElementId = usize;

/// What an element holds.
enum Kid {
    Element(ElementId),
    /// Marked content: on which page, by which number.
    Content(usize, i32),
}

/// What an element is, beside its role.
pub(super) enum Note {
    None,
    /// The cells that a header cell is of.
    Heads(TableHeaderScope),
    /// What a picture shows, and where it is.
    Shows(String, Rect),
}

struct Element {
    role: StructRole,
    parent: ElementId,
    kids: Vec<Kid>,
    note: Note,
}

struct Page {
    content: Content,
    /// Whose content each mark is.
    marks: Vec<ElementId>,
}

/// A heading, for the list of bookmarks.
struct Bookmark {
    title: String,
    page: usize,
    y: f32,
}

/// What the file says of itself.
pub(super) struct Named {
    pub title: String,
    pub language: &'static str,
    /// The time of the last entry, as RFC 3339.
    pub made: Option<String>,
    /// By which it is told from other files.
    pub id: [u8; 32],
}

/// A document in the making.
pub(super) struct Paper {
    faces: [Face; 2],
    elements: Vec<Element>,
    pages: Vec<Page>,
    bookmarks: Vec<Bookmark>,
    /// Where the next line's top is.
    pub y: f32,
}

/// The tree's root.
pub(super) const DOCUMENT: ElementId = 0;

impl Paper {
    pub fn new() -> io::Result<Self> {
        let document = Element {
            role: StructRole::Document,
            parent: DOCUMENT,
            kids: Vec::new(),
            note: Note::None,
        };
        let faces = [Face::of(Weight::Regular)?, Face::of(Weight::Bold)?];
        let mut paper = Self {
            faces,
            elements: vec![document],
            pages: Vec::new(),
            bookmarks: Vec::new(),
            y: TOP,
        };
        paper.turn();
        Ok(paper)
    }

    /// Begins a page.
    pub fn turn(&mut self) {
        self.pages.push(Page {
            content: Content::new(),
            marks: Vec::new(),
        });
        self.y = TOP;
    }

    /// How much room is left on this page.
    pub fn room(&self) -> f32 {
        self.y - BOTTOM
    }

    pub fn face(&self, weight: Weight) -> &Face {
        let [regular, bold] = &self.faces;
        match weight {
            Weight::Regular => regular,
            Weight::Bold => bold,
        }
    }

    /// Adds an element to the tree.
    pub fn element(&mut self, role: StructRole, parent: ElementId, note: Note) -> ElementId {
        let id = self.elements.len();
        self.elements.push(Element {
            role,
            parent,
            kids: Vec::new(),
            note,
        });
        if let Some(parent) = self.elements.get_mut(parent) {
            parent.kids.push(Kid::Element(id));
        }
        id
    }

    /// Remembers a heading that stands here.
    pub fn bookmark(&mut self, title: &str) {
        self.bookmarks.push(Bookmark {
            title: title.to_owned(),
            page: self.pages.len() - 1,
            y: self.y,
        });
    }

    /// Draws the content of an element.
    pub fn mark(&mut self, element: ElementId, draw: impl FnOnce(&mut Pen<'_>)) {
        let number = self.pages.len() - 1;
        let (Some(page), Some(found)) = (self.pages.last_mut(), self.elements.get_mut(element))
        else {
            return;
        };
        let mark = page.marks.len() as i32;
        page.marks.push(element);
        found.kids.push(Kid::Content(number, mark));
        page.content
            .begin_marked_content_with_properties(found.role.to_name())
            .properties()
            .identify(mark);
        draw(&mut Pen {
            content: &mut page.content,
            faces: &mut self.faces,
        });
        page.content.end_marked_content();
    }

    /// Draws what is no content.
    pub fn artifact(&mut self, draw: impl FnOnce(&mut Pen<'_>)) {
        if let Some(page) = self.pages.last_mut() {
            artifact(page, &mut self.faces, ArtifactType::Layout, draw);
        }
    }
}
