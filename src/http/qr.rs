//! Codes that a telephone's camera reads.

use qrcode::render::svg::Color;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// An address as a code: a file of SVG, with the quiet margin that cameras need.
///
/// # Errors
/// Where it is too long for one.
pub fn svg(address: &str) -> Result<String, QrError> {
    drawn(address, 10)
}

/// The same to stand within a page: without a file's declaration, and as large as the page has it.
///
/// # Errors
/// Where it is too long for one.
pub fn within_page(address: &str) -> Result<String, QrError> {
    let file = drawn(address, 1)?;
    let begins = file.find("<svg").unwrap_or_default();
    Ok(file.get(begins..).unwrap_or_default().to_owned())
}

fn drawn(address: &str, square: u32) -> Result<String, QrError> {
    // on a counter codes are scratched and half in the shade: a quarter of it may be missing
    let code = QrCode::with_error_correction_level(address, EcLevel::Q)?;
    let mut drawn = code.render::<Color<'_>>();
    Ok(drawn.module_dimensions(square, square).build())
}
