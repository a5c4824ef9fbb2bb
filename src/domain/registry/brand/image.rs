//! A logo's picture: small, and of a kind that cannot hold script, as its bytes tell.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Most bytes of a picture: with it the first page still weighs less than 60 kB.
pub const MOST: usize = 16 * 1024;

/// Which kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// `WebP`.
    Webp,
}

impl ImageKind {
    /// Each kind with the ending of its files and its media type.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Png, "png", "image/png"),
        (Self::Jpeg, "jpg", "image/jpeg"),
        (Self::Webp, "webp", "image/webp"),
    ];

    /// The kind, as the first bytes tell.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            _ => None,
        }
    }

    fn entry(self) -> (&'static str, &'static str) {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|(kind, ..)| *kind == self);
        found.map_or(("", ""), |(_, ending, media)| (ending, media))
    }

    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        self.entry().0
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.entry().1
    }
}

/// A picture; in the catalogue as base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Image {
    bytes: Arc<[u8]>,
    kind: ImageKind,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl Image {
    /// Reads a picture.
    ///
    /// # Errors
    /// What is wrong with it, and how to mend it.
    pub fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() > MOST {
            return Err("is larger than 16 KiB; make it smaller: 320 pixels wide are enough");
        }
        let kind = ImageKind::of(bytes).ok_or(
            "is no PNG, JPEG or WebP by its bytes; SVG is not taken, since it can hold script",
        )?;
        Ok(Self {
            bytes: bytes.into(),
            kind,
        })
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ImageKind {
        self.kind
    }
}

impl TryFrom<String> for Image {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text.trim());
        Self::read(&bytes.map_err(|_| "must be the picture's bytes in base64")?)
    }
}

impl From<Image> for String {
    fn from(image: Image) -> Self {
        STANDARD.encode(&image.bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_bytes_tell_the_kind() {
        let png = b"\x89PNG\r\n\x1a\n rest".as_slice();
        assert_eq!(Image::read(png).unwrap().kind().media_type(), "image/png");
        assert_eq!(
            Image::read(b"\xff\xd8\xff\xe0").unwrap().kind().ending(),
            "jpg"
        );
        assert_eq!(
            Image::read(b"RIFF\0\0\0\0WEBPVP8 ").unwrap().kind(),
            ImageKind::Webp
        );
        let bad: [&[u8]; 6] = [
            b"",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"GIF89a",
            b"<!doctype html>",
            b"RIFF\0\0\0\0WAVE",
        ];
        for bad in bad {
            assert!(Image::read(bad).is_err(), "{bad:?}");
        }
        let large = [png, &[0; MOST]].concat();
        assert!(Image::read(&large).unwrap_err().contains("16 KiB"));
    }
}
