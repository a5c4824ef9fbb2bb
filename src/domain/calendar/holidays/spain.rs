//! Spain: the days of the whole state. Which of the others an autonomous community keeps is
//! decided anew each year, and each municipality adds two: those are days in parts here.

use super::{Region, YEARS};
use crate::domain::calendar::rule::Rule;

/// Kept everywhere; of one that falls on a Sunday a community may keep the Monday instead. It
/// may move Epiphany (art. 45.3) and none has.
const STATE: &[Rule] = &[
    Rule::fixed("Año Nuevo", 1, 1).monday_in_parts(),
    Rule::fixed("Epifanía del Señor", 1, 6).monday_in_parts(),
    Rule::easter("Viernes Santo", -2),
    Rule::fixed("Fiesta del Trabajo", 5, 1).monday_in_parts(),
    Rule::fixed("Asunción de la Virgen", 8, 15).monday_in_parts(),
    Rule::fixed("Fiesta Nacional de España", 10, 12).monday_in_parts(),
    Rule::fixed("Todos los Santos", 11, 1).monday_in_parts(),
    Rule::fixed("Día de la Constitución", 12, 6).monday_in_parts(),
    Rule::fixed("Inmaculada Concepción", 12, 8).monday_in_parts(),
    Rule::fixed("Natividad del Señor", 12, 25).monday_in_parts(),
];

/// Where the choice of the communities, or their own day, usually falls.
const COMMUNITIES: &[Rule] = &[
    Rule::fixed("Día de Andalucía", 2, 28).in_parts(),
    Rule::fixed("Día de las Illes Balears", 3, 1).in_parts(),
    Rule::fixed("San José", 3, 19).in_parts(),
    Rule::easter("Jueves Santo", -3).in_parts(),
    Rule::easter("Lunes de Pascua", 1).in_parts(),
    Rule::fixed("Día de Aragón, de Castilla y León", 4, 23).in_parts(),
    Rule::fixed("Fiesta de la Comunidad de Madrid", 5, 2).in_parts(),
    Rule::fixed("Día das Letras Galegas", 5, 17).in_parts(),
    Rule::fixed("Día de Canarias", 5, 30).in_parts(),
    Rule::fixed("Día de Castilla-La Mancha", 5, 31).in_parts(),
    Rule::easter("Corpus Christi", 60).in_parts(),
    Rule::fixed("Día de La Rioja, de la Región de Murcia", 6, 9).in_parts(),
    Rule::fixed("San Juan", 6, 24).in_parts(),
    Rule::fixed("Santiago Apóstol", 7, 25).in_parts(),
    Rule::fixed("Día de las Instituciones de Cantabria", 7, 28).in_parts(),
    Rule::fixed("Día de Asturias, de Extremadura", 9, 8).in_parts(),
    Rule::fixed("Diada Nacional de Catalunya", 9, 11).in_parts(),
    Rule::fixed("La Bien Aparecida", 9, 15).in_parts(),
    Rule::fixed("Dia de la Comunitat Valenciana", 10, 9).in_parts(),
    Rule::fixed("San Francisco Javier", 12, 3).in_parts(),
    Rule::fixed("Sant Esteve", 12, 26).in_parts(),
];

pub(super) const REGIONS: &[Region] = &[Region {
    codes: &["ES"],
    name: "Spain",
    source: "Estatuto de los Trabajadores art. 37.2; Real Decreto 2001/1983 art. 45",
    years: YEARS,
    rules: &[STATE, COMMUNITIES],
}];
