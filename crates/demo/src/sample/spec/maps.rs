//! Value maps: what was typed, and what the product calls it.

use crate::sample::{
    medical::{
        CONDITIONS, Choice, FREQUENCIES, MEDICATION_DOSES, MEDICATIONS, ROUTES, SUBSTANCE_DOSES,
        SUBSTANCES,
    },
    places::COUNTIES,
};

/// The entries of a map, in the order in which they are written.
type Entries = Vec<(String, String)>;

/// Returns every map by name.
pub(super) fn all() -> Vec<(&'static str, Entries)> {
    vec![
        ("sex", pairs(SEX)),
        ("race", pairs(RACE)),
        ("relation", pairs(RELATION)),
        ("contact", pairs(CONTACT)),
        ("payment", pairs(PAYMENT)),
        ("site", pairs(SITE)),
        ("status", pairs(STATUS)),
        ("recruitment", pairs(RECRUITMENT)),
        ("heard_from", pairs(HEARD_FROM)),
        ("county", counties()),
        ("condition", choices(CONDITIONS)),
        ("medication", choices(MEDICATIONS)),
        ("substance", choices(SUBSTANCES)),
        ("medication_dose", pairs(MEDICATION_DOSES)),
        ("substance_dose", pairs(SUBSTANCE_DOSES)),
        ("frequency", pairs(FREQUENCIES)),
        ("route", pairs(ROUTES)),
        ("severity", pairs(SEVERITY)),
        ("use_status", pairs(USE_STATUS)),
        ("appointment_kind", pairs(APPOINTMENT_KIND)),
        ("appointment_status", pairs(APPOINTMENT_STATUS)),
        ("outcome", pairs(OUTCOME)),
        ("template", pairs(TEMPLATE)),
        ("channel", pairs(CHANNEL)),
        ("delivery", pairs(DELIVERY)),
        ("document_kind", pairs(DOCUMENT_KIND)),
        ("study_status", pairs(STUDY_STATUS)),
        ("phase", pairs(PHASE)),
        ("blinding", pairs(BLINDING)),
    ]
}

fn pairs(list: &[(&str, &str)]) -> Entries {
    list.iter().map(|(source, target)| ((*source).to_owned(), (*target).to_owned())).collect()
}

fn choices(list: &[Choice]) -> Entries {
    list.iter()
        .flat_map(|choice| {
            choice.typed.iter().map(move |typed| ((*typed).to_owned(), choice.name.to_owned()))
        })
        .collect()
}

fn counties() -> Entries {
    COUNTIES
        .iter()
        .flat_map(|(name, typed)| {
            typed.iter().map(move |typed| ((*typed).to_owned(), (*name).to_owned()))
        })
        .collect()
}

/// Case does not matter in this one.
const SEX: &[(&str, &str)] = &[
    ("M", "Male"),
    ("Male", "Male"),
    ("Man", "Male"),
    ("F", "Female"),
    ("Female", "Female"),
    ("Fem.", "Female"),
    ("W", "Female"),
    ("U", "Unknown"),
    ("?", "Unknown"),
    ("not recorded", "Unknown"),
];

const RACE: &[(&str, &str)] = &[
    ("White", "White"),
    ("White British", "White"),
    ("Caucasian", "White"),
    ("Caucassian", "White"),
    ("Polish", "White"),
    ("White other", "White"),
    ("Asian", "Asian"),
    ("Asian - Indian", "Asian"),
    ("Asian - Pakistani", "Asian"),
    ("asain", "Asian"),
    ("Chinese", "Asian"),
    ("Black", "Black or African American"),
    ("Black African", "Black or African American"),
    ("Black Carribean", "Black or African American"),
    ("Mixed", "Multiple"),
    ("Arab", "Other"),
    ("prefer not to say", "Not reported"),
    ("n/k", "Unknown"),
    ("", "Not reported"),
];

const RELATION: &[(&str, &str)] = &[
    ("Wife", "spouse or partner"),
    ("Husband", "spouse or partner"),
    ("partner", "spouse or partner"),
    ("Mum", "parent"),
    ("Father", "parent"),
    ("Sister", "sibling"),
    ("brother", "sibling"),
    ("Friend", "friend"),
    ("Son", "child"),
    ("Flatmate", "friend"),
];

