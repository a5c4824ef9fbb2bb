//! Two customers of two brands, each with one of everything that has an id; and the staff and keys of either brand.

mod person;
mod routes;

use std::collections::BTreeMap;

use serde_json::json;

use self::person::person;
pub use self::routes::{filled, kinds};
use crate::passkeys::{AT_LOCALHOST, enrolled};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{hidden, words};
use crate::support::server::{cli, cli_with_input};
use crate::support::staff::{self, PASSWORD};
use crate::systems::{applied, system};
use crate::ways_in::{FOLDER, settled};

/// By what it is called.
pub type Ids = BTreeMap<&'static str, String>;

/// A brand, what it asks for, and who is its customer.
pub struct House {
    pub brand: &'static str,
    /// The purpose of the record that stands, of the one that is disputed, and of what waits to be confirmed.
    pub purposes: [&'static str; 3],
    pub email: &'static str,
    /// What they wrote.
    pub words: &'static str,
}

pub const ANNE: House = House {
    brand: "default",
    purposes: ["newsletter", "offers", "gazette"],
    email: "anne@worlds.example",
    words: "Quillembois asks",
};
pub const BEA: House = House {
    brand: "other",
    purposes: ["parcels", "leaflets", "bulletin"],
    email: "bea@worlds.example",
    words: "Zéphyrine asks",
};

/// Whose everything is: a customer, with their browser.
pub struct Person {
    pub house: &'static House,
    pub ids: Ids,
    pub mine: Http,
}

/// All of it.
pub struct World {
    pub shop: Shop,
    pub anne: Person,
    pub bea: Person,
    /// A member of the staff who has passkeys and sessions, and another.
    pub desks: [Http; 2],
}

impl World {
    pub fn open(db: &Db) -> Self {
        let shop = Shop::open_with(db, &[AT_LOCALHOST[0], FOLDER[0]]);
        furnish(&shop);
        let manual = "kind = \"manual\"\ninstructions = \"the grey cabinet\"";
        applied(db, &[system("archive", "email", "", manual)]);
        let [mut anne, mut bea] = [&ANNE, &BEA].map(|house| person(db, &shop, house));
        let desks = [(&mut anne, 1), (&mut bea, 2)].map(|(person, seed)| {
            let login = format!("dpo-{}", person.house.brand);
            staff::add(db, &login, "dpo");
            let (desk, _, recovery) = enrolled(&shop.server, &login, seed);
            let another = comes_back(&shop, &login, &recovery[0]);
            of_staff(&mut person.ids, &login, &another);
            desk
        });
        settled(db);
        // what was decided is written down by now
        shop.position();
        Self {
            shop,
            anne,
            bea,
            desks,
        }
    }

    /// An account of this role that is bound to a brand, in a browser.
    #[track_caller]
    pub fn staff_of(&self, db: &Db, role: &str, brand: &str) -> Http {
        let login = format!("{role}-{brand}");
        let add = [
            "user", "add", "--login", &login, "--role", role, "--brand", brand,
        ];
        let added = cli_with_input(db, &add, PASSWORD);
        assert_eq!(added.code, 0, "{added:?}");
        let member = staff::signs_in(&self.shop.server, &login);
        member.http.header("accept-language", "en")
    }

    /// A key of this role that is bound to a brand.
    #[track_caller]
    pub fn key_of(&self, db: &Db, role: &str, brand: &str) -> Http {
        let name = format!("{role} of {brand}");
        let made = cli(
            db,
            &[
                "api-key", "create", "--name", &name, "--role", role, "--brand", brand,
            ],
        );
        assert_eq!(made.code, 0, "{made:?}");
        self.shop.server.http().bearer(made.stdout.trim())
    }
}

fn furnish(shop: &Shop) {
    let admin = shop.admin();
    let brand = json!({ "name": "Autre Maison", "country": "FR" });
    admin.put("/v1/controllers/other", &brand).expect(200);
    let theirs = BEA.purposes.map(|purpose| ("other", purpose));
    for (brand, purpose) in theirs.into_iter().chain([("default", ANNE.purposes[2])]) {
        let body = json!({ "controller": brand, "use": "direct_marketing_own", "legal_basis": "consent",
            "title": words(purpose), "channels": ["email"] });
        admin
            .put(&format!("/v1/purposes/{purpose}"), &body)
            .expect(200);
        let notice = json!({ "purpose": purpose, "change": "major", "text": words(purpose) });
        admin
            .put(&format!("/v1/notices/{purpose}/1"), &notice)
            .expect(200);
    }
}

/// Signs in once more, with a recovery code.
#[track_caller]
pub fn comes_back(shop: &Shop, login: &str, code: &str) -> Http {
    let entered = staff::password(&shop.server, login, PASSWORD).expect(303);
    let begun = staff::keeping(&shop.server, &entered);
    let secret = staff::csrf(&begun.get("/console/sign-in/code").expect(200).text);
    let fields = [("csrf", secret.as_str()), ("proof", code)];
    staff::keeping(
        &shop.server,
        &begun.form("/console/sign-in/code", &fields).expect(303),
    )
}

/// What a member of the staff has.
fn of_staff(ids: &mut Ids, login: &str, desk: &Http) {
    let account = desk.get("/console/account").expect(200).text;
    for kind in ["passkey", "session"] {
        ids.insert(
            kind,
            hidden(&account, kind).unwrap_or_else(|| panic!("no {kind}: {account}")),
        );
    }
    let page = desk.get("/console/staff?lang=en").expect(200).text;
    let picks = page
        .split("<option value=\"")
        .filter_map(|pick| pick.split_once('"'));
    let mut own = picks.filter(|(_, rest)| rest.contains(&format!(">{login}</option>")));
    ids.insert("staff", own.next().expect("an account").0.to_owned());
    let csrf = staff::csrf(&page);
    let made = desk
        .form("/console/requests/feed", &[("csrf", &csrf), ("lang", "en")])
        .expect(200)
        .text;
    let (_, feed) = made.split_once("/calendar/").expect("a feed");
    ids.insert(
        "feed",
        feed.split(".ics").next().expect("a token").to_owned(),
    );
}
