//! To whom a person can complain (GDPR 77): the supervisory authority of a country, as the European Data
//! Protection Board lists them, with those of Switzerland and the United Kingdom.

/// A supervisory authority.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Authority {
    /// The country, a code of ISO 3166.
    pub country: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Its site.
    pub url: &'static str,
}

/// The authority of a country, or of the country that a part lies in (`DE-BY`).
#[must_use]
pub fn authority(code: &str) -> Option<&'static Authority> {
    let country = code.split('-').next().unwrap_or(code);
    ALL.iter().find(|one| one.country == country)
}

const fn of(country: &'static str, name: &'static str, url: &'static str) -> Authority {
    Authority { country, name, url }
}

const ALL: &[Authority] = &[
    of("AT", "Datenschutzbehörde (DSB)", "https://www.dsb.gv.at/"),
    of(
        "BE",
        "Autorité de protection des données – Gegevensbeschermingsautoriteit",
        "https://www.autoriteprotectiondonnees.be/",
    ),
    of(
        "BG",
        "Комисия за защита на личните данни",
        "https://www.cpdp.bg/",
    ),
    of(
        "CH",
        "Eidgenössischer Datenschutz- und Öffentlichkeitsbeauftragter (EDÖB)",
        "https://www.edoeb.admin.ch/",
    ),
    of(
        "CY",
        "Επίτροπος Προστασίας Δεδομένων Προσωπικού Χαρακτήρα",
        "https://www.dataprotection.gov.cy/",
    ),
    of(
        "CZ",
        "Úřad pro ochranu osobních údajů",
        "https://www.uoou.cz/",
    ),
    of(
        "DE",
        "Die Bundesbeauftragte für den Datenschutz und die Informationsfreiheit (BfDI)",
        "https://www.bfdi.bund.de/",
    ),
    of("DK", "Datatilsynet", "https://www.datatilsynet.dk/"),
    of("EE", "Andmekaitse Inspektsioon", "https://www.aki.ee/"),
    of(
        "ES",
        "Agencia Española de Protección de Datos (AEPD)",
        "https://www.aepd.es/",
    ),
    of(
        "FI",
        "Tietosuojavaltuutetun toimisto",
        "https://tietosuoja.fi/",
    ),
    of(
        "FR",
        "Commission nationale de l’informatique et des libertés (CNIL)",
        "https://www.cnil.fr/fr/plaintes",
    ),
    of(
        "GB",
        "Information Commissioner’s Office (ICO)",
        "https://ico.org.uk/make-a-complaint/",
    ),
    of(
        "GR",
        "Αρχή Προστασίας Δεδομένων Προσωπικού Χαρακτήρα",
        "https://www.dpa.gr/",
    ),
    of(
        "HR",
        "Agencija za zaštitu osobnih podataka (AZOP)",
        "https://azop.hr/",
    ),
    of(
        "HU",
        "Nemzeti Adatvédelmi és Információszabadság Hatóság (NAIH)",
        "https://www.naih.hu/",
    ),
    of(
        "IE",
        "Data Protection Commission",
        "https://www.dataprotection.ie/",
    ),
    of("IS", "Persónuvernd", "https://www.personuvernd.is/"),
    of(
        "IT",
        "Garante per la protezione dei dati personali",
        "https://www.garanteprivacy.it/",
    ),
    of(
        "LI",
        "Datenschutzstelle",
        "https://www.datenschutzstelle.li/",
    ),
    of(
        "LT",
        "Valstybinė duomenų apsaugos inspekcija",
        "https://vdai.lrv.lt/",
    ),
    of(
        "LU",
        "Commission nationale pour la protection des données (CNPD)",
        "https://cnpd.public.lu/",
    ),
    of("LV", "Datu valsts inspekcija", "https://www.dvi.gov.lv/"),
    of(
        "MT",
        "Information and Data Protection Commissioner",
        "https://idpc.org.mt/",
    ),
    of(
        "NL",
        "Autoriteit Persoonsgegevens",
        "https://www.autoriteitpersoonsgegevens.nl/",
    ),
    of("NO", "Datatilsynet", "https://www.datatilsynet.no/"),
    of(
        "PL",
        "Prezes Urzędu Ochrony Danych Osobowych",
        "https://uodo.gov.pl/",
    ),
    of(
        "PT",
        "Comissão Nacional de Proteção de Dados (CNPD)",
        "https://www.cnpd.pt/",
    ),
    of(
        "RO",
        "Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal",
        "https://www.dataprotection.ro/",
    ),
    of(
        "SE",
        "Integritetsskyddsmyndigheten (IMY)",
        "https://www.imy.se/",
    ),
    of("SI", "Informacijski pooblaščenec", "https://www.ip-rs.si/"),
    of(
        "SK",
        "Úrad na ochranu osobných údajov Slovenskej republiky",
        "https://dataprotection.gov.sk/",
    ),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::calendar::Calendar;

    #[test]
    fn every_country_has_one_authority_and_a_part_its_country_s() {
        let mut codes: Vec<_> = ALL.iter().map(|one| one.country).collect();
        assert!(codes.is_sorted() && ALL.iter().all(|one| one.url.starts_with("https://")));
        codes.dedup();
        assert_eq!(codes.len(), 32, "EU 27, the three of the EEA, CH, GB");
        assert!(authority("FR").unwrap().name.ends_with("(CNIL)"));
        assert_eq!(authority("DE-BY"), authority("DE"));
        assert_eq!(authority("US"), None);
        // whoever's month can be counted can be told where to complain
        for calendar in Calendar::all() {
            assert!(authority(calendar.code()).is_some(), "{}", calendar.code());
        }
    }
}
