//! Which tile: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`, N in groups of three digits.

use super::{TILE_WIDTH, TileError};
use crate::audit::tree::TILE_HEIGHT;
use std::fmt;
use std::str::FromStr;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// Hashes of that tile level: 0 those of entries, 1 the roots of full tiles of level 0, …
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// The name of a tile or of an entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// What it holds.
    pub content: Content,
    /// Its index within its level.
    pub index: u64,
    /// How many hashes or entries it holds: 1 to 256, less than 256 at the right edge only.
    pub width: u16,
}

impl TileId {
    /// The tile of that index as a log of `size` entries has it; `None` where it would be empty or
    /// the level does not exist.
    #[must_use]
    pub fn within(size: u64, content: Content, index: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(content.level()) * u32::from(TILE_HEIGHT))?;
        let left = hashes.checked_sub(index.checked_mul(TILE_WIDTH)?)?;
        let width = left.min(TILE_WIDTH) as u16;
        let id = Self {
            content,
            index,
            width,
        };
        (width > 0).then_some(id)
    }

    /// The first hash or entry in it, counted within its level.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.index.saturating_mul(TILE_WIDTH)
    }

    /// Whether it will never grow.
    #[must_use]
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }
}

impl Content {
    fn level(self) -> u8 {
        match self {
            Self::Hashes(level) => level,
            Self::Entries => 0,
        }
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes(level) => write!(f, "tile/{level}/")?,
            Content::Entries => f.write_str("tile/entries/")?,
        }
        let (mut groups, mut rest) = (vec![self.index % 1000], self.index / 1000);
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", self.width)
    }
}

impl FromStr for TileId {
    type Err = TileError;

    /// Strict: each tile has one path.
    fn from_str(path: &str) -> Result<Self, TileError> {
        let id = parse(path).ok_or(TileError::Path)?;
        // what prints differently was spelled with a needless zero, sign or width
        if id.to_string() == path {
            Ok(id)
        } else {
            Err(TileError::Path)
        }
    }
}

fn parse(path: &str) -> Option<TileId> {
    let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let content = match content {
        "entries" => Content::Entries,
        level => Content::Hashes(level.parse().ok().filter(|l| *l < 64)?),
    };
    let (digits, width) = match rest.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok().filter(|w| (1..256).contains(w))?),
        None => (rest, 256),
    };
    let index = digits.split('/').try_fold(0u64, |index, group| {
        let group: u64 = group.trim_start_matches('x').parse().ok()?;
        index.checked_mul(1000)?.checked_add(group)
    })?;
    Some(TileId {
        content,
        index,
        width,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn id(content: Content, index: u64, width: u16) -> TileId {
        TileId {
            content,
            index,
            width,
        }
    }

    #[test]
    fn paths_of_the_specification() {
        for (path, tile) in [
            (
                "tile/0/x001/x234/067",
                id(Content::Hashes(0), 1_234_067, 256),
            ),
            ("tile/0/000", id(Content::Hashes(0), 0, 256)),
            ("tile/0/273.p/112", id(Content::Hashes(0), 273, 112)),
            ("tile/63/x999/000.p/1", id(Content::Hashes(63), 999_000, 1)),
            (
                "tile/entries/x001/067.p/255",
                id(Content::Entries, 1067, 255),
            ),
        ] {
            assert_eq!(tile.to_string(), path);
            assert_eq!(path.parse(), Ok(tile));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/1234",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/data/000",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x001/x000",
            "tile/0/xx01/000",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/1/",
            "tile/0/+00",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(path.parse::<TileId>(), Err(TileError::Path), "{path}");
        }
    }

    #[test]
    fn widths_of_the_specification() {
        // the example of tlog-tiles: a tree of 70,000 entries
        let width = |level, index| {
            TileId::within(70_000, Content::Hashes(level), index).map(|tile| tile.width)
        };
        assert_eq!(
            (width(0, 272), width(0, 273), width(0, 274)),
            (Some(256), Some(112), None)
        );
        assert_eq!(
            (width(1, 0), width(1, 1), width(1, 2)),
            (Some(256), Some(17), None)
        );
        assert_eq!(
            (width(2, 0), width(3, 0), width(200, 0)),
            (Some(1), None, None)
        );
        assert_eq!(TileId::within(256, Content::Hashes(1), 0).unwrap().width, 1);
    }

    proptest! {
        #[test]
        fn round_trip(level in 0u8..64, index: u64, width in 1u16..=256, entries: bool) {
            let content = if entries { Content::Entries } else { Content::Hashes(level) };
            let tile = id(content, index, width);
            prop_assert_eq!(tile.to_string().parse(), Ok(tile));
        }

        #[test]
        fn parsing_never_panics(path in "(tile/)?[0-9xp./a-z]{0,40}|\\PC{0,20}") {
            if let Ok(tile) = path.parse::<TileId>() {
                prop_assert_eq!(tile.to_string(), path);
            }
        }
    }
}
