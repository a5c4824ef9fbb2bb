//! The file on its way from page to page: packed, with a tag that binds it to who sent it and to the mapping that it
//! was tried with. Nothing of it is kept here, and what is run is what was tried.

use crate::audit::encoding::hex;
use crate::http::browser::Form;
use crate::http::console::is_ours;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::{HttpRequest, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read, Write};
use std::sync::Arc;

/// The most bytes of a file.
pub(super) const BYTES: usize = 7 * 1024 * 1024;
/// The most bytes of it packed and written down, of which a form can carry it back.
const PACKED: usize = 6 * 1024 * 1024;

/// A file, and how it is to be read.
#[derive(Clone, Default)]
pub(super) struct Parcel {
    /// The file.
    pub file: Vec<u8>,
    /// The mapping's name; empty as long as there is none.
    pub map: String,
    /// The mapping's text, where it is none of the built-in ones.
    pub mapping: String,
}

/// The hidden fields of a form that brings a parcel back; `None` where it is too large. It is packed away from the
/// threads that answer.
pub(super) async fn sealed(
    parcel: &Arc<Parcel>,
    site: &web::Data<Site>,
    open: &Session,
) -> Option<Vec<(String, String)>> {
    let (parcel, site, open) = (parcel.clone(), site.clone(), open.clone());
    let packed = web::block(move || parcel.sealed(&site, &open));
    packed.await.ok().flatten()
}

/// What a form of one of our pages brings back, if this member of staff sealed it here, and what is made of it. It is
/// unpacked, and looked through, away from the threads that answer.
pub(super) async fn opened<T: Send + 'static>(
    site: &web::Data<Site>,
    request: &HttpRequest,
    open: &Session,
    form: &Arc<Form>,
    make: impl FnOnce(Parcel) -> Option<T> + Send + 'static,
) -> Option<T> {
    is_ours(site, request, form, open).then_some(())?;
    let (site, open, form) = (site.clone(), open.clone(), form.clone());
    let unpacked = web::block(move || Parcel::opened(&site, &open, &form).and_then(make));
    unpacked.await.ok().flatten()
}

impl Parcel {
    fn sealed(&self, site: &Site, open: &Session) -> Option<Vec<(String, String)>> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&self.file).ok()?;
        let file = URL_SAFE_NO_PAD.encode(packed.finish().ok()?);
        let fields = [
            ("csrf", open.csrf.clone()),
            ("tag", self.tag(site, open, &file)),
            ("map", self.map.clone()),
            ("mapping", URL_SAFE_NO_PAD.encode(&self.mapping)),
            ("file", file),
        ];
        let own = |(name, value): (&str, String)| (name.to_owned(), value);
        let fits = fields.iter().all(|(_, value)| value.len() <= PACKED);
        fits.then(|| fields.map(own).to_vec())
    }

    fn opened(site: &Site, open: &Session, form: &Form) -> Option<Self> {
        let mut parcel = Self {
            file: Vec::new(),
            map: form.get("map")?.to_owned(),
            mapping: text(form.get("mapping")?)?,
        };
        let file = form.get("file")?;
        let tag = parcel.tag(site, open, file);
        // the tag is looked at first: only what was packed here is unpacked
        (form.get("tag") == Some(&*tag)).then_some(())?;
        let packed = URL_SAFE_NO_PAD.decode(file).ok()?;
        DeflateDecoder::new(packed.as_slice())
            .read_to_end(&mut parcel.file)
            .ok()?;
        Some(parcel)
    }

    fn tag(&self, site: &Site, open: &Session, file: &str) -> String {
        let of = format!(
            "import/{}/{}\n{}\n{file}",
            open.staff, self.map, self.mapping
        );
        hex(&site.app.keys().form_tag(of.as_bytes()))
    }
}

fn text(packed: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(packed).ok()?).ok()
}