const CONTACT: &[(&str, &str)] = &[
    ("Email", "e-mail"),
    ("e-mail", "e-mail"),
    ("Phone", "phone"),
    ("tel", "phone"),
    ("SMS", "SMS"),
    ("text", "SMS"),
    ("Post", "post"),
    ("No contact", "do not contact"),
];

const PAYMENT: &[(&str, &str)] =
    &[("IBAN", "IBAN"), ("Bank transfer", "IBAN"), ("bank", "IBAN"), ("ACH", "ABA")];

const SITE: &[(&str, &str)] = &[
    ("Leeds", "Leeds Clinical Unit"),
    ("Leeds Clinical Unit", "Leeds Clinical Unit"),
    ("LEEDS CRU", "Leeds Clinical Unit"),
    ("Harrogate (closed)", "Leeds Clinical Unit"),
    ("Nottingham", "Nottingham Phase I Unit"),
    ("Nottm", "Nottingham Phase I Unit"),
    ("Nottingham Phase I Unit", "Nottingham Phase I Unit"),
    ("either", ""),
];

const STATUS: &[(&str, &str)] = &[
    ("Active", "active"),
    ("A", "active"),
    ("Archived", "archived"),
    ("ARCH", "archived"),
    ("Moved away", "archived"),
    ("Deceased", "archived"),
];

const RECRUITMENT: &[(&str, &str)] = &[
    ("FIT", "Eligible"),
    ("PRE", "Identified for screening"),
    ("PRE-SCREEN", "Identified for screening"),
    ("EXC-MED", "Excluded by medication"),
    ("EXC-HIST", "Excluded by medical history"),
    ("HOLD", "Identified for screening"),
    ("DNU", "Asked to be left out"),
];

const HEARD_FROM: &[(&str, &str)] = &[
    ("Radio", "advertisement"),
    ("Leaflet", "advertisement"),
    ("Web", "web site"),
    ("website", "web site"),
    ("Friend", "referral"),
    ("Been before", "previous participation"),
    ("Walk in", "walk-in"),
];

const SEVERITY: &[(&str, &str)] =
    &[("mild", "mild"), ("mod", "moderate"), ("moderate", "moderate"), ("severe", "severe")];

const USE_STATUS: &[(&str, &str)] =
    &[("Current", "current"), ("Ex", "former"), ("ex-user", "former"), ("Never", "never")];

const APPOINTMENT_KIND: &[(&str, &str)] = &[
    ("Screening", "screening"),
    ("Screeening", "screening"),
    ("Follow up", "follow-up"),
    ("follow-up", "follow-up"),
    ("Phone", "phone call"),
    ("Info evening", "information session"),
    ("Check in", "check-in"),
];

const APPOINTMENT_STATUS: &[(&str, &str)] = &[
    ("Booked", "booked"),
    ("Confirmed", "confirmed"),
    ("Attended", "attended"),
    ("DNA", "did not attend"),
    ("Canceled", "cancelled"),
    ("Cancelled", "cancelled"),
];

const OUTCOME: &[(&str, &str)] = &[
    ("Completed", "completed"),
    ("Screen fail", "screen failure"),
    ("Screen failure", "screen failure"),
    ("Withdrawn", "withdrawn"),
    ("withdrew", "withdrawn"),
    ("Reserve", "reserve"),
    ("LTFU", "lost to follow-up"),
];

const TEMPLATE: &[(&str, &str)] = &[
    ("Screening invitation", "Screening invitation"),
    ("Screening invite", "Screening invitation"),
    ("Reminder", "Appointment reminder"),
    ("Appointment reminder", "Appointment reminder"),
    ("Reminder text", "Appointment reminder"),
    ("Thank you", "Thank-you letter"),
    ("Thankyou letter", "Thank-you letter"),
    ("GP letter", "Letter to the general practitioner"),
    ("Letter to GP", "Letter to the general practitioner"),
];

const CHANNEL: &[(&str, &str)] = &[
    ("Email", "e-mail"),
    ("e-mail", "e-mail"),
    ("SMS", "SMS"),
    ("text", "SMS"),
    ("Letter", "PDF"),
    ("Post", "PDF"),
];

