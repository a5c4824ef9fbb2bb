//! A document's objects, as a file.

use super::pen::{Line, artifact};
use super::{DOCUMENT, ElementId, HEIGHT, Kid, MARGIN, Named, Note, Page, Paper, WIDTH};
use crate::http::sheets::pdf::font::{OBJECTS, Weight};
use crate::http::sheets::pdf::{packed, xmp};
use pdf_writer::types::{ArtifactType, OutputIntentSubtype, Placement, TabOrder};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use std::io;

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

impl Paper {
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
        let profile = packed(include_bytes!("../sRGB.icc"))?;
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
