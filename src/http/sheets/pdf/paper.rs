//! Pages, and the tree of what stands on them. Whatever is drawn is either the content of an element
//! of the tree or an artifact: a line, a page number, a header row that is repeated.

use super::font::{Face, OBJECTS, Weight};
use super::{packed, xmp};
use pdf_writer::types::{
    ArtifactSubtype, ArtifactType, OutputIntentSubtype, Placement, StructRole, TabOrder,
    TableHeaderScope,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
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

/// The objects that there are one of.
const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const INFO: i32 = 3;
const METADATA: i32 = 4;
const PROFILE: i32 = 5;
const TREE: i32 = 6;
const PARENTS: i32 = 7;
const OUTLINE: i32 = 8;
const FONTS: i32 = 9;

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

/// A line of text: where, how and what.
pub(super) struct Line<'a> {
    pub x: f32,
    pub baseline: f32,
    pub size: f32,
    pub weight: Weight,
    pub text: &'a str,
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

    /// Everything, as a file.
    pub fn finish(mut self, named: &Named) -> io::Result<Vec<u8>> {
        self.number(&named.title);
        let mut pdf = Pdf::new();
        pdf.set_version(1, 7);
        let id = named.id.iter().take(16).copied().collect::<Vec<u8>>();
        pdf.set_file_id((id.clone(), id));
        self.catalog(&mut pdf, named);
        for (number, face) in (0..).zip(&self.faces) {
            face.write(&mut pdf, Ref::new(FONTS + number * OBJECTS))?;
        }
        self.leaves(&mut pdf)?;
        self.tree(&mut pdf);
        self.outline(&mut pdf);
        pdf.document_info(Ref::new(INFO))
            .title(TextStr(&named.title))
            .producer(TextStr("Placet"));
        let packet = xmp::packet(&named.title, named.language, named.made.as_deref());
        pdf.metadata(Ref::new(METADATA), packet.as_bytes());
        let profile = packed(include_bytes!("sRGB.icc"))?;
        pdf.icc_profile(Ref::new(PROFILE), &profile)
            .n(3)
            .filter(Filter::FlateDecode);
        Ok(pdf.finish())
    }

    /// Puts its number on every page.
    fn number(&mut self, title: &str) {
        let all = self.pages.len();
        for (at, page) in (1..).zip(&mut self.pages) {
            artifact(page, &mut self.faces, ArtifactType::Pagination, |pen| {
                pen.text(&Line {
                    x: MARGIN,
                    baseline: MARGIN - 12.0,
                    size: 8.0,
                    weight: Weight::Regular,
                    text: &format!("{title}\u{a0}· {at}/{all}"),
                });
            });
        }
    }

    fn catalog(&self, pdf: &mut Pdf, named: &Named) {
        let mut catalog = pdf.catalog(Ref::new(CATALOG));
        catalog
            .pages(Ref::new(PAGES))
            .lang(TextStr(named.language))
            .metadata(Ref::new(METADATA))
            .outlines(Ref::new(OUTLINE));
        catalog.mark_info().marked(true);
        catalog.viewer_preferences().display_doc_title(true);
        catalog
            .output_intents()
            .push()
            .subtype(OutputIntentSubtype::PDFA)
            .output_condition_identifier(TextStr("sRGB"))
            .info(TextStr("sRGB IEC61966-2.1"))
            .dest_output_profile(Ref::new(PROFILE));
        let mut tree = catalog.struct_tree_root();
        tree.child(self.at(DOCUMENT));
        tree.pair(Name(b"ParentTree"), Ref::new(PARENTS));
        tree.parent_tree_next_key(self.pages.len() as i32);
    }

    fn pages_from() -> i32 {
        FONTS + 2 * OBJECTS
    }

    fn page(number: usize) -> Ref {
        Ref::new(Self::pages_from() + 2 * number as i32)
    }

    /// The object of an element.
    fn at(&self, element: ElementId) -> Ref {
        Ref::new(Self::pages_from() + 2 * self.pages.len() as i32 + element as i32)
    }

    fn leaves(&mut self, pdf: &mut Pdf) -> io::Result<()> {
        let pages = std::mem::take(&mut self.pages);
        let count = pages.len();
        pdf.pages(Ref::new(PAGES))
            .kids((0..count).map(Self::page))
            .count(count as i32);
        for (number, page) in pages.into_iter().enumerate() {
            let id = Self::page(number);
            let content = Ref::new(id.get() + 1);
            let mut sheet = pdf.page(id);
            sheet
                .parent(Ref::new(PAGES))
                .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
                .contents(content)
                .struct_parents(number as i32)
                .tab_order(TabOrder::StructureOrder);
            let mut resources = sheet.resources();
            let mut fonts = resources.fonts();
            for (number, weight) in (0..).zip(Weight::ALL) {
                fonts.pair(weight.name(), Ref::new(FONTS + number * OBJECTS));
            }
            fonts.finish();
            resources.finish();
            sheet.finish();
            let bytes = packed(page.content.finish().as_slice())?;
            pdf.stream(content, &bytes).filter(Filter::FlateDecode);
            self.pages.push(Page {
                content: Content::new(),
                marks: page.marks,
            });
        }
        Ok(())
    }

    fn tree(&self, pdf: &mut Pdf) {
        for (number, element) in self.elements.iter().enumerate() {
            let mut written = pdf.struct_element(self.at(number));
            written.kind(element.role);
            written.parent(if number == DOCUMENT {
                Ref::new(TREE)
            } else {
                self.at(element.parent)
            });
            match &element.note {
                Note::None => (),
                Note::Heads(scope) => {
                    written.attributes().push().table().scope(*scope);
                }
                Note::Shows(text, place) => {
                    written.alt(TextStr(text));
                    written
                        .attributes()
                        .push()
                        .layout()
                        .placement(Placement::Block)
                        .bbox(*place);
                }
            }
            let mut kids = written.children();
            for kid in &element.kids {
                match kid {
                    Kid::Element(id) => {
                        kids.struct_element(self.at(*id));
                    }
                    Kid::Content(page, mark) => {
                        kids.marked_content_ref()
                            .page(Self::page(*page))
                            .marked_content_id(*mark);
                    }
                }
            }
        }
        let mut parents = pdf.number_tree::<Ref>(Ref::new(PARENTS));
        let mut entries = parents.nums();
        let first = self.at(self.elements.len()).get() + self.bookmarks.len() as i32;
        for number in 0..self.pages.len() as i32 {
            entries.insert(number, Ref::new(first + number));
        }
        entries.finish();
        parents.finish();
        for (number, page) in (0..).zip(&self.pages) {
            let of = page.marks.iter().map(|element| self.at(*element));
            pdf.indirect(Ref::new(first + number)).array().items(of);
        }
    }

    fn outline(&self, pdf: &mut Pdf) {
        let count = self.bookmarks.len();
        let item = |number: usize| self.at(self.elements.len() + number);
        let mut outline = pdf.outline(Ref::new(OUTLINE));
        if let Some(last) = count.checked_sub(1) {
            outline.first(item(0)).last(item(last)).count(count as i32);
        }
        outline.finish();
        for (number, bookmark) in self.bookmarks.iter().enumerate() {
            let mut written = pdf.outline_item(item(number));
            written
                .title(TextStr(&bookmark.title))
                .parent(Ref::new(OUTLINE));
            if let Some(before) = number.checked_sub(1) {
                written.prev(item(before));
            }
            if number + 1 < count {
                written.next(item(number + 1));
            }
            let page = Self::page(bookmark.page);
            written.dest().page(page).xyz(0.0, bookmark.y, None);
        }
    }
}

fn artifact(
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
pub(super) struct Pen<'a> {
    content: &'a mut Content,
    faces: &'a mut [Face; 2],
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
