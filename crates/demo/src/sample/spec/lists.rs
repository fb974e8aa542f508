//! Lists of the product's drop-downs (Volunteers > Configure) that migrate with the volunteers.

use crate::sample::{
    medical::{CONDITIONS, MEDICATIONS, SUBSTANCES},
    places::COUNTIES,
};

/// A list, as a file of the spec.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

/// Returns every list.
pub(super) fn all() -> Vec<List> {
    vec![
        List {
            name: "conditions",
            columns: &["NAME", "CODE", "CATEGORY"],
            rows: CONDITIONS
                .iter()
                .map(|choice| row(&[choice.name, choice.code, category(choice.name)]))
                .collect(),
        },
        List {
            name: "medications",
            columns: &["NAME", "CODE"],
            rows: MEDICATIONS.iter().map(|choice| row(&[choice.name, choice.code])).collect(),
        },
        List {
            name: "substances",
            columns: &["NAME", "CATEGORY"],
            rows: SUBSTANCES
                .iter()
                .map(|choice| {
                    let category = match choice.code {
                        "ALC" => "alcohol",
                        "TOB" => "tobacco",
                        "CAF" => "caffeine",
                        "REC" => "recreational drug",
                        _ => "other",
                    };
                    row(&[choice.name, category])
                })
                .collect(),
        },
        List {
            name: "regions",
            columns: &["NAME", "COUNTRY"],
            rows: COUNTIES
                .iter()
                .map(|(name, _)| {
                    let in_scotland = matches!(*name, "City of Edinburgh" | "City of Glasgow");
                    row(&[name, if in_scotland { "Scotland" } else { "England" }])
                })
                .collect(),
        },
        fixed("doses", &["NAME", "AMOUNT", "UNIT", "USED_FOR"], DOSES),
        fixed("frequencies", &["NAME", "CODE", "TIMES_PER_DAY"], FREQUENCIES),
        fixed("routes", &["NAME", "CODE"], ROUTES),
        fixed("templates", &["NAME", "KIND", "SUBJECT", "NEEDS_APPOINTMENT"], TEMPLATES),
        fixed("recruitment", &["DESCRIPTION", "KIND", "HELP", "POSITION"], RECRUITMENT),
        fixed("questions", &["NAME", "QUESTION"], QUESTIONS),
    ]
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn fixed(name: &'static str, columns: &'static [&'static str], rows: &[&[&str]]) -> List {
    List { name, columns, rows: rows.iter().map(|cells| row(cells)).collect() }
}

fn category(condition: &str) -> &'static str {
    match condition {
        "Appendicectomy" => "surgery",
        "Drug hypersensitivity" => "allergy",
        _ => "medical history",
    }
}

const DOSES: &[&[&str]] = &[
    &["500 mg", "500", "mg", "medications"],
    &["400 mg", "400", "mg", "medications"],
    &["10 mg", "10", "mg", "medications"],
    &["20 mg", "20", "mg", "medications"],
    &["50 ug", "50", "ug", "medications"],
    &["1 puff", "1", "puff", "medications"],
    &["1 unit", "1", "unit", "substances"],
    &["2 to 3 units", "", "unit", "substances"],
    &["10 cigarettes", "10", "cigarette", "substances"],
    &["2 cups", "2", "cup", "substances"],
];

const FREQUENCIES: &[&[&str]] = &[
    &["Once daily", "QD", "1"],
    &["Twice daily", "BID", "2"],
    &["Three times daily", "TID", "3"],
    &["As needed", "PRN", ""],
    &["Once weekly", "QS", ""],
    &["Occasionally", "OCCASIONAL", ""],
];

const ROUTES: &[&[&str]] =
    &[&["Oral", "ORAL"], &["Inhalation", "RESPIRATORY"], &["Topical", "TOPICAL"]];

const TEMPLATES: &[&[&str]] = &[
    &["Screening invitation", "e-mail", "Your screening visit", "1"],
    &["Appointment reminder", "SMS", "", "1"],
    &["Thank-you letter", "PDF", "Thank you for taking part", "0"],
    &["Letter to the general practitioner", "PDF", "Participation in a clinical study", "0"],
];

const RECRUITMENT: &[&[&str]] = &[
    &[
        "Identified for screening",
        "identified",
        "Registered; a screening visit is to be offered.",
        "1",
    ],
    &["Eligible", "eligible", "May be offered any study whose criteria fit.", "2"],
    &["Excluded by medication", "ineligible", "Ask again when the medication has ended.", "3"],
    &[
        "Excluded by medical history",
        "ineligible",
        "Not to be offered studies in healthy people.",
        "4",
    ],
    &["Asked to be left out", "removed", "Do not call, write or send messages.", "5"],
];

const QUESTIONS: &[&[&str]] =
    &[&["Special diet", "Is there anything that you do not eat or drink?"]];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::spec::maps;

    /// A list, and the maps whose targets it must hold.
    const FILLED: &[(&str, &[&str])] = &[
        ("conditions", &["condition"]),
        ("medications", &["medication"]),
        ("substances", &["substance"]),
        ("regions", &["county"]),
        ("doses", &["medication_dose", "substance_dose"]),
        ("frequencies", &["frequency"]),
        ("routes", &["route"]),
        ("templates", &["template"]),
        ("recruitment", &["recruitment"]),
    ];

    #[test]
    fn lists_hold_every_target_of_their_maps_and_rows_are_whole() {
        for (list, names) in FILLED {
            let list = all().into_iter().find(|other| other.name == *list).unwrap();
            assert!(list.rows.iter().all(|row| row.len() == list.columns.len()), "{}", list.name);
            for (name, entries) in maps::all() {
                for (_, target) in entries.iter().filter(|_| names.contains(&name)) {
                    assert!(list.rows.iter().any(|row| row[0] == *target), "{name}: {target}");
                }
            }
        }
    }
}