const DELIVERY: &[(&str, &str)] =
    &[("Sent", "sent"), ("Delivered", "delivered"), ("Bounced", "failed")];

const DOCUMENT_KIND: &[(&str, &str)] = &[
    ("Consent", "consent form"),
    ("consent form", "consent form"),
    ("Medical", "medical record"),
    ("GP summary", "medical record"),
    ("Letter", "letter"),
];

const STUDY_STATUS: &[(&str, &str)] =
    &[("Closed", "archived"), ("Archived", "archived"), ("Reported", "archived")];

const PHASE: &[(&str, &str)] = &[
    ("Phase 1", "Phase I"),
    ("Phase I", "Phase I"),
    ("I", "Phase I"),
    ("FIH", "Phase I"),
    ("BE", "Bioequivalence"),
    ("Phase I/IIa", "Phase I/II"),
    ("Phase I/II", "Phase I/II"),
];

const BLINDING: &[(&str, &str)] = &[
    ("Open", "open"),
    ("Open label", "open"),
    ("DB", "double blind"),
    ("double-blind", "double blind"),
    ("double blind", "double blind"),
    ("single-blind", "single blind"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{children::Child, person};

    /// Which column of which table each map reads, and whether case matters to it.
    const USES: &[(&str, &str, &str)] = &[
        ("people", "SEX", "sex"),
        ("people", "RACE", "race"),
        ("people", "NOK_RELATION", "relation"),
        ("people", "CONTACT_BY", "contact"),
        ("people", "PAY_METHOD", "payment"),
        ("people", "CLINIC", "site"),
        ("people", "STATUS", "status"),
        ("people", "RECRUIT_CODE", "recruitment"),
        ("people", "HEARD_FROM", "heard_from"),
        ("people", "COUNTY", "county"),
        ("conditions", "CONDITION", "condition"),
        ("conditions", "SEVERITY", "severity"),
        ("medications", "DRUG", "medication"),
        ("medications", "DOSE", "medication_dose"),
        ("medications", "FREQUENCY", "frequency"),
        ("medications", "ROUTE", "route"),
        ("substances", "SUBSTANCE", "substance"),
        ("substances", "USE_STATUS", "use_status"),
        ("substances", "AMOUNT", "substance_dose"),
        ("substances", "FREQUENCY", "frequency"),
        ("appointments", "CLINIC", "site"),
        ("appointments", "KIND", "appointment_kind"),
        ("appointments", "STATUS", "appointment_status"),
        ("participation", "OUTCOME", "outcome"),
        ("letters", "TEMPLATE", "template"),
        ("letters", "CHANNEL", "channel"),
        ("letters", "DELIVERY", "delivery"),
        ("documents", "KIND", "document_kind"),
    ];

    #[test]
    fn every_typed_text_stands_in_its_map() {
        let maps = all();
        let people: Vec<_> = (0..3_000).map(|index| person::make(11, index)).collect();
        for (table, column, map) in USES {
            let entries = &maps.iter().find(|(name, _)| name == map).unwrap().1;
            let child = Child::ALL.into_iter().find(|child| child.name() == *table);
            let columns = child.map_or(person::COLUMNS, Child::columns);
            let at = columns.iter().position(|name| name == column).unwrap();
            for person in people.iter().filter(|person| person.row.len() == person::COLUMNS.len()) {
                let rows =
                    child.map_or_else(|| vec![person.row.clone()], |child| child.rows(11, person));
                for row in rows.iter().filter(|row| !row[at].is_empty()) {
                    let text = row[at].to_lowercase();
                    let known = entries.iter().any(|(source, _)| source.to_lowercase() == text);
                    assert!(known, "{table} {column}: `{}` is not in maps/{map}.csv", row[at]);
                }
            }
        }
    }

    #[test]
    fn no_map_gives_two_targets_for_one_text_whatever_its_case() {
        for (name, entries) in all() {
            for (source, target) in &entries {
                let same =
                    entries.iter().filter(|(s, _)| s.to_lowercase() == source.to_lowercase());
                assert!(same.clone().all(|(_, other)| other == target), "{name}: {source}");
            }
        }
    }
}
