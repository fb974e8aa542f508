//! The studies that the unit ran: what `trials.csv` holds, whatever the number of volunteers.

/// A study of the legacy database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) sponsor: &'static str,
    pub(super) phase: &'static str,
    pub(super) area: &'static str,
    pub(super) blinding: &'static str,
    pub(super) status: &'static str,
    /// First and last day, counted from 1970-01-01; none while it runs.
    pub(super) days: (i64, Option<i64>),
    pub(super) subjects: u32,
    pub(super) washout: u32,
    pub(super) fee: u32,
}

#[expect(clippy::too_many_arguments, reason = "one argument for each column of the table below")]
const fn trial(
    code: &'static str,
    title: &'static str,
    sponsor: &'static str,
    phase: &'static str,
    area: &'static str,
    blinding: &'static str,
    status: &'static str,
    days: (i64, Option<i64>),
    sizes: (u32, u32, u32),
) -> Trial {
    let (subjects, washout, fee) = sizes;
    Trial { code, title, sponsor, phase, area, blinding, status, days, subjects, washout, fee }
}

/// The studies. The last one still runs: it is set up anew in the product and does not migrate.
pub(super) const TRIALS: &[Trial] = &[
    trial("LCU-2012-004", "Single ascending doses of HX-118 in healthy men", "Helixeon Bio", "Phase 1", "Respiratory", "DB", "Closed", (15_400, Some(15_580)), (48, 90, 1850)),
    trial("LCU-2013-011", "Food effect on VT-220 tablets", "Vantor Therapeutics", "I", "Cardiovascular", "Open", "Archived", (15_820, Some(15_930)), (24, 60, 1200)),
    trial("LCU-2014-002", "Bioequivalence of two amlodipine capsules", "Norrland Generics", "BE", "Cardiovascular", "Open label", "CLOSED", (16_100, Some(16_190)), (36, 30, 900)),
    trial("LCU-2015-007", "Multiple ascending doses of HX-118", "Helixeon Bio", "Phase I", "Respiratory", "double-blind", "Closed", (16_520, Some(16_760)), (64, 90, 2600)),
    trial("LCU-2016-003", "Inhaled MR-9 and lung function", "Meridia Respiratory", "Phase I/IIa", "Respiratory", "DB", "Reported", (16_890, Some(17_120)), (40, 120, 2200)),
    trial("LCU-2017-009", "Absorption, metabolism and excretion of labelled QN-4", "Quenella", "Phase 1", "Oncology support", "Open", "Archived", (17_300, Some(17_395)), (8, 180, 3100)),
    trial("LCU-2018-001", "First dose of OS-77 in people", "Ostrava Pharma", "FIH", "Dermatology", "double blind", "Closed", (17_560, Some(17_800)), (56, 90, 2400)),
    trial("LCU-2018-014", "Interaction of OS-77 with midazolam", "Ostrava Pharma", "Phase I", "Dermatology", "Open", "closed", (17_850, Some(17_960)), (20, 60, 1600)),
    trial("LCU-2019-006", "Cardiac repolarisation after KV-31", "Kelvara", "Phase 1", "Cardiovascular", "DB", "Archived", (18_030, Some(18_170)), (44, 60, 1950)),
    trial("LCU-2021-002", "Seasonal vaccine candidate SV-5, two doses", "Immunord", "Phase I/II", "Vaccines", "single-blind", "Reported", (18_700, Some(18_990)), (120, 180, 800)),
    trial("LCU-2022-008", "Subcutaneous BD-12 in volunteers of Japanese descent", "Bordane", "Phase I", "Metabolism", "DB", "Closed", (19_100, Some(19_330)), (32, 120, 2750)),
    trial("LCU-2023-005", "Renal handling of PL-60", "Pellworth", "Phase 1", "Nephrology", "Open", "Closed", (19_450, Some(19_620)), (28, 60, 1700)),
    trial("LCU-2024-010", "Single and multiple doses of HX-240", "Helixeon Bio", "Phase I", "Respiratory", "DB", "Reported", (19_800, Some(20_090)), (72, 90, 3050)),
    trial("LCU-2025-003", "Multiple doses of KV-44", "Kelvara", "Phase I", "Cardiovascular", "DB", "Running", (20_320, None), (60, 90, 2900)),
];

/// The studies that volunteers have taken part in.
pub(super) fn past() -> &'static [Trial] {
    &TRIALS[..TRIALS.len() - 1]
}
