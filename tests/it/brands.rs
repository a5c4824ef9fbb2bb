//! Brands: files under version control, looked at before anything changes; pages and mails in their name.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::server::{Output, cli};
use crate::ways_in::{browser, cookie, hidden, letter};
use serde_json::json;

const ANNE: &str = "anne@known.example";
const LOGO: &[u8] = include_bytes!("../../src/app/demo/lumen.png");
const FOLDER: [(&str, &str); 1] = [("PLACET_SMTP_URL", "folder")];

const BRAND: &str = r##"
[[controller]]
id = "default"
name = "Maison Lumen SAS"
country = "FR"
places = { "lille-2" = "Lille" }

[controller.brand]
name = "Lumen"
hosts = ["choices.lumen.localhost"]
sites = ["www.lumen.localhost"]
logo = { image = { file = "lumen.png" }, alt = { en = "Lumen, the house of lamps" } }
light = { accent = "#7a1f3d", text = "#ffffff" }
dark = { accent = "#f2a7bd", text = "#3a0a1b" }

[controller.brand.words.en]
name = "the House of Lumen"
signature = "Your advisers at Lumen"
help = "We answer from 9 to 7."
phone = "+33 3 20 00 00 00"
mail = "hello@lumen.example"
post = "1 rue de la Clef, Lille"

[[controller.brand.key]]
kid = "2026-11"
kty = "OKP"
crv = "Ed25519"
x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
"##;

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.put("lumen.png", LOGO);
        files.put("brand.toml", BRAND.as_bytes());
        files
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn catalogue(&self, db: &Db, verb: &str, arguments: &[&str]) -> Output {
        let directory = self.0.path().display().to_string();
        cli(db, &[&["catalogue", verb, &directory], arguments].concat())
    }
}

fn refused(db: &Db, files: &Files, change: (&str, &str)) -> String {
    assert!(BRAND.contains(change.0), "{}", change.0);
    files.put("brand.toml", BRAND.replace(change.0, change.1).as_bytes());
    let refused = files.catalogue(db, "apply", &[]);
    assert_eq!(refused.code, 2, "{change:?}: {refused:?}");
    refused.stderr
}

