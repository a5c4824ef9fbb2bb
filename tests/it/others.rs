//! Whatever is somebody else's, asked for by its id: nothing of it is shown, changed, or told apart from what is not
//! there. Which ids there are is read from the routes, the forms and the description: a new one is asked for, too.

mod customers;
mod fields;
mod keys;
mod staff;

use crate::support::http::{Http, Reply};
use crate::world::{Ids, Person};

/// Ids as they look, of nobody.
pub fn nobodys(ids: &Ids) -> Ids {
    let each = ids.iter();
    each.map(|(kind, id)| (*kind, nobody(id))).collect()
}

fn nobody(id: &str) -> String {
    if let Ok(number) = id.parse::<u64>() {
        return (number + 900_000).to_string();
    }
    let mut signs: Vec<char> = id.chars().collect();
    let at = signs.len() - 5;
    signs[at] = match signs[at] {
        sign @ ('0'..='8' | 'a'..='e' | 'g'..='y' | 'A'..='Y') => {
            char::from(u8::try_from(sign).unwrap() + 1)
        }
        '9' => '0',
        'f' => 'a',
        'z' => 'y',
        _ => 'A',
    };
    signs.into_iter().collect()
}

/// An answer without what each has anew, and without the ids that were sent.
fn told(reply: &Reply, sent: &Ids) -> (u16, Option<String>, Option<String>, String) {
    let mut text = reply.text.clone();
    if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&text)
        && let Some(fields) = json.as_object_mut()
    {
        fields.remove("instance");
        text = json.to_string();
    }
    for secret in ["csrf", "once", "shown"] {
        let mark = format!("name=\"{secret}\" value=\"");
        let mut parts = text.split(&mark);
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('"').unwrap_or_default().1);
        text = first + &rest.collect::<Vec<_>>().join(&mark);
    }
    let mut location = reply.header("location").map(str::to_owned);
    for id in sent.values().filter(|id| id.len() > 9) {
        text = text.replace(id, "ID");
        location = location.map(|location| location.replace(id, "ID"));
    }
    let kind = reply.header("content-type").map(str::to_owned);
    (reply.status, kind, location, text)
}

/// What somebody is answered who asks for what is another's, and for what there is not.
#[track_caller]
pub fn are_alike(other: &Person, what: &str, ask: impl Fn(&Ids) -> Reply) {
    let (theirs, none) = (other.ids.clone(), nobodys(&other.ids));
    let (reply, nothing) = (ask(&theirs), ask(&none));
    assert!(reply.status < 500, "{what}: {}", reply.text);
    assert_eq!(told(&reply, &theirs), told(&nothing, &none), "{what}");
    tells_nothing(other, what, &reply);
}

/// Nothing of theirs stands in an answer.
#[track_caller]
pub fn tells_nothing(other: &Person, what: &str, reply: &Reply) {
    let (start, _) = other.house.email.split_at(1);
    for personal in [
        other.house.email,
        &format!("{start}•••"),
        other.house.words,
        &other.ids["subject"],
    ] {
        // what was sent is no news
        let sent = what.contains(personal);
        assert!(
            sent || !reply.text.contains(personal),
            "{what} shows {personal}: {}",
            reply.text
        );
    }
}

/// A request of a route, with these fields where it takes any.
pub fn asks(client: &Http, method: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    match method {
        "GET" => client.get(path),
        _ => client.form(path, fields),
    }
}
