//! The two embedded faces: which glyphs were used, how wide a text is, and the font's objects.

use super::packed;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use std::io;
use subsetter::GlyphRemapper;

const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};
/// What stands for a character that the face has not: PDF/A forbids the glyph for "none".
const UNKNOWN: char = '\u{FFFD}';
/// Objects that a face takes.
pub(super) const OBJECTS: i32 = 5;

/// Which face a text is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    pub const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    pub const fn name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"F0"),
            Self::Bold => Name(b"F1"),
        }
    }

    /// The face's name, behind the six letters that say that it is a part of it.
    const fn face(self) -> &'static [u8] {
        match self {
            Self::Regular => b"PLACET+DejaVuSansCondensed",
            Self::Bold => b"PLACET+DejaVuSansCondensed-Bold",
        }
    }

    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("fonts/DejaVuSansCondensed.ttf"),
            Self::Bold => include_bytes!("fonts/DejaVuSansCondensed-Bold.ttf"),
        }
    }
}

/// A face, and what of it is used.
pub(super) struct Face {
    weight: Weight,
    outlines: ttf_parser::Face<'static>,
    used: GlyphRemapper,
    /// Of each used glyph: the character it stands for, and its width in thousandths of the size.
    glyphs: BTreeMap<u16, (char, f32)>,
}

impl Face {
    pub fn of(weight: Weight) -> io::Result<Self> {
        let outlines = ttf_parser::Face::parse(weight.bytes(), 0).map_err(io::Error::other)?;
        Ok(Self {
            weight,
            outlines,
            used: GlyphRemapper::new(),
            glyphs: BTreeMap::new(),
        })
    }

    /// Whether each character has a glyph.
    pub fn has(&self, text: &str) -> bool {
        text.chars()
            .all(|one| self.outlines.glyph_index(one).is_some())
    }

    fn glyph(&self, one: char) -> (u16, char) {
        let found = self.outlines.glyph_index(one).map(|glyph| (glyph.0, one));
        let unknown = || {
            self.outlines
                .glyph_index(UNKNOWN)
                .map_or(0, |glyph| glyph.0)
        };
        found.unwrap_or_else(|| (unknown(), UNKNOWN))
    }

    fn scaled(&self, units: f32) -> f32 {
        units * 1_000.0 / f32::from(self.outlines.units_per_em())
    }

    fn advance(&self, glyph: u16) -> f32 {
        let units = self.outlines.glyph_hor_advance(ttf_parser::GlyphId(glyph));
        self.scaled(f32::from(units.unwrap_or(0)))
    }

    /// How wide a text is at a size.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let sum: f32 = text
            .chars()
            .map(|one| self.advance(self.glyph(one).0))
            .sum();
        sum * size / 1_000.0
    }

    /// A text as the bytes that show it.
    pub fn show(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * text.len());
        for one in text.chars() {
            let (glyph, stands_for) = self.glyph(one);
            let cid = self.used.remap(glyph);
            let width = self.advance(glyph);
            self.glyphs.entry(cid).or_insert((stands_for, width));
            bytes.extend(cid.to_be_bytes());
        }
        bytes
    }

    /// Writes the face's objects, the first of which is the font: as many as [`OBJECTS`].
    pub fn write(&self, pdf: &mut Pdf, first: Ref) -> io::Result<()> {
        let at = |offset: i32| Ref::new(first.get() + offset);
        let name = Name(self.weight.face());
        let mut font = pdf.type0_font(first);
        font.base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(at(1))
            .to_unicode(at(4));
        font.finish();
        self.cid_font(pdf, (at(1), at(2)), name);
        self.descriptor(pdf, (at(2), at(3)), name);
        let part = subsetter::subset(self.weight.bytes(), 0, &self.used);
        let part = part.map_err(|error| io::Error::other(error.to_string()))?;
        let bytes = packed(&part)?;
        let mut file = pdf.stream(at(3), &bytes);
        file.filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), i32::try_from(part.len()).unwrap_or(0));
        file.finish();
        let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (cid, (one, _)) in &self.glyphs {
            map.pair(*cid, *one);
        }
        let bytes = packed(map.finish().as_slice())?;
        pdf.cmap(at(4), &bytes).filter(Filter::FlateDecode);
        Ok(())
    }

    fn cid_font(&self, pdf: &mut Pdf, (id, descriptor): (Ref, Ref), name: Name<'_>) {
        let mut font = pdf.cid_font(id);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let nothing = [self.advance(0)];
        let mut widths = font.widths();
        widths.consecutive(0, nothing);
        for (cid, (_, width)) in &self.glyphs {
            widths.consecutive(*cid, [*width]);
        }
    }

    fn descriptor(&self, pdf: &mut Pdf, (id, file): (Ref, Ref), name: Name<'_>) {
        let units = |units: i16| self.scaled(f32::from(units));
        let all = self.outlines.global_bounding_box();
        let (ascent, descent) = (self.outlines.ascender(), self.outlines.descender());
        let capital = self.outlines.capital_height().unwrap_or(ascent);
        let mut descriptor = pdf.font_descriptor(id);
        descriptor
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(
                units(all.x_min),
                units(all.y_min),
                units(all.x_max),
                units(all.y_max),
            ))
            .italic_angle(0.0)
            .ascent(units(ascent))
            .descent(units(descent))
            .cap_height(units(capital))
            .stem_v(if self.weight == Weight::Bold {
                140.0
            } else {
                80.0
            })
            .font_file2(file);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn both_faces_have_what_both_languages_write() {
        for weight in Weight::ALL {
            let face = Face::of(weight).unwrap();
            for words in [
                include_str!("../../pages/words/fr.ftl"),
                include_str!("../../pages/words/en.ftl"),
            ] {
                let missing: String = words
                    .chars()
                    .filter(|one| !one.is_control() && !face.has(&one.to_string()))
                    .collect();
                assert_eq!(missing, "");
            }
            assert!(face.has(&UNKNOWN.to_string()));
        }
    }

    #[test]
    fn a_character_that_a_face_has_not_is_shown_as_one() {
        let mut face = Face::of(Weight::Regular).unwrap();
        assert!(!face.has("漢") && face.has("Łódź Ωμέγα"));
        assert_eq!(face.show("漢"), face.show("\u{FFFD}"));
        assert!(face.width("iii", 10.0) < face.width("mmm", 10.0));
    }
}
