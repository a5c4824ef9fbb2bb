//! `POST /access/v1/search/resource`: which customers may this campaign contact?

use super::ask::{self, Use};
use super::resource::{CUSTOMER, Customer};
use super::shapes::{self, Action, ContextSchema, Subject};
use super::token::Token;
use crate::access::CheckDecisions;
use crate::app::FieldProblem;
use crate::domain::ids::SubjectId;
use crate::http::door::Allowed;
use crate::http::json::{Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Results on a page where nothing else is asked for.
const USUAL: usize = 100;
/// Most results on a page.
const MOST: usize = 1_000;
/// Most customers looked at for one page: a page may be short, and the search goes on.
const LOOKED_AT: usize = 10_000;

/// The kind of resource sought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthzenSought)]
pub struct Sought {
    /// `customer`; an `id` is not looked at.
    #[schema(example = "customer")]
    pub r#type: String,
}

/// Which page.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = AuthzenPage)]
pub struct Page {
    /// `next_token` of the page before; everything else must be as it was.
    pub token: Option<String>,
    /// Most results on a page: 100 where it is left out, 1,000 at most.
    pub limit: Option<u32>,
}

/// The search.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AuthzenSearch)]
pub struct SearchBody {
    /// Who wants to act.
    pub subject: Subject,
    /// By which channel, what for.
    pub action: Action,
    /// What is sought.
    pub resource: Sought,
    /// What only the caller knows.
    #[schema(value_type = Option<ContextSchema>)]
    pub context: Option<Map<String, Value>>,
    /// Which page.
    #[serde(default)]
    pub page: Page,
}

/// Where the search goes on.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthzenNextPage)]
pub struct PageAnswer {
    /// To be sent back for the next page; empty at the end.
    pub next_token: String,
    /// Results on this page.
    pub count: usize,
}

/// A customer.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthzenFound)]
pub struct Found {
    /// `customer`.
    pub r#type: &'static str,
    /// The stable id, by which an evaluation may name them.
    pub id: String,
}

/// One page.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthzenFoundPage)]
pub struct SearchAnswer {
    /// Where it goes on.
    pub page: PageAnswer,
    /// `snapshot_position`: customers known then are searched, each judged by what the registry
    /// knows now. `policy_version`.
    #[schema(value_type = Object)]
    pub context: Value,
    /// The customers permitted.
    pub results: Vec<Found>,
}

/// Which customers may this tool or campaign reach by this channel? Customers who came after the
/// first page are left out; what they say in the meantime counts at once.
#[utoipa::path(
    tag = "authzen",
    request_body = SearchBody,
    params(("X-Request-ID" = Option<String>, Header, description = "Given back with the answer")),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page of customers", body = SearchAnswer),
        (status = 400, description = "The request is broken, or the token is another search's", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/access/v1/search/resource")]
pub async fn search(
    door: Allowed<CheckDecisions>,
    site: web::Data<Site>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: SearchBody = shapes::read(&body.0)?;
    // an empty page would say that nobody may be reached, which nobody knows now
    if !door.fresh {
        return Err(Problem::unavailable());
    }
    let mut search = Search::begin(&site, &asked)?;
    while search.goes_on() {
        search.step(&door, &site).await?;
    }
    Ok(HttpResponse::Ok().json(search.answer(site.app.rules().version())))
}

fn broken(pointer: &str, code: &'static str, detail: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(pointer, code, detail)]).as_bad_request()
}

/// A search under way.
struct Search {
    done: Option<Use>,
    token: Token,
    limit: usize,
    looked_at: usize,
    ended: bool,
    results: Vec<Found>,
    waiting: Vec<SubjectId>,
}

impl Search {
    fn begin(site: &Site, asked: &SearchBody) -> Result<Self, Problem> {
        let limit = match asked.page.limit {
            Some(0) => return Err(broken("/page/limit", "value_wrong", "must be 1 or more")),
            limit => limit.map_or(USUAL, |limit| limit as usize).min(MOST),
        };
        // a search for something else than customers finds nothing
        let sought = asked.resource.r#type == CUSTOMER;
        let done = Use::read(&asked.subject, &asked.action, asked.context.as_ref());
        let done = done.map_err(|problems| Problem::invalid(problems).as_bad_request())?;
        Ok(Self {
            done: sought.then_some(done),
            token: token(site, asked)?,
            limit,
            looked_at: 0,
            ended: !sought,
            results: Vec::new(),
            waiting: Vec::new(),
        })
    }

    fn goes_on(&self) -> bool {
        !self.ended && self.results.len() < self.limit && self.looked_at < LOOKED_AT
    }

    /// Looks at as many customers as results are wanted, so that none is decided in vain.
    async fn step(
        &mut self,
        door: &Allowed<CheckDecisions>,
        site: &web::Data<Site>,
    ) -> Result<(), Problem> {
        if self.waiting.is_empty() {
            self.fetch(door, site).await?;
        }
        let Some(done) = self.done.clone().filter(|_| !self.waiting.is_empty()) else {
            self.ended = true;
            return Ok(());
        };
        let wanted = self.limit.saturating_sub(self.results.len());
        let looked_at: Vec<SubjectId> = self
            .waiting
            .drain(..wanted.min(self.waiting.len()))
            .collect();
        let question = |subject: &SubjectId| {
            let customer = Customer {
                subject: Some(*subject),
                ..Customer::default()
            };
            // by its id a person is no other node's
            Ok((done.of(&customer), None))
        };
        let answers = ask::ask(door, site, looked_at.iter().map(question).collect()).await?;
        self.looked_at += looked_at.len();
        self.token.after = looked_at.last().copied().or(self.token.after);
        let permitted = looked_at
            .iter()
            .zip(answers)
            .filter(|(_, answer)| answer.decision);
        self.results.extend(permitted.map(|(subject, _)| Found {
            r#type: CUSTOMER,
            id: subject.to_string(),
        }));
        Ok(())
    }

    /// The next customers, in the order of their ids, as far as the search knows them.
    async fn fetch(
        &mut self,
        door: &Allowed<CheckDecisions>,
        site: &web::Data<Site>,
    ) -> Result<(), Problem> {
        let (site, grant, after) = (site.clone(), door.grant.clone(), self.token.after);
        let found = block(move || site.app.customers(&grant, after, MOST)).await?;
        self.waiting = found;
        self.waiting.retain(|subject| self.token.knows(*subject));
        Ok(())
    }

    fn answer(self, version: &str) -> SearchAnswer {
        let next_token = if self.ended {
            String::new()
        } else {
            self.token.text()
        };
        SearchAnswer {
            page: PageAnswer {
                next_token,
                count: self.results.len(),
            },
            context: json!({ "snapshot_position": self.token.position, "policy_version": version }),
            results: self.results,
        }
    }
}

/// The token of the request, or that of a new search.
fn token(site: &Site, asked: &SearchBody) -> Result<Token, Problem> {
    let whole = json!([asked.subject, asked.action, asked.resource, asked.context]).to_string();
    match asked.page.token.as_deref() {
        None | Some("") => Ok(Token::start(
            &whole,
            site.app.now(),
            site.app.index().position(),
        )),
        Some(text) => Token::read(text, &whole).ok_or_else(|| {
            let detail =
                "is not the next_token of this very search; send everything else as it was";
            broken("/page/token", "token_wrong", detail)
        }),
    }
}