on_both! {
    fn a_brand_goes_round_as_files(db: &Db) {
        let files = Files::new();
        let shown = files.catalogue(db, "apply", &["--dry-run"]);
        assert!(shown.stdout.contains("new      controller default@1"), "{shown:?}");
        assert_eq!(files.catalogue(db, "apply", &[]).code, 0);
        assert!(files.catalogue(db, "apply", &[]).stdout.contains("nothing to change"));
        let other = Files(tempfile::tempdir().unwrap());
        assert_eq!(other.catalogue(db, "export", &[]).code, 0);
        let logo = std::fs::read(other.0.path().join("logo-default.png")).unwrap();
        assert_eq!(logo, LOGO);
        let again = other.catalogue(db, "apply", &["--dry-run"]);
        assert!(again.stdout.contains("nothing to change"), "{again:?}");
        // a colour is a change of its own, and the log says so
        files.put("brand.toml", BRAND.replace("#7a1f3d", "#1f3d7a").as_bytes());
        let changed = files.catalogue(db, "apply", &[]);
        assert!(changed.stdout.contains("changed  controller default@2"), "{changed:?}");
        let audited = cli(db, &["audit", "check"]);
        assert_eq!(audited.code, 0, "{audited:?}");
    }

    fn what_customers_should_not_meet_is_refused(db: &Db) {
        let files = Files::new();
        let faint = refused(db, &files, ("#7a1f3d", "#ffd400"));
        assert!(faint.contains("1.43:1") && faint.contains("at least 4.5:1"), "{faint}");
        assert!(faint.contains("brand/light"), "{faint}");
        let dark = refused(db, &files, ("#f2a7bd", "#7a1f3d"));
        assert!(dark.contains("brand/dark") && dark.contains("lighter accent"), "{dark}");
        let pressing = refused(db, &files, ("We answer from 9 to 7.", "Don't miss us!"));
        assert!(pressing.contains("don’t miss"), "{pressing}");
        assert!(refused(db, &files, ("choices.lumen.localhost", "*.lumen.localhost")).contains("host name"));
        assert!(refused(db, &files, ("\"#ffffff\"", "\"red;}body{display:none\"")).contains("colour like"));
        assert!(refused(db, &files, ("lumen.png", "../lumen.png")).contains("own directory"));
        assert!(refused(db, &files, ("lumen.png", "none.png")).contains("cannot be read"));
        assert!(refused(db, &files, ("x = \"11", "d = \"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"\nx = \"11")).contains("private key"));
        assert!(refused(db, &files, ("+33 3 20 00 00 00", "call us")).contains("phone number"));
        // an SVG by another name, and one that is too large
        files.put("lumen.png", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>");
        assert!(refused(db, &files, ("\"FR\"", "\"FR\"")).contains("SVG is not taken"));
        files.put("lumen.png", &[LOGO, &[0; 16 * 1024]].concat());
        assert!(refused(db, &files, ("\"FR\"", "\"FR\"")).contains("16 KiB"));
        // none of it was published
        files.put("lumen.png", LOGO);
        files.put("brand.toml", BRAND.as_bytes());
        assert!(files.catalogue(db, "apply", &["--dry-run"]).stdout.contains("new      controller default@1"));
    }

    fn pages_and_mails_are_the_brands(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        shop.record(&yes(ANNE));
        let files = Files::new();
        assert_eq!(files.catalogue(db, "apply", &[]).code, 0);
        let (choices, stop) = shop.link(ANNE);
        for path in [choices.as_str(), &stop, "/sign-in", "/at/default", "/accessibility", "/receipt"] {
            let page = browser(&shop).get(path).expect(200).text;
            branded(&page);
        }
        // its files are ours, and of that very content
        let page = browser(&shop).get(&choices).expect(200).text;
        let logo = shop.server.http().get(&address(&page, ".png")).expect(200);
        assert_eq!((logo.bytes.as_slice(), logo.header("content-type")), (LOGO, Some("image/png")));
        assert!(logo.header("cache-control").unwrap().contains("immutable"));
        let sheet = shop.server.http().get(&address(&page, ".css")).expect(200);
        assert!(sheet.text.contains("--brand:#7a1f3d") && sheet.text.contains("--brand:#f2a7bd"), "{}", sheet.text);
        for wrong in ["/assets/0000000000000000/default.png", "/assets/0000000000000000/default.css", "/assets/x/none.css"] {
            shop.server.http().get(wrong).expect(404);
        }
        // mails
        browser(&shop).form("/sign-in", &[("address", ANNE)]).expect(200);
        let mail = letter(db, 1);
        for words in ["the House of Lumen", "Your advisers at Lumen", "We answer from 9 to 7.", "hello@lumen.example"] {
            assert!(mail.text.contains(words) && mail.html.contains(words), "{}", mail.text);
        }
    }

    /// A brand's own host has its brand, its cookies and its links.
    fn a_host_is_a_brands(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        shop.record(&yes(ANNE));
        let other = json!({ "name": "Atelier SA", "brand": { "hosts": ["atelier.localhost"] } });
        shop.admin().put("/v1/controllers/atelier", &other).expect(200);
        let taken = shop.admin().put("/v1/controllers/third", &other).expect(422).json();
        assert_eq!(taken["errors"][0]["code"], "host_taken", "{taken}");
        // a service sees what the command line published with its next check
        let title = |http: &Http| http.get("/sign-in").expect(200).text;
        assert!(title(&browser(&shop)).contains("Sign in – Atelier SA"));
        let on = |host: &str| {
            let host = format!("{host}:{}", shop.server.port());
            browser(&shop).header("host", &host)
        };
        assert_eq!(Files::new().catalogue(db, "apply", &[]).code, 0);
        shop.newsletter(ANNE);
        assert!(title(&on("choices.lumen.localhost")).contains("Sign in – the House of Lumen"));
        assert!(title(&on("ATELIER.localhost")).contains("Sign in – Atelier SA"));
        let lumen = on("choices.lumen.localhost");
        let asked = lumen.form("/sign-in", &[("address", ANNE)]).expect(200);
        let mail = letter(db, 1);
        let begins = format!("http://choices.lumen.localhost:{}/sign-in/", shop.server.port());
        assert!(mail.text.contains(&begins), "the cookie is that host's: {}", mail.text);
        let asking = lumen.header("cookie", &cookie(&asked, "placet-in"));
        asking.form(&mail.link(), &[]).expect(303);
        let link = json!({ "subject": { "email": ANNE }, "brand": "default" });
        let link = shop.collector().post("/v1/links", &link).expect(201).json();
        assert!(link["url"].as_str().unwrap().starts_with("http://choices.lumen.localhost:"), "{link}");
        let unknown = json!({ "subject": { "email": ANNE }, "brand": "none" });
        shop.collector().post("/v1/links", &unknown).expect(422);
    }

    /// The code on a shop's counter: what is said behind it names the shop.
    fn a_choice_made_in_a_shop_names_it(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        shop.record(&yes(ANNE));
        let desk = shop.staff(db, "dpo").header("accept-language", "en");
        assert_eq!(Files::new().catalogue(db, "apply", &[]).code, 0);
        // what the command line published a moment ago is on the page, to print in the page's language
        let codes = desk.get("/console/codes").expect(200).text;
        assert!(codes.contains("<option value=\"default/lille-2\">Lille</option>"), "{codes}");
        let code = cli(db, &["link", "code", "--brand", "default", "--place", "lille-2"]);
        assert!(code.code == 0 && code.stdout.starts_with("<?xml") && code.stdout.contains("<svg"), "{code:?}");
        let plain = cli(db, &["link", "code", "--brand", "default", "--place", "lille-2", "--json"]);
        assert!(plain.stdout.contains("http://choices.lumen.localhost:8080/at/default/lille-2"), "{plain:?}");
        assert_eq!(cli(db, &["link", "code", "--brand", "default", "--place", "none"]).code, 2);
        let sheet = desk.get("/console/codes/sheet?of=default/lille-2&speaks=de").expect(200).text;
        let address = scanned(&sheet);
        let host = format!("choices.lumen.localhost:{}", shop.server.port());
        assert_eq!(address, format!("http://{host}/at/default/lille-2?lang=de"));
        assert!(sheet.contains(&format!("<a href=\"{address}\">{address}</a>")) && !sheet.contains("<?xml"), "{sheet}");
        let poster = sheet.split_once("<section").unwrap().1;
        assert!(poster.contains("lang=\"de\"") && poster.contains(">Lumen</h2>") && poster.contains("Lille"), "{sheet}");
        let there = address.strip_prefix(&format!("http://{host}")).unwrap();
        let led = shop.server.http().header("host", &host).get(there).expect(200).text;
        assert!(led.contains("<html lang=\"de\"") && hidden(&led, "place") == "lille-2", "{led}");
        let plain = desk.get("/console/codes/sheet?of=default").expect(200).text;
        assert_eq!(scanned(&plain), format!("http://{host}/at/default"));
        assert_eq!(scanned(&code.stdout), "http://choices.lumen.localhost:8080/at/default/lille-2");
        for wrong in ["?of=default/none", "?of=none", "?of=", "", "?of=default/%3Cscript%3E"] {
            let again = desk.get(&format!("/console/codes/sheet{wrong}")).expect(404).text;
            assert!(again.contains("Choose a brand or a shop") && !again.contains("<script"), "{again}");
        }
        for role in ["marketing", "collector"] {
            shop.staff(db, role).get("/console/codes").expect(200);
        }
        browser(&shop).get("/console/codes").expect(303);
        for nowhere in ["/at/default/none", "/at/none", "/at/none/lille-2"] {
            browser(&shop).get(nowhere).expect(404);
        }
        let page = browser(&shop).get("/at/default/lille-2").expect(200).text;
        let (brand, place) = (hidden(&page, "brand"), hidden(&page, "place"));
        let fields = [("address", ANNE), ("brand", &brand), ("place", &place)];
        let asked = browser(&shop).form("/sign-in", &fields).expect(200);
        let mail = letter(db, 1);
        let asking = browser(&shop).header("cookie", &cookie(&asked, "placet-in"));
        let fields = [("code", mail.code()), ("brand", brand), ("place", place)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let entered = asking.form("/sign-in/code", &fields).expect(303);
        let mine = browser(&shop).header("cookie", &cookie(&entered, "placet-me"));
        let me = mine.get("/me").expect(200).text;
        let fields = [("csrf", hidden(&me, "csrf")), ("contact", hidden(&me, "contact"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let opened = mine.form("/me/choices", &fields).expect(303);
        let choices = opened.header("location").unwrap().split('?').next().unwrap().to_owned();
        let page = browser(&shop).get(&choices).expect(200).text;
        let seen = hidden(&page, "seen");
        browser(&shop).form(&choices, &[("seen", &seen), ("was.choice.offers.sms", "none"),
            ("notice.offers", "offers@1"), ("choice.offers.sms", "yes")]).expect(200);
        let page = browser(&shop).get(&choices).expect(200).text;
        assert!(page.contains("in a shop, Lille"), "{page}");
    }
}

/// What a telephone reads in the code of a page or file: its squares as a camera sees them.
#[track_caller]
fn scanned(page: &str) -> String {
    let (_, drawn) = page.split_once("<svg").expect("a code");
    let (_, sized) = drawn.split_once("viewBox=\"0 0 ").expect("a size");
    let side: usize = sized.split(' ').next().unwrap().parse().unwrap();
    let (_, path) = drawn.split_once("d=\"").expect("squares");
    let mut dark = vec![false; side * side];
    for square in path.split('"').next().unwrap().split('M').skip(1) {
        let numbers = square
            .split(|c: char| !c.is_ascii_digit())
            .filter(|text| !text.is_empty());
        let [x, y, width, height, ..] = numbers
            .map(|text| text.parse::<usize>().unwrap())
            .collect::<Vec<_>>()[..]
        else {
            panic!("{square}")
        };
        for row in y..y + height {
            dark[row * side + x..row * side + x + width].fill(true);
        }
    }
    // as large as a camera would see it
    let scale = (480 / side).max(1);
    let seen = |x: usize, y: usize| {
        if dark[y / scale * side + x / scale] {
            0
        } else {
            255
        }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, seen);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().expect("it reads").1
}

fn branded(page: &str) {
    for part in [
        "alt=\"Lumen, the house of lamps\"",
        "href=\"tel:+33320000000\"",
        "href=\"mailto:hello@lumen.example\"",
        "We answer from 9 to 7.",
        "1 rue de la Clef, Lille",
        "Maison Lumen SAS",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("style="), "colours come as a sheet");
}

/// The address of a brand's file on a page.
fn address(page: &str, ending: &str) -> String {
    let mut parts = page.split('"');
    let found = parts.find(|part| part.starts_with("/assets/") && part.ends_with(ending));
    found.expect("an address").to_owned()
}
