//! The REST API: JSON in, JSON out.

pub mod audiences;
pub mod audit;
pub mod authzen;
pub mod checks;
pub mod consents;
pub mod contacts;
pub mod deaths;
pub mod decisions;
pub mod disputes;
pub mod erasures;
pub mod exports;
pub mod health;
pub mod holds;
pub mod lawful;
pub mod links;
pub mod lists;
pub mod notices;
pub mod objections;
pub mod paces;
pub mod packages;
pub mod policies;
pub mod purposes;
pub mod receipts;
pub mod requests;
pub mod requests_acts;
mod requests_corrections;
pub mod requests_tasks;
pub mod subject;
pub mod subjects;
pub mod systems_answers;
pub mod told;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation, with its description.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(checks::check)
        .service(authzen::evaluation::evaluate)
        .service(authzen::evaluations::evaluate_all)
        .service(authzen::search::search)
        .service(authzen::metadata::configuration)
        .service(audiences::filter)
        .service(decisions::of_campaign)
        .service(decisions::read)
        .service(decisions::of_subject)
        .service(lists::of_subject)
        .service(consents::record)
        .service(contacts::record_contacts)
        .service(contacts::release_contact)
        .service(subjects::lookup)
        .service(subjects::consents)
        .service(subjects::history)
        .service(disputes::list)
        .service(disputes::read)
        .service(disputes::close)
        .service(holds::place)
        .service(holds::list)
        .service(holds::lift)
        .service(erasures::erase)
        .service(deaths::record_death)
        .service(purposes::list)
        .service(purposes::publish)
        .service(purposes::publish_controller)
        .service(notices::list)
        .service(notices::publish)
        .service(paces::set_pace)
        .service(objections::make_objection)
        .service(objections::set_restriction)
        .service(objections::add_suppression)
        .service(links::issue)
        .service(requests::file_request)
        .service(requests::list_requests)
        .service(requests::grounds)
        .service(requests::show)
        .service(requests_acts::identity)
        .service(requests_acts::extension)
        .service(requests_acts::assignment)
        .service(requests_acts::fulfilment)
        .service(requests_acts::refusal)
        .service(requests_acts::closure)
        .service(requests_acts::messages)
        .service(requests_corrections::correction)
        .service(requests_corrections::called_back)
        .service(requests_corrections::dropped)
        .service(packages::make)
        .service(packages::show)
        .service(requests_tasks::list_tasks)
        .service(requests_tasks::plan_tasks)
        .service(requests_tasks::task_outcome)
        .service(requests_tasks::retry_task)
        .service(requests_tasks::list_systems)
        .service(systems_answers::hear)
        .service(receipts::read)
        .service(receipts::keys)
        .service(policies::list)
        .service(policies::shadow)
        .service(policies::show)
        .service(policies::propose)
        .service(policies::approve)
        .service(audit::entries)
        .service(audit::export)
        .service(exports::list)
        .service(exports::show)
        .service(exports::fetch)
        .service(health::alive)
        .service(health::ready)
        .service(health::metrics);
}
