//! What stands for the parameters of routes.

use super::Ids;

/// What stands for the parameters of a route, by where it begins: the first that fits counts. What is a name, or of
/// nobody, has one that stands for itself.
const PARAMETERS: &[(&str, &[&str])] = &[
    ("/assets/{hash}/{name}", &["=0", "=logo"]),
    ("/at/{brand}/{place}", &["=default", "=lille"]),
    ("/at/{brand}", &["=default"]),
    ("/c/{token}", &["link"]),
    ("/calendar/{token}", &["feed"]),
    ("/console/disputes/{position}", &["dispute"]),
    ("/console/exports/{id}", &["export"]),
    // which files came in names nobody
    ("/console/imports/{position}", &["=0"]),
    ("/console/policies/{digest}", &["=0"]),
    ("/console/purposes/{id}", &["=newsletter"]),
    (
        "/console/requests/{id}/letter/{position}",
        &["request", "position"],
    ),
    ("/console/requests/{id}", &["request"]),
    ("/console/retention/holds/{id}", &["hold"]),
    ("/console/staff/{id}", &["staff"]),
    ("/id/{token}", &["identity"]),
    ("/log/tile/{path", &["=0/000"]),
    ("/me/requests/{id}", &["request"]),
    ("/me/rights/{kind}/{step}", &["=access", "=check"]),
    ("/me/rights/{kind}", &["=access"]),
    ("/o/{token}", &["confirm"]),
    ("/r/{position}/{record}", &["position", "record"]),
    ("/sign-in/{token}", &["sign_in"]),
    ("/u/{token}", &["link"]),
    ("/v1/audit/exports/{id}", &["export"]),
    ("/v1/contacts/{id}", &["contact"]),
    ("/v1/controllers/{id}", &["=other"]),
    ("/v1/decisions/{id}", &["decision"]),
    ("/v1/disputes/{position}", &["dispute"]),
    ("/v1/holds/{id}", &["hold"]),
    ("/v1/notices/{id}/{version}", &["=parcels", "=9"]),
    ("/v1/policies/{digest}", &["=0"]),
    ("/v1/purposes/{id}", &["=parcels"]),
    ("/v1/receipts/{position}/{id}", &["position", "record"]),
    ("/v1/requests/{id}/package", &["worked"]),
    ("/v1/requests/{id}/tasks/{task}", &["worked", "task"]),
    ("/v1/requests/{id}", &["request"]),
    ("/v1/subjects/{id}", &["subject"]),
    ("/v1/systems/{id}", &["=archive"]),
    ("/why/{decision}/{token}", &["list", "link"]),
    ("/why/{decision}", &["decision"]),
];

/// The kinds of id in the path of a route.
#[track_caller]
pub fn kinds(pattern: &str) -> &'static [&'static str] {
    if !pattern.contains('{') {
        return &[];
    }
    let found = PARAMETERS
        .iter()
        .find(|(begins, _)| pattern.starts_with(begins));
    let found = found.unwrap_or_else(|| panic!("{pattern}: say what stands for its parameters"));
    assert_eq!(pattern.matches('{').count(), found.1.len(), "{pattern}");
    found.1
}

/// A route with these ids in it.
#[track_caller]
pub fn filled(pattern: &str, ids: &Ids) -> String {
    kinds(pattern)
        .iter()
        .fold(pattern.to_owned(), |path, kind| {
            let (before, rest) = path.split_once('{').expect("a parameter");
            let (_, after) = rest.split_once('}').expect("its end");
            let id = kind.strip_prefix('=').map(str::to_owned);
            let id =
                id.unwrap_or_else(|| ids.get(kind).unwrap_or_else(|| panic!("no {kind}")).clone());
            format!("{before}{id}{after}")
        })
}
