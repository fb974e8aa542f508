//! Conditions, medications and substances: the drop-down texts of the legacy database, right and misspelt.

/// A drop-down text, the ways in which it was typed, and its code in the medical dictionary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) typed: &'static [&'static str],
    pub(super) code: &'static str,
}

const fn choice(name: &'static str, typed: &'static [&'static str], code: &'static str) -> Choice {
    Choice { name, typed, code }
}

/// Medical conditions; the codes are MedDRA preferred terms.
pub(super) const CONDITIONS: &[Choice] = &[
    choice(
        "Seasonal allergic rhinitis",
        &["Hayfever", "Hay fever", "hay-fever", "Seasonal allergic rhinitis"],
        "10048908",
    ),
    choice("Asthma", &["Asthma", "Astma", "ASTHMA", "asthma (childhood)"], "10003553"),
    choice("Eczema", &["Eczema", "Excema", "eczema"], "10014184"),
    choice("Migraine", &["Migraine", "Migrane", "migraines"], "10027599"),
    choice("Headache", &["Headache", "Head ache", "headaches"], "10019211"),
    choice(
        "Hypertension",
        &["Hypertension", "Hypertention", "high BP", "High blood pressure"],
        "10020772",
    ),
    choice("Depression", &["Depression", "Depresion"], "10012378"),
    choice("Anxiety", &["Anxiety", "anxiety", "Anxeity"], "10002855"),
    choice("Back pain", &["Back pain", "Bad back", "Backpain"], "10003988"),
    choice("Insomnia", &["Insomnia", "Insomina"], "10022437"),
    choice("Nausea", &["Nausea", "Nausia"], "10028813"),
    choice("Dizziness", &["Dizziness", "Dizzyness"], "10013573"),
    choice("Fatigue", &["Fatigue", "fatigue"], "10016256"),
    choice("Dyspepsia", &["Dyspepsia", "Indigestion", "dyspepsia"], "10013946"),
    choice("Appendicectomy", &["Appendicectomy", "Appendix out", "Appendectomy"], "10003020"),
    choice(
        "Drug hypersensitivity",
        &["Allergy - penicillin", "Penicillin allergy", "penicilin allergy"],
        "10013700",
    ),
];

/// Medications; the codes are those of the demonstration dictionary, which are invented.
pub(super) const MEDICATIONS: &[Choice] = &[
    choice("Paracetamol", &["Paracetamol", "Paracetemol", "PARACETAMOL"], "D0000101"),
    choice("Ibuprofen", &["Ibuprofen", "Ibuprofin", "ibuprofen"], "D0000102"),
    choice("Salbutamol", &["Salbutamol", "Salbutomol", "blue inhaler"], "D0000103"),
    choice("Cetirizine", &["Cetirizine", "Cetrizine", "cetirizine"], "D0000104"),
    choice("Loratadine", &["Loratadine", "Loratidine"], "D0000105"),
    choice("Omeprazole", &["Omeprazole", "Omeprazol"], "D0000106"),
    choice("Sertraline", &["Sertraline", "Sertralin"], "D0000107"),
    choice("Combined oral contraceptive", &["COCP", "Combined pill", "the pill"], "D0000108"),
    choice("Levothyroxine", &["Levothyroxine", "Thyroxine", "Levothyroxin"], "D0000109"),
    choice("Ramipril", &["Ramipril", "Rampiril"], "D0000110"),
    choice("Vitamin D", &["Vitamin D", "Vit D", "vit. D"], "D0000111"),
    choice("Hydrocortisone", &["Hydrocortisone", "Hydrocortizone"], "D0000112"),
];

/// Substances; the first letters of the code say which kind of substance it is.
pub(super) const SUBSTANCES: &[Choice] = &[
    choice("Alcohol", &["Alcohol", "Alchohol", "alcohol", "Alcahol"], "ALC"),
    choice("Tobacco", &["Tobacco", "Tobaco", "tobacco", "cigarettes"], "TOB"),
    choice("Caffeine", &["Caffeine", "Caffiene", "coffee/tea"], "CAF"),
    choice("Nicotine vapour", &["Vape", "E-cigarette", "e-cig"], "TOB"),
    choice("Cannabis", &["Cannabis", "Canabis"], "REC"),
];

/// Doses of medications, as typed, with the text of the product.
pub(super) const MEDICATION_DOSES: &[(&str, &str)] = &[
    ("500mg", "500 mg"),
    ("500 mg", "500 mg"),
    ("0.5 g", "500 mg"),
    ("400mg", "400 mg"),
    ("10mg", "10 mg"),
    ("10 mgs", "10 mg"),
    ("20mg", "20 mg"),
    ("50 mcg", "50 ug"),
    ("50ug", "50 ug"),
    ("1 puff", "1 puff"),
    ("one puff", "1 puff"),
];

/// Amounts of substances, as typed, with the text of the product.
pub(super) const SUBSTANCE_DOSES: &[(&str, &str)] = &[
    ("1 unit", "1 unit"),
    ("one unit", "1 unit"),
    ("2-3 units", "2 to 3 units"),
    ("10 cigs", "10 cigarettes"),
    ("ten cigarettes", "10 cigarettes"),
    ("2 cups", "2 cups"),
    ("two cups", "2 cups"),
];

/// How often, as typed, with the text of the product.
pub(super) const FREQUENCIES: &[(&str, &str)] = &[
    ("Once daily", "Once daily"),
    ("once dayly", "Once daily"),
    ("OD", "Once daily"),
    ("1 x day", "Once daily"),
    ("Twice daily", "Twice daily"),
    ("twice dayly", "Twice daily"),
    ("BD", "Twice daily"),
    ("Three times daily", "Three times daily"),
    ("TDS", "Three times daily"),
    ("As needed", "As needed"),
    ("PRN", "As needed"),
    ("when needed", "As needed"),
    ("Weekly", "Once weekly"),
    ("weekends", "Once weekly"),
    ("Occasional", "Occasionally"),
    ("ocasionally", "Occasionally"),
];

/// Routes, as typed, with the text of the product.
pub(super) const ROUTES: &[(&str, &str)] = &[
    ("Oral", "Oral"),
    ("PO", "Oral"),
    ("by mouth", "Oral"),
    ("Inhaled", "Inhalation"),
    ("inhal.", "Inhalation"),
    ("Topical", "Topical"),
    ("on skin", "Topical"),
];
