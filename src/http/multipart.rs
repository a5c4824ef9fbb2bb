//! A form with a file in it, as browsers send it (RFC 7578): its fields, and the bytes of its files.

use super::browser::Form;
use super::json::Body;
use super::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use memchr::memmem;
use std::collections::BTreeMap;

/// What a form with files holds.
#[derive(Debug, Default)]
pub struct Multipart {
    /// The fields.
    pub form: Form,
    /// The files, by the names of their fields.
    pub files: BTreeMap<String, Bytes>,
}

impl Multipart {
    /// The form of a request, empty where the body is none; none where the body is too large.
    #[must_use]
    pub fn of<const LIMIT: usize>(
        request: &HttpRequest,
        body: Result<Body<LIMIT>, Problem>,
    ) -> Option<Self> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let body = body.ok()?;
        Some(Self::read(kind, &body.0).unwrap_or_default())
    }

    /// Reads a body; `None` where it is no such form.
    #[must_use]
    pub fn read(content_type: &str, body: &Bytes) -> Option<Self> {
        let boundary = boundary(content_type)?;
        let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
        let mut rest = body.get(first.len()..)?;
        body.starts_with(first.as_bytes()).then_some(())?;
        let (mut fields, mut files) = (BTreeMap::new(), BTreeMap::new());
        while !rest.starts_with(b"--") {
            let part = rest.strip_prefix(b"\r\n")?;
            let end = memmem::find(part, between.as_bytes())?;
            let (head, content) = split(part.get(..end)?)?;
            let name = parameter(head, "name")?;
            if parameter(head, "filename").is_some() {
                files.insert(name, body.slice_ref(content));
            } else {
                fields.insert(name, String::from_utf8(content.to_vec()).ok()?);
            }
            rest = part.get(end + between.len()..)?;
        }
        Some(Self {
            form: Form::of(fields),
            files,
        })
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    kind.trim()
        .eq_ignore_ascii_case("multipart/form-data")
        .then_some(())?;
    let boundary = rest.trim().strip_prefix("boundary=")?.trim_matches('"');
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The lines before a part's content, and the content.
fn split(part: &[u8]) -> Option<(&str, &[u8])> {
    let end = memmem::find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(part.get(..end)?).ok()?;
    Some((head, part.get(end + 4..)?))
}

/// A parameter of the line that says what a part is.
fn parameter(head: &str, name: &str) -> Option<String> {
    let mut lines = head.split("\r\n");
    let line = lines.find(|line| {
        let kind = line.split(':').next().unwrap_or_default();
        kind.eq_ignore_ascii_case("content-disposition")
    })?;
    let (_, rest) = line.split_once(&format!("; {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const KIND: &str = "multipart/form-data; boundary=----b1";

    fn read(body: &str) -> Option<Multipart> {
        Multipart::read(KIND, &Bytes::from(body.to_owned()))
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "------b1\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\noffers\r\n\
            ------b1\r\nContent-Disposition: form-data; name=\"list\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
            email\na@b.example\r\n\r\n------b1--\r\n";
        let read = read(body).unwrap();
        assert_eq!(read.form.get("purpose"), Some("offers"));
        assert_eq!(read.files["list"], "email\na@b.example\r\n");
    }

    #[test]
    fn what_is_no_form_is_none() {
        assert!(Multipart::read("text/csv", &Bytes::new()).is_none());
        for body in [
            "",
            "------b1",
            "------b1\r\n\r\n",
            "------b1\r\nx\r\n\r\ny\r\n------b1--",
        ] {
            assert!(read(body).is_none(), "{body}");
        }
        assert!(read("------b1--\r\n").unwrap().files.is_empty());
    }

    proptest! {
        #[test]
        fn any_body_is_read(kind in "multipart/form-data; boundary=.{0,5}|.{0,30}", body in any::<Vec<u8>>()) {
            let _ = Multipart::read(&kind, &Bytes::from(body));
        }
    }
}
