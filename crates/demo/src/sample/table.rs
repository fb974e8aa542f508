//! The tables of the legacy database, and their rows.

use super::{
    Error, Sample,
    children::Child,
    day::Day,
    defects, person,
    studies::{self, Trial},
};

/// The columns of the studies' table.
const TRIALS: &[&str] = &[
    "CODE", "TITLE", "SPONSOR", "PHASE", "AREA", "BLINDING", "STATUS", "STARTED", "ENDED",
    "SUBJECTS", "WASHOUT", "FEE",
];

/// A table of the legacy database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    People,
    Child(Child),
    Trials,
}

/// What a column holds, for formats that know more than texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A short text.
    Text,
    /// A text of any length.
    Long,
    /// A whole number.
    Number,
    /// A number or a text, as it was typed.
    Measure,
    /// A day, as `1978-03-21`.
    Day,
}

/// A row that was made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// The cells; one too few or too many where that is the defect.
    pub(super) cells: &'a [String],
    /// Whether it belongs to nobody.
    pub(super) is_orphan: bool,
}

impl Table {
    /// Every table, in the order in which a file that holds them all has them.
    pub(super) const ALL: [Self; 9] = [
        Self::People,
        Self::Child(Child::Conditions),
        Self::Child(Child::Medications),
        Self::Child(Child::Substances),
        Self::Child(Child::Appointments),
        Self::Child(Child::Participation),
        Self::Child(Child::Letters),
        Self::Child(Child::Documents),
        Self::Trials,
    ];

    /// Returns its name, which is also the name of its source in the spec.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Child(child) => child.name(),
            Self::Trials => "trials",
        }
    }

    /// Returns its columns; the first is the key.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::People => person::COLUMNS,
            Self::Child(child) => child.columns(),
            Self::Trials => TRIALS,
        }
    }

    /// Returns its key.
    pub(super) fn key(self) -> &'static str {
        self.columns().first().copied().unwrap_or_default()
    }

    /// Says what a column holds.
    pub(super) fn kind(self, column: &str) -> Kind {
        match (self, column) {
            (Self::People, "ROW_VERSION")
            | (Self::Child(Child::Appointments), "MINUTES")
            | (Self::Trials, "SUBJECTS" | "WASHOUT" | "FEE") => Kind::Number,
            (Self::People, "HEIGHT" | "WEIGHT") => Kind::Measure,
            (Self::Trials, "STARTED" | "ENDED")
            | (
                Self::Child(Child::Participation),
                "SCREENED" | "ENROLLED" | "LAST_DOSE" | "COMPLETED" | "NEXT_ELIGIBLE",
            ) => Kind::Day,
            (
                _,
                "NOTES" | "DETAIL" | "NOTE" | "REMARK" | "BODY" | "TEXT" | "WITHDRAWN_BECAUSE"
                | "DESCRIPTION",
            ) => Kind::Long,
            _ => Kind::Text,
        }
    }

    /// Tells whether the old database let a column be without a value.
    pub(super) fn may_be_null(self, column: &str) -> bool {
        column != self.key() && !matches!(column, "PERSON_NO" | "SURNAME")
    }
}

/// Tells whether a text is a number in the one way in which it is written without waste.
pub(super) fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

/// Makes the rows of some tables: those of a person together, the studies last.
pub(super) fn rows(
    sample: &Sample,
    tables: &[Table],
    visit: &mut dyn FnMut(Table, Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let wants_people = tables.contains(&Table::People);
    let children: Vec<Child> = tables
        .iter()
        .filter_map(|table| match table {
            Table::Child(child) => Some(*child),
            Table::People | Table::Trials => None,
        })
        .collect();
    let people = if wants_people || !children.is_empty() { sample.people() } else { 0 };
    for index in 0..people {
        let person = person::make(sample.seed, index);
        if wants_people {
            visit(Table::People, Row { cells: &person.row, is_orphan: false })?;
        }
        for child in &children {
            for row in child.rows(sample.seed, &person) {
                visit(Table::Child(*child), Row { cells: &row, is_orphan: false })?;
            }
            if defects::orphan_follows(index)
                && let Some(row) = child.orphan(sample.seed, &person)
            {
                visit(Table::Child(*child), Row { cells: &row, is_orphan: true })?;
            }
        }
    }
    if tables.contains(&Table::Trials) {
        for trial in studies::TRIALS {
            visit(Table::Trials, Row { cells: &trial_row(trial), is_orphan: false })?;
        }
    }
    Ok(())
}

/// Makes the row of a study, which is the same whatever the number of people.
fn trial_row(trial: &Trial) -> Vec<String> {
    let (from, to) = trial.days;
    vec![
        trial.code.to_owned(),
        trial.title.to_owned(),
        trial.sponsor.to_owned(),
        trial.phase.to_owned(),
        trial.area.to_owned(),
        trial.blinding.to_owned(),
        trial.status.to_owned(),
        Day(from).iso(),
        to.map_or_else(String::new, |day| Day(day).iso()),
        trial.subjects.to_string(),
        trial.washout.to_string(),
        trial.fee.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_column_holds_is_what_its_kind_says() {
        let sample = Sample { volunteers: 1_000, seed: 6, extra: 0 };
        rows(&sample, &Table::ALL, &mut |table, row| {
            for (column, cell) in table.columns().iter().zip(row.cells) {
                let fits = match table.kind(column) {
                    Kind::Number => cell.is_empty() || is_number(cell),
                    Kind::Day => cell.is_empty() || (cell.len() == 10 && cell.contains('-')),
                    Kind::Text => cell.chars().count() <= 255,
                    Kind::Long | Kind::Measure => true,
                };
                assert!(fits, "{} {column} {cell}", table.name());
            }
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_number_is_written_in_one_way() {
        for text in ["0", "178", "72.5", "0.5", "72.0"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "007", ".5", "5.", "1e5", "72,5", "178 cm", "-1", "inf"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn a_table_alone_has_the_rows_that_it_has_among_the_others() {
        let sample = Sample { volunteers: 90, seed: 2, extra: 5 };
        let made = |tables: &[Table], wanted: Table| {
            let mut found: Vec<Vec<String>> = Vec::new();
            rows(&sample, tables, &mut |table, row| {
                if table == wanted {
                    found.push(row.cells.to_vec());
                }
                Ok(())
            })
            .unwrap();
            found
        };
        for table in Table::ALL {
            let alone = made(&[table], table);
            assert!(!alone.is_empty(), "{}", table.name());
            assert_eq!(alone, made(&Table::ALL, table), "{}", table.name());
        }
    }
}
