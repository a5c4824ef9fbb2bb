//! The browser loads a page, clicks, and is the visitor it was asked to be.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::support::browser::{Browser, Visitor};
use crate::support::process;

const PAGE: &str = "<!doctype html><html lang=en><title>Choices</title>\
<meta name=viewport content='width=device-width'>\
<body><form method=post action=/saved><input name=who aria-label=Name>\
<button>Save</button></form><p id=seen>LANGUAGE</p>\
<p id=script>no script</p><script>document.getElementById('script').textContent='script'</script>";

/// Serves one page for ever, with the visitor's `Accept-Language` on it; returns its address.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(&socket));
        }
    });
    format!("http://{address}/")
}

fn answer(mut socket: &TcpStream) {
    let lines = BufReader::new(socket).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let language = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("accept-language")
            .then_some(value)
    });
    let saved = head
        .first()
        .is_some_and(|line| line.starts_with("POST /saved"));
    let page = PAGE.replace("LANGUAGE", language.unwrap_or("none"));
    let page = if saved {
        page.replace("Choices", "Saved")
    } else {
        page
    };
    let length = page.len();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
    let _ = write!(socket, "{head}\r\ncontent-length: {length}\r\n\r\n{page}");
}

#[test]
fn it_loads_a_page_types_and_clicks() {
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    browser.goto(&serve());
    assert_eq!(browser.title(), "Choices");
    assert!(browser.find("#seen").text().starts_with("en-GB"));
    assert_eq!(browser.find("#script").text(), "script");
    assert_eq!(browser.find("input").accessible_name(), "Name");
    assert_eq!(
        browser.find("form").attribute("method").as_deref(),
        Some("post")
    );
    browser.find("input").enter("Zoé");
    assert_eq!(
        browser.script("return document.querySelector('input').value"),
        "Zoé"
    );
    browser.press("\u{E004}");
    assert_eq!(browser.focused().text(), "Save");
    browser.find("button").follow();
    assert_eq!(browser.title(), "Saved");
    assert!(browser.url().ends_with("/saved"));
}

#[test]
fn it_speaks_french_runs_no_script_and_is_small() {
    let french = Visitor {
        languages: "fr-FR,fr",
        scripts: false,
        window: (390, 844),
    };
    let Some(browser) = Browser::open(french) else {
        return;
    };
    browser.goto(&serve());
    let language = browser.find("#seen").text();
    assert!(language.starts_with("fr-FR,fr"), "{language}");
    assert_eq!(browser.find("#script").text(), "no script");
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("page.png");
    browser.screenshot(&picture);
    let bytes = std::fs::read(&picture).unwrap();
    assert_eq!(&bytes[1..4], b"PNG");
    // the width of a picture stands at its 16th byte, in device pixels
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 390);
    browser.find("button").follow();
    assert_eq!(browser.title(), "Saved");
}

#[test]
fn it_ends_when_dropped() {
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    let mut pids = process::children(browser.pid());
    assert!(!pids.is_empty());
    pids.push(browser.pid());
    drop(browser);
    let ended = || !pids.iter().any(|pid| process::is_alive(*pid));
    assert!(process::until(Duration::from_secs(10), ended));
}
