//! The masking certificate's facts: what was to be done with every column, what the scan proved, and what it does not
//! prove. They hold names of columns and numbers, never a value.

use landfall_catalogue::{Catalogue, Class, Subject};
use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    key::MaskKey,
    plan::Plan,
    scan::{PlantedReport, Report, Rule, RuleStatement, Survivor},
};

/// What a certificate does not claim; printed on every one.
const LIMITS: [&str; 6] = [
    "Masked is not automatically anonymous in the sense of the GDPR: quasi-identifiers that are listed as kept may \
     single a person out when they are put together.",
    "Dates that are moved by one offset per person are not de-identified under the Safe Harbor rule of HIPAA; that \
     method asks for an expert's determination.",
    "Internal ids are kept, because rows must join: whoever holds the unmasked instance can join the two.",
    "Whoever holds the mask key can compute the pseudonym of a known person. The key belongs to one validation and is \
     destroyed with its last environment; until then it is as sensitive as the source.",
    "Masked telephone numbers are valid and may be somebody's: no message may be sent from this instance. E-mail \
     addresses stand in a domain that cannot receive mail.",
    "The scan finds source values under the stated rules. It does not find a value that was misspelt, abbreviated, \
     translated or drawn as a picture; free text and files are therefore replaced as a whole.",
];

/// The facts of a masking certificate; its canonical JSON is the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The product.
    pub product: String,
    /// The release whose catalogue was used.
    pub release: String,
    /// The catalogue's digest.
    pub catalogue: Digest,
    /// The package that was loaded under the masks.
    pub package: Digest,
    /// The mask plan's digest.
    pub plan: Digest,
    /// Names the mask key; tells nothing about it.
    pub key: Digest,
    /// The rules of the residual scan, in words.
    pub rules: Vec<RuleStatement>,
    /// Every column of every table that leads to a volunteer.
    pub columns: Vec<ColumnFact>,
    /// Treatments with the number of columns of each, by class.
    pub classes: Vec<ClassFact>,
    /// What the check before the scan planted and found.
    pub planted: PlantedReport,
    /// Tables of the instance that were scanned.
    pub tables_scanned: u64,
    /// Cells of the instance that were compared.
    pub cells_scanned: u64,
    /// Values that the masks treated.
    pub values_treated: u64,
    /// Source values that survived; 0 in every certificate that is issued.
    pub survivors: u64,
    /// Values that configuration held already and that equal a volunteer's.
    pub coincidences: Vec<Survivor>,
    /// What the certificate does not claim.
    pub limits: Vec<String>,
}

/// One column, its treatment and what the scan read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFact {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its class.
    pub class: Class,
    /// About whom it speaks.
    pub subject: Subject,
    /// What became of it, in words.
    pub treatment: String,
    /// The rule that looked for its source values; nothing where they are kept.
    pub rule: Option<Rule>,
    /// Source values that were looked for.
    pub source_values: u64,
    /// Values that the instance holds.
    pub values: u64,
}

/// One class, one treatment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFact {
    /// The class.
    pub class: Class,
    /// What became of its columns, in words.
    pub treatment: String,
    /// How many columns.
    pub columns: u64,
}

