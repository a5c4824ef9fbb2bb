//! Texts that are code to a browser, in every field that staff, tools or customers fill, on the pages that show
//! them, in Chromium: nothing runs, and nothing of it becomes part of the page.

mod agents;
mod console;
mod desk;
mod looking;
mod requests;

use serde_json::json;

use self::looking::{looked, watched};
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::staff::{self, PASSWORD};
use crate::systems::{applied, system};

const ANNE: &str = "anne@vector.example";

/// Each says `struck` if it runs: in text, in an attribute, in an address, in a template, in a style.
const VECTORS: [&str; 36] = [
    "<script>window.struck=1</script>",
    "</script><script>window.struck=1</script>",
    "<ScRiPt >window.struck=1</ScRiPt >",
    "<script src=data:text/javascript,window.struck=1></script>",
    "<img src=x onerror=window.struck=1>",
    "<img src=x onerror='window.struck=1'//",
    "<svg onload=window.struck=1>",
    "<svg><script>window.struck=1</script></svg>",
    "<svg><animate onbegin=window.struck=1 attributeName=x dur=1s>",
    "<body onload=window.struck=1>",
    "<iframe srcdoc='<script>parent.struck=1</script>'>",
    "<iframe src=javascript:parent.struck=1>",
    "<object data=javascript:window.struck=1>",
    "<embed src=javascript:window.struck=1>",
    "<a href=javascript:window.struck=1 autofocus>x</a>",
    "<input onfocus=window.struck=1 autofocus>",
    "<details open ontoggle=window.struck=1>",
    "<video><source onerror=window.struck=1></video>",
    "<math><mtext></p><img src=x onerror=window.struck=1>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:window.struck=1'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<form action=//evil.example/><button>x</button></form>",
    "<template><script>window.struck=1</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.struck=1>\">",
    "\" onmouseover=window.struck=1 autofocus onfocus=window.struck=1 x=\"",
    "' onfocus='window.struck=1' autofocus='",
    "\"><img src=x onerror=window.struck=1>",
    "'><img src=x onerror=window.struck=1>",
    "--><img src=x onerror=window.struck=1>",
    "]]><img src=x onerror=window.struck=1>",
    "</title></textarea></option></select><img src=x onerror=window.struck=1>",
    "${window.struck=1}{{window.struck=1}}<%window.struck=1%>",
    "javascript:window.struck=1",
    "&lt;img src=x onerror=window.struck=1&gt;&#60;script&#62;window.struck=1&#60;/script&#62;",
];

/// A few of them as one text.
fn few(from: usize, count: usize) -> String {
    let each = VECTORS.iter().cycle().skip(from).take(count);
    each.copied().collect::<Vec<_>>().join(" ")
}

/// As many purposes as it takes to have each vector in a title, a description and a notice.
fn offered(shop: &Shop) {
    let admin = shop.admin();
    let controller = json!({ "name": few(4, 1), "country": "FR", "contact": few(26, 2) });
    admin
        .put("/v1/controllers/default", &controller)
        .expect(200);
    for at in 0..VECTORS.len() {
        let words = |from: usize| json!({ "en": few(from, 1), "fr": few(from, 1) });
        let purpose = json!({ "controller": "default", "use": "direct_marketing_own", "legal_basis": "consent",
            "channels": ["email"], "title": words(at), "description": words(at + 1) });
        admin
            .put(&format!("/v1/purposes/vector-{at}"), &purpose)
            .expect(200);
        let notice =
            json!({ "purpose": format!("vector-{at}"), "change": "major", "text": words(at + 2) });
        admin
            .put(&format!("/v1/notices/vector-{at}/1"), &notice)
            .expect(200);
    }
}

#[test]
fn nothing_that_somebody_writes_runs() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &[("PLACET_STAFF_SECOND_FACTOR", "optional")]);
    let Some(browser) = watched() else { return };
    offered(&shop);
    let manual = format!(
        "kind = \"manual\"\ninstructions = '''{}'''",
        few(0, 4).replace("'''", "")
    );
    let named = system("archive", "email", "", &manual)
        .replace("The archive", "The <img src=x onerror=window.struck=1>");
    applied(&db, &[named]);
    let mut given = yes(ANNE);
    given["source"] = json!({ "kind": "store", "id": few(4, 1), "agent": few(6, 1) });
    given["evidence"] = json!({ "form": few(0, 12) });
    let written = shop.record(&given);
    let receipt = format!(
        "/r/{}/{}",
        written["position"],
        written["id"].as_str().unwrap()
    );
    shop.server
        .http()
        .form(&format!("{receipt}/not-me"), &[])
        .expect(200);
    let asked = json!({ "kind": "access", "subject": { "email": ANNE }, "country": "FR", "via": "mail", "text": few(0, VECTORS.len()) });
    let request = shop
        .collector()
        .post("/v1/requests", &asked)
        .expect(201)
        .json();
    let (choices, stop) = shop.link(ANNE);
    let host = shop.server.url();
    let go = |path: &str| browser.goto(&format!("{host}{path}"));

    let mut shown = Vec::new();
    let mut look = |path: &str| {
        go(path);
        shown.push((path.to_owned(), looked(&browser, path)));
    };
    for path in [
        choices.as_str(),
        stop.as_str(),
        "/texts",
        "/accessibility",
        receipt.as_str(),
        "/sign-in",
    ] {
        look(path);
        look(&format!("{path}?lang=fr"));
    }
    // what stands in an address
    for vector in VECTORS.iter().step_by(3) {
        let coded = crate::support::http::encode(vector);
        for path in ["/c/", "/receipt?receipt="] {
            go(&format!("{path}{coded}"));
            looked(&browser, path);
        }
    }
    staff::add(&db, "dpo", "dpo");
    go("/console/sign-in");
    browser.find("#user").enter("dpo");
    browser.find("#password").enter(PASSWORD);
    browser.find("button.main").follow();
    let file = format!("/console/requests/{}", request["id"].as_str().unwrap());
    let number = request["number"].as_str().unwrap();
    let opened = format!("{file}?why=person_request&reference={number}");
    for path in [
        "/console",
        "/console/disputes",
        "/console/requests",
        "/console/requests/new",
        "/console/reports",
        "/console/keys",
        "/console/policies",
        "/console/purposes",
        "/console/retention",
        "/console/staff",
        "/console/system",
        "/console/codes",
        &opened,
    ] {
        go(path);
        shown.push((path.to_owned(), looked(&browser, path)));
    }
    // pages that show nothing prove nothing: these are known to show what was written
    let of = |path: &str| {
        shown
            .iter()
            .find(|(found, _)| found == path)
            .map(|(_, count)| *count)
    };
    for (path, least) in [
        (choices.as_str(), 30),
        ("/texts", 30),
        (opened.as_str(), 30),
    ] {
        assert!(
            of(path).unwrap() >= least,
            "{path} shows few of them: {shown:?}"
        );
    }
}
