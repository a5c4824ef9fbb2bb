//! The server: every route, in one place.

use super::problem::Problem;
use super::pulse::Pulse;
use super::site::Site;
use super::tls::{self, Line};
use super::{api, brand_files, console, dev, envelope, form, log, nodes, oauth, openapi, pages};
use crate::app::desk::Desk;
use crate::app::shard::lanes::Lanes;
use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{
    App as Web, HttpRequest, HttpResponse, HttpServer, Responder, get, middleware, web,
};
use std::net::TcpListener;
use std::rc::Rc;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

/// The description of every operation.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let (_, described) = Web::new()
        .into_utoipa_app()
        .openapi(openapi::Description::openapi())
        .configure(api_routes)
        .split_for_parts();
    openapi::with_refusals(described)
}

fn api_routes(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
    api::routes(config);
    config
        .service(log::checkpoint)
        .service(log::cosigned)
        .service(log::vkey)
        .service(log::keys)
        .service(log::tile)
        .service(oauth::token)
        .service(oauth::metadata);
}

fn page_routes(config: &mut web::ServiceConfig) {
    config
        .service(describe)
        .service(style)
        .service(script)
        .service(nodes::hear::checks)
        .service(nodes::hear::lines)
        .service(brand_files::file)
        .service(form::access::access)
        .service(form::texts::texts)
        .service(form::show::show)
        .service(form::save::save)
        .service(form::undo::undo)
        .service(form::stop::ask)
        .service(form::stop::stop)
        .service(form::confirm::ask)
        .service(form::confirm::confirm)
        .service(form::enter::ask)
        .service(form::enter::take)
        .service(form::enter::inbox)
        .service(form::enter::typed)
        .service(form::enter::link)
        .service(form::enter::pressed)
        .service(form::own_login::top)
        .service(form::own_login::frame_in_site)
        .service(form::join::join)
        .service(form::enter::at_brand)
        .service(form::enter::at_place)
        .service(form::me::me)
        .service(form::history::history)
        .service(form::data::data)
        .service(form::data::ask)
        .service(form::data::file)
        .service(form::rights::overview)
        .service(form::rights::begin)
        .service(form::rights::further)
        .service(form::rights::take_first)
        .service(form::rights::take)
        .service(form::own_requests::list)
        .service(form::own_requests::show)
        .service(form::own_requests::write)
        .service(form::own_requests::say_own)
        .service(form::own_requests::withdraw)
        .service(form::identity::ask)
        .service(form::identity::take)
        .service(form::me::choices)
        .service(form::me::leave)
        .service(dev::mails)
        .service(form::receipt::signed)
        .service(form::receipt::linked_data)
        .service(form::receipt::proof)
        .service(form::receipt::dispute)
        .service(form::receipt::show)
        .service(form::receipt::ask)
        .service(form::receipt::check)
        .service(form::why::why)
        .service(form::why::own);
    console::routes(config);
}

/// The API's description.
#[get("/openapi.json")]
async fn describe(described: web::Data<utoipa::openapi::OpenApi>) -> impl Responder {
    HttpResponse::Ok().json(described.as_ref())
}

/// The pages' one style sheet.
#[get("/assets/style.css")]
async fn style() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(pages::STYLE)
}

/// The one script, of staff's pages with passkeys.
#[get("/assets/passkeys.js")]
async fn script() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(pages::SCRIPT)
}

async fn nothing_here(_: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// How many connections wait to be taken on, where the system lets as many (`somaxconn`). Of 128, which is what a listener has
/// by itself, the others would try again after seconds.
const WAITING: i32 = 4_096;
/// How long requests that are under way have to end, once nothing is accepted any more.
const FINISHING: u64 = 10;

/// Serves on a listener, by an encrypted line or a plain one, until it is told to stop ([`super::leaving`]); requests under
/// way are finished first.
///
/// # Errors
/// Where the listener cannot be used.
pub fn serve(
    site: web::Data<Site>,
    (listener, line): (TcpListener, Option<&Line>),
    workers: usize,
) -> std::io::Result<Server> {
    rustix::net::listen(&listener, WAITING)?;
    let described = web::Data::new(description());
    let head = site.patience.head;
    let server = HttpServer::new(move || {
        let (app, _) = Web::new()
            .into_utoipa_app()
            .configure(api_routes)
            .split_for_parts();
        app.app_data(site.clone())
            .app_data(Desk::new(site.app.clone()))
            .app_data(Lanes::new(site.app.clone()))
            .app_data(Rc::new(Pulse::default()))
            .app_data(described.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .configure(page_routes)
            .default_service(web::to(nothing_here))
            .wrap(middleware::from_fn(console::proof::ask_again))
            .wrap(middleware::from_fn(envelope::envelope))
    });
    let server = server
        .workers(workers)
        .client_request_timeout(head)
        .tls_handshake_timeout(head)
        .on_connect(tls::keep_certificate)
        .shutdown_timeout(FINISHING)
        .disable_signals();
    let listening = match line {
        Some(line) => server.listen_rustls_0_23(listener, line.config()),
        None => server.listen(listener),
    };
    Ok(listening?.run())
}