/// A report for which no certificate is issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Source values survived.
    #[error("expected no source value in the masked instance, found {count} in {}", places(.survivors))]
    Survivors {
        /// How often source values were found.
        count: u64,
        /// Where.
        survivors: Vec<Survivor>,
    },
    /// The scan looked for nothing in a column that the plan masks.
    #[error(
        "table `{table}`, column `{column}` is in the mask plan, but the scan did not look for its values: scan with the catalogue of the plan"
    )]
    NotScanned {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl Facts {
    /// Puts plan and scan side by side.
    ///
    /// # Errors
    /// [`Refused`] when source values survived, or when the plan masks a column of a loaded table that the scan did not
    /// read.
    pub fn new(
        catalogue: &Catalogue,
        package: Digest,
        plan: &Plan,
        key: &MaskKey,
        report: &Report,
    ) -> Result<Self, Refused> {
        let survivors: u64 = report.survivors.iter().map(|one| one.count).sum();
        if survivors > 0 {
            return Err(Refused::Survivors {
                count: survivors,
                survivors: report.survivors.clone(),
            });
        }
        let mut columns = Vec::new();
        let mut classes: Vec<ClassFact> = Vec::new();
        let mut treated = 0;
        for line in plan.lines() {
            let read = report
                .columns
                .iter()
                .find(|one| one.table == line.table && one.column == line.column);
            let travels = catalogue
                .table(&line.table)
                .is_some_and(|table| table.travels != landfall_catalogue::Travels::Never);
            if line.rule.is_some() && read.is_none() && travels {
                return Err(Refused::NotScanned {
                    table: line.table.clone(),
                    column: line.column.clone(),
                });
            }
            let (source_values, values) =
                read.map_or((0, 0), |one| (one.source_values, one.values));
            if line.rule.is_some() {
                treated += source_values;
            }
            let treatment = line.treatment.words();
            match classes
                .iter_mut()
                .find(|one| one.class == line.class && one.treatment == treatment)
            {
                Some(class) => class.columns += 1,
                None => classes.push(ClassFact {
                    class: line.class,
                    treatment: treatment.clone(),
                    columns: 1,
                }),
            }
            columns.push(ColumnFact {
                table: line.table.clone(),
                column: line.column.clone(),
                class: line.class,
                subject: line.subject,
                treatment,
                rule: line.rule,
                source_values,
                values,
            });
        }
        classes.sort_by(|a, b| (a.class, &a.treatment).cmp(&(b.class, &b.treatment)));
        Ok(Self {
            product: catalogue.product().to_owned(),
            release: catalogue.release().to_string(),
            catalogue: catalogue.digest(),
            package,
            plan: plan.digest(),
            key: key.fingerprint(),
            rules: report.rules.clone(),
            columns,
            classes,
            planted: report.planted.clone(),
            tables_scanned: report.tables_scanned,
            cells_scanned: report.cells_scanned,
            values_treated: treated,
            survivors,
            coincidences: report.coincidences.clone(),
            limits: LIMITS.iter().map(|limit| (*limit).to_owned()).collect(),
        })
    }
}

fn places(survivors: &[Survivor]) -> String {
    let mut names: Vec<String> = survivors
        .iter()
        .map(|one| {
            format!("`{}.{}` (rule {})", one.found_table, one.found_column, one.rule.letter())
        })
        .collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Overrides, sample, scan::ColumnResult};

    fn report(catalogue: &Catalogue, survivors: Vec<Survivor>) -> Report {
        let columns = catalogue
            .tables()
            .iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .filter(|(_, column)| column.subject == Subject::Volunteer)
            .filter_map(|(table, column)| {
                Some(ColumnResult {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    class: column.class,
                    rule: Rule::of(column.class)?,
                    source_values: 2,
                    values: 2,
                })
            })
            .collect();
        Report {
            rules: Vec::new(),
            columns,
            tables_scanned: 1,
            cells_scanned: 2,
            survivors,
            coincidences: Vec::new(),
            planted: PlantedReport { planted: Vec::new(), found: Vec::new() },
        }
    }

    #[test]
    fn facts_hold_every_column_of_the_plan_and_name_the_key_by_its_fingerprint() {
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let report = report(&catalogue, Vec::new());
        let facts = Facts::new(&catalogue, Digest::ZERO, &plan, &key, &report).unwrap();
        assert_eq!(facts.columns.len(), plan.lines().len());
        assert_eq!(facts.values_treated, 2 * report.columns.len() as u64);
        assert_eq!(facts.key, key.fingerprint());
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
    }

    #[test]
    fn no_certificate_is_issued_over_a_survivor_or_an_unread_column() {
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let survivor = Survivor {
            rule: Rule::Unique,
            source_table: "volunteer".to_owned(),
            source_column: "email".to_owned(),
            found_table: "site".to_owned(),
            found_column: "name".to_owned(),
            count: 3,
        };
        let survived = report(&catalogue, vec![survivor]);
        let error = Facts::new(&catalogue, Digest::ZERO, &plan, &key, &survived).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected no source value in the masked instance, found 3 in `site.name` (rule a)"
        );
        let mut unread = report(&catalogue, Vec::new());
        unread.columns.pop();
        let error = Facts::new(&catalogue, Digest::ZERO, &plan, &key, &unread).unwrap_err();
        assert!(matches!(error, Refused::NotScanned { .. }));
    }
}
