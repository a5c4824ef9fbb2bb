//! Pages behind a mail's link whose button acts only in the browser that was given the page: it brings back a
//! cookie, and what the form says beside it. Everywhere else the code of the same mail is asked for. So a scanner
//! that opens the link, and even one that presses, changes nothing.

use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::Refusal;
use crate::audit::encoding::hex;
use crate::http::browser::{self, Form};
use crate::http::pages::{CodeError, ConfirmBy};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

/// How long a browser may take to press, in minutes.
const MINUTES: i64 = 30;

/// One kind of such page.
pub(super) struct Shown {
    /// The cookie by which a browser shows that it was given the page.
    pub cookie: &'static str,
    /// What the page is for: what was given for another does not count.
    pub what: &'static str,
}

impl Shown {
    /// The page, made with what its form has to bring back; `None` where randomness is missing.
    pub fn page(
        &self,
        site: &Site,
        token: &str,
        html: impl FnOnce(String) -> String,
    ) -> Option<HttpResponse> {
        let nonce = PlainToken::new(TokenKind::Browser, site.app.entropy()).ok()?;
        let html = html(self.tag(site, token, nonce.reveal()));
        let cookie = browser::cookie(site, self.cookie, nonce.reveal(), Some(MINUTES));
        let page = browser::page(StatusCode::OK, html);
        Some(browser::with_cookie(page, &cookie))
    }

    /// Whether this browser brings back what the page gave it.
    pub fn is_back(&self, site: &Site, request: &HttpRequest, token: &str, form: &Form) -> bool {
        let nonce = browser::cookie_of(request, site, self.cookie);
        let shown = nonce.map(|nonce| self.tag(site, token, &nonce));
        shown.is_some() && form.get("shown") == shown.as_deref()
    }

    fn tag(&self, site: &Site, token: &str, nonce: &str) -> String {
        let all = format!("{}/{token}/{nonce}", self.what);
        hex(&site.app.keys().form_tag(all.as_bytes()))
    }
}

/// What a code says: `None` where it is the one, else how the page asks again. `right` tells whether it is;
/// `None` where too many were tried.
pub(super) async fn by_code(
    typed: Option<&str>,
    right: impl FnOnce(&Code) -> Result<Option<bool>, Refusal> + Send + 'static,
) -> Result<Option<ConfirmBy>, ()> {
    let Some(typed) = typed else {
        return Ok(Some(ConfirmBy::Code(None)));
    };
    let Some(code) = Code::typed(typed) else {
        return Ok(Some(ConfirmBy::Code(Some(CodeError::Wrong))));
    };
    Ok(match block(move || right(&code)).await.map_err(drop)? {
        Some(true) => None,
        Some(false) => Some(ConfirmBy::Code(Some(CodeError::Wrong))),
        None => Some(ConfirmBy::Code(Some(CodeError::Tries))),
    })
}
