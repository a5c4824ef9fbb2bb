//! How often one may ask: tools by their key, all others by the network that they come from. People wait their turn
//! for a moment before they are asked to come back, tools are told at once when to; nobody is shut out, and who says no
//! in their own name is served, however many ask beside them.

use super::at_once::{AtOnce, Place};
use super::browser::{self, Visit};
use super::hosts::Room;
use super::pages::{Frame, ProblemKind, ProblemPage};
use super::problem::Problem;
use super::site::Site;
use super::{form, network};
use crate::access::Grant;
use crate::domain::event::Actor;
use crate::domain::ids::KeyId;
use crate::domain::meter::{Meter, Rate, Standing, TooOften};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use std::sync::Arc;
use std::time::Duration;

/// So long people wait for a page before they are asked to come back.
const A_MOMENT: Duration = Duration::from_secs(2);
/// So long a choice waits at the most; then it is taken.
const A_WHILE: Duration = Duration::from_secs(5);

/// So many lists one tool has filtered at once, and all tools together: each holds a thread for as long as it lasts.
const LISTS_OF_ONE: usize = 4;
const LISTS_OF_ALL: usize = 32;

static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The meters; none where nothing is limited.
pub struct Limits {
    clients: Option<Clients>,
    networks: Option<Meter>,
    lists: Arc<AtOnce<KeyId>>,
}

struct Clients {
    meter: Meter,
    /// What every tool is told of the limit.
    policy: HeaderValue,
    /// In how many seconds as many may be asked again.
    window: u32,
}

impl Clients {
    fn of(meter: Meter) -> Option<Self> {
        let (most, window) = (meter.rate().at_once(), meter.rate().seconds_at_once());
        let policy = format!("\"client\";q={most};w={window}");
        Some(Self {
            policy: HeaderValue::from_str(&policy).ok()?,
            meter,
            window,
        })
    }

    fn told(&self, standing: Standing) -> Option<Told> {
        let limit = format!("\"client\";r={};t={}", standing.left, self.window);
        Some(Told {
            policy: self.policy.clone(),
            limit: HeaderValue::from_str(&limit).ok()?,
        })
    }
}

impl Limits {
    /// Of so many requests in each second; 0 is no limit. A tool has a second's worth at once, a network ten.
    #[must_use]
    pub fn of(client: u32, network: u32) -> Self {
        let meter = |each_second, at_once| Rate::new(each_second, at_once).map(Meter::new);
        Self {
            clients: meter(client, 1).and_then(Clients::of),
            networks: meter(network, 10),
            lists: AtOnce::new(LISTS_OF_ONE, LISTS_OF_ALL),
        }
    }
}

/// How a tool stands, to be told with its answer (draft-ietf-httpapi-ratelimit-headers-11).
struct Told {
    policy: HeaderValue,
    limit: HeaderValue,
}

/// Lets whoever asks as one of a network wait their turn; the answer where it does not come soon.
pub async fn slow_down(site: &Site, request: &HttpRequest) -> Option<HttpResponse> {
    let meter = site.limits.networks.as_ref()?;
    let path = request.match_info().as_str();
    let room = Room::of(path);
    if room == Room::Everywhere || is_keyed(path) {
        return None;
    }
    let who = network::network(request, site);
    let patience = if room == Room::Api {
        Duration::ZERO
    } else {
        A_MOMENT
    };
    match meter.ask(&who, site.app.now(), patience) {
        Ok(Standing { wait, .. }) => {
            if !wait.is_zero() {
                actix_web::rt::time::sleep(wait).await;
            }
            None
        }
        Err(_) if takes_a_choice(request.method(), path) => {
            actix_web::rt::time::sleep(A_WHILE).await;
            None
        }
        Err(refused) => Some(come_back(site, request, room, refused)),
    }
}

/// Counts what a tool asks.
///
/// # Errors
/// Where it asks too often.
pub fn count(site: &Site, request: &HttpRequest, client: KeyId) -> Result<(), Problem> {
    let Some(clients) = &site.limits.clients else {
        return Ok(());
    };
    let asked = clients.meter.ask(client, site.app.now(), Duration::ZERO);
    if let Some(told) = clients.told(asked.map_err(too_often)?) {
        request.extensions_mut().insert(told);
    }
    Ok(())
}

/// Counts somebody who asks with what opens nothing.
///
/// # Errors
/// Where those of their network ask too often.
pub fn count_stranger(site: &Site, request: &HttpRequest) -> Result<(), Problem> {
    let Some(meter) = &site.limits.networks else {
        return Ok(());
    };
    let who = network::network(request, site);
    let asked = meter.ask(&who, site.app.now(), Duration::ZERO);
    asked.map(|_| ()).map_err(too_often)
}

/// A place for one more list of a tool, until it is filtered; there is none to be had for those that come by themselves.
///
/// # Errors
/// Where too many are under way.
pub fn list_of<P>(site: &Site, grant: &Grant<P>) -> Result<Option<Place<KeyId>>, Problem> {
    let Actor::Key(client) = grant.actor() else {
        return Ok(None);
    };
    let place = site.limits.lists.place(*client);
    place.map(Some).ok_or_else(Problem::too_many_lists)
}

/// Tells a tool how it stands.
pub fn tell<B>(response: &mut ServiceResponse<B>) {
    let told = response.request().extensions_mut().remove::<Told>();
    if let Some(told) = told {
        let headers = response.headers_mut();
        headers.insert(POLICY.clone(), told.policy);
        headers.insert(LIMIT.clone(), told.limit);
    }
}

/// What opens to a key alone is counted by it.
fn is_keyed(path: &str) -> bool {
    ["/v1/", "/access/v1/", "/metrics"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// Whether it may hold somebody's no: a tool that unsubscribes many people comes from one network.
fn takes_a_choice(method: &Method, path: &str) -> bool {
    let own = ["/u/", "/c/", "/r/", "/me/choices"];
    method == Method::POST && own.iter().any(|start| path.starts_with(start))
}

fn too_often(TooOften { again_in }: TooOften) -> Problem {
    Problem::too_often(seconds(again_in))
}

fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

fn come_back(site: &Site, request: &HttpRequest, room: Room, refused: TooOften) -> HttpResponse {
    if room == Room::Api {
        return too_often(refused).error_response();
    }
    let seconds = seconds(refused.again_in).cast_signed();
    browser::wait(page(site, request, room), seconds)
}

fn page(site: &Site, request: &HttpRequest, room: Room) -> HttpResponse {
    let (status, kind) = (StatusCode::TOO_MANY_REQUESTS, ProblemKind::TooMany);
    let visit = Visit::of(request, site);
    if room == Room::Customers {
        return form::failed(site, &visit, status, kind);
    }
    let page = ProblemPage {
        frame: Frame::customer(visit.language, "Placet"),
        kind,
        reference: None,
        back_url: None,
    };
    browser::page(status, page.render())
}
