//! What the legacy database holds about a person besides the person's own row.

use super::{
    account,
    day::{Day, LAST},
    medical::{
        CONDITIONS, FREQUENCIES, MEDICATION_DOSES, MEDICATIONS, ROUTES, SUBSTANCE_DOSES, SUBSTANCES,
    },
    person::{CLINICS, Person},
    random::{Purpose, Random},
    studies,
};

/// A table of rows that belong to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Conditions,
    Medications,
    Substances,
    Appointments,
    Participation,
    Letters,
    Documents,
}

impl Child {
    /// Every such table.
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::Conditions,
        Self::Medications,
        Self::Substances,
        Self::Appointments,
        Self::Participation,
        Self::Letters,
        Self::Documents,
    ];

    /// Returns the table's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Conditions => "conditions",
            Self::Medications => "medications",
            Self::Substances => "substances",
            Self::Appointments => "appointments",
            Self::Participation => "participation",
            Self::Letters => "letters",
            Self::Documents => "documents",
        }
    }

    /// Returns the table's columns; the second is always the person's number.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Conditions => &[
                "CONDITION_NO",
                "PERSON_NO",
                "CONDITION",
                "MEDDRA_CODE",
                "SEVERITY",
                "ONSET",
                "RESOLVED",
                "DETAIL",
                "ENTERED",
            ],
            Self::Medications => &[
                "MEDICATION_NO",
                "PERSON_NO",
                "DRUG",
                "WHODRUG_CODE",
                "DOSE",
                "FREQUENCY",
                "ROUTE",
                "STARTED",
                "STOPPED",
                "DETAIL",
            ],
            Self::Substances => &[
                "SUBSTANCE_NO",
                "PERSON_NO",
                "SUBSTANCE",
                "USE_STATUS",
                "AMOUNT",
                "FREQUENCY",
                "SINCE",
                "UNTIL",
                "DETAIL",
            ],
            Self::Appointments => &[
                "APPOINTMENT_NO",
                "PERSON_NO",
                "CLINIC",
                "TRIAL_CODE",
                "KIND",
                "STARTS",
                "MINUTES",
                "STATUS",
                "NOTE",
            ],
            Self::Participation => &[
                "PARTICIPATION_NO",
                "PERSON_NO",
                "TRIAL_CODE",
                "SCREENING_NO",
                "SUBJECT_NO",
                "SCREENED",
                "ENROLLED",
                "LAST_DOSE",
                "COMPLETED",
                "NEXT_ELIGIBLE",
                "OUTCOME",
                "WITHDRAWN_BECAUSE",
                "FEE",
                "REMARK",
            ],
            Self::Letters => &[
                "LETTER_NO",
                "PERSON_NO",
                "TEMPLATE",
                "CHANNEL",
                "SENT",
                "SENT_TO",
                "SUBJECT",
                "BODY",
                "DELIVERY",
            ],
            Self::Documents => &[
                "DOCUMENT_NO",
                "PERSON_NO",
                "KIND",
                "FILE_NAME",
                "UPLOADED",
                "DESCRIPTION",
                "TEXT",
            ],
        }
    }

    /// Makes the rows of a person.
    pub(super) fn rows(self, seed: u64, person: &Person) -> Vec<Vec<String>> {
        let purpose = match self {
            Self::Conditions => Purpose::Conditions,
            Self::Medications => Purpose::Medications,
            Self::Substances => Purpose::Substances,
            Self::Appointments => Purpose::Appointments,
            Self::Participation => Purpose::Participation,
            Self::Letters => Purpose::Letters,
            Self::Documents => Purpose::Documents,
        };
        let mut random = Random::of(seed, person.index, purpose);
        // About six rows for each person in all.
        let count = random.pick(match self {
            Self::Conditions => &[0, 1, 1, 2, 3],
            Self::Medications => &[0, 0, 1, 1, 2],
            Self::Substances => &[0, 1, 1, 1, 2],
            Self::Appointments => &[0, 1, 1, 2, 2],
            Self::Participation => &[0, 0, 0, 1, 2],
            Self::Letters => &[0, 0, 1, 1, 1],
            Self::Documents => &[0, 0, 0, 1, 1],
        });
        (0..count)
            .map(|nth| match self {
                Self::Conditions => condition(&mut random, person, nth),
                Self::Medications => medication(&mut random, person, nth),
                Self::Substances => substance(&mut random, person, nth),
                Self::Appointments => appointment(&mut random, person, nth),
                Self::Participation => participation(&mut random, person, nth),
                Self::Letters => letter(&mut random, person, nth),
                Self::Documents => document(&mut random, person, nth),
            })
            .collect()
    }

    /// Makes the row of a person who does not exist (any more).
    pub(super) fn orphan(self, seed: u64, person: &Person) -> Option<Vec<String>> {
        let stray =
            Person { number: format!("LU-9{:06}", person.index % 1_000_000), ..person.clone() };
        let mut row = self.rows(seed, &stray).into_iter().next()?;
        if let Some(key) = row.first_mut() {
            key.push_str("-X");
        }
        Some(row)
    }
}

fn key(letters: &str, person: &Person, nth: usize) -> String {
    format!("{letters}{:07}-{}", person.index + 1_001, nth + 1)
}

fn optional(random: &mut Random, percent: usize, text: impl FnOnce() -> String) -> String {
    if random.chance(percent) { text() } else { String::new() }
}

fn since(random: &mut Random, person: &Person, years: i64) -> Day {
    Day(person.registered.0 - random.between(1, years * 365))
}

fn condition(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let choice = random.pick_frequent(CONDITIONS);
    let onset = since(random, person, 15);
    let relative = random.pick(&["mother", "father", "sister", "brother"]);
    let year = onset.parts().0;
    vec![
        key("C", person, nth),
        person.number.clone(),
        random.pick(choice.typed).to_owned(),
        optional(random, 70, || choice.code.to_owned()),
        random.pick(&["mild", "Mild", "mod", "moderate", "severe", "", ""]).to_owned(),
        onset.slashes(),
        optional(random, 45, || onset.plus(400).slashes()),
        optional(random, 35, || {
            format!(
                "{} {} reports this since {year}; {relative} has it too.",
                person.forename, person.surname
            )
        }),
        person.registered.slashes(),
    ]
}

fn medication(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let choice = random.pick_frequent(MEDICATIONS);
    let started = since(random, person, 4);
    vec![
        key("M", person, nth),
        person.number.clone(),
        random.pick(choice.typed).to_owned(),
        choice.code.to_owned(),
        random.pick(MEDICATION_DOSES).0.to_owned(),
        random.pick(FREQUENCIES).0.to_owned(),
        random.pick_frequent(ROUTES).0.to_owned(),
        started.slashes(),
        optional(random, 60, || started.plus(120).slashes()),
        optional(random, 20, || {
            format!("GP letter for {} seen on {}.", person.forename, started.words())
        }),
    ]
}

fn substance(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let choice = random.pick_frequent(SUBSTANCES);
    let started = since(random, person, 20);
    let status = random.pick(&["Current", "current", "Ex", "ex-user", "Never", "never"]);
    let is_former = status.starts_with('E') || status.starts_with('e');
    vec![
        key("S", person, nth),
        person.number.clone(),
        random.pick(choice.typed).to_owned(),
        status.to_owned(),
        random.pick(SUBSTANCE_DOSES).0.to_owned(),
        random.pick(FREQUENCIES).0.to_owned(),
        started.slashes(),
        if is_former { started.plus(2_000).slashes() } else { String::new() },
        optional(random, 15, || {
            format!("{} says the amount went down in {}.", person.forename, started.parts().0 + 3)
        }),
    ]
}

fn appointment(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let day = person.registered.plus(random.between(5, 900));
    let (hour, minute) = (random.between(8, 17), random.pick(&[0, 15, 30, 45]));
    let trial = random.pick(studies::past()).code;
    let status = if day == LAST {
        "Booked"
    } else {
        random.pick(&["Attended", "attended", "DNA", "Canceled", "Cancelled", "Confirmed"])
    };
    vec![
        key("A", person, nth),
        person.number.clone(),
        random.pick_frequent(&CLINICS[..8]).to_owned(),
        optional(random, 40, || trial.to_owned()),
        random
            .pick(&[
                "Screening",
                "screening",
                "Screeening",
                "Follow up",
                "follow-up",
                "Phone",
                "Info evening",
                "Check in",
            ])
            .to_owned(),
        format!("{} {hour:02}:{minute:02}", day.slashes()),
        random.pick(&["30", "45", "60", "90", ""]).to_owned(),
        status.to_owned(),
        optional(random, 15, || {
            format!(
                "{} arrives by train; {} asked for a taxi home.",
                person.forename,
                if person.is_female { "she" } else { "he" }
            )
        }),
    ]
}

fn participation(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let trial = random.pick(studies::past());
    let last = trial.days.1.unwrap_or(trial.days.0);
    let screened = Day(random.between(trial.days.0 - 30, last - 20));
    let enrolled = screened.plus(14);
    let completed = enrolled.plus(random.between(10, 60));
    let outcome = random.pick_frequent(&[
        "Completed",
        "completed",
        "Screen fail",
        "Screen failure",
        "Withdrawn",
        "Reserve",
        "withdrew",
        "LTFU",
    ]);
    let is_enrolled = matches!(outcome.chars().next(), Some('C' | 'c' | 'W' | 'w' | 'L'));
    let part: String = trial.code.chars().filter(char::is_ascii_digit).skip(2).collect();
    let number = person.index % 9_000 + 1_000;
    let only = |is_there: bool, text: String| if is_there { text } else { String::new() };
    vec![
        key("P", person, nth),
        person.number.clone(),
        trial.code.to_owned(),
        format!("SCR{part}-{number}"),
        only(is_enrolled, format!("R{part}-{number}")),
        screened.iso(),
        only(is_enrolled, enrolled.iso()),
        only(is_enrolled, completed.plus(-5).iso()),
        only(is_enrolled, completed.iso()),
        only(is_enrolled, completed.plus(i64::from(trial.washout)).iso()),
        outcome.to_owned(),
        only(
            outcome.starts_with(['W', 'w']),
            format!(
                "{} {} did not want further blood draws after {}.",
                person.forename,
                person.surname,
                completed.words()
            ),
        ),
        only(
            is_enrolled,
            format!("£{},{:03}.00", trial.fee / 1_000, trial.fee % 1_000).replace("£0,", "£"),
        ),
        optional(random, 10, || format!("Paid to {} on {}.", person.surname, completed.slashes())),
    ]
}

fn letter(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let day = person.registered.plus(random.between(1, 700));
    let name = format!("{} {}", person.forename, person.surname);
    let (template, subject, body) = match random.below(4) {
        0 => (
            random.pick(&["Screening invitation", "Screening invite", "SCREENING INVITATION"]),
            format!("Your screening visit, {}", person.forename),
            format!(
                "Dear {name},\n\nThank you for your interest. We would like to see you at the unit for a screening visit.\nBring your passport and a list of what you take.\n\nYour number with us is {}.",
                person.number
            ),
        ),
        1 => (
            random.pick(&["Reminder", "Appointment reminder", "Reminder text"]),
            format!("Reminder for {}", person.forename),
            format!(
                "Hi {}, a reminder of your visit. Please fast from midnight. Reply STOP to opt out. Ref {}",
                person.forename, person.number
            ),
        ),
        2 => (
            random.pick(&["Thank you", "Thankyou letter"]),
            format!("Thank you, {name}"),
            format!(
                "Dear {name},\n\n\"Thank you\" is too little for the time you gave us. Your payment goes to the account that you named.\n\nThe volunteer team"
            ),
        ),
        _ => (
            random.pick(&["GP letter", "Letter to GP"]),
            format!("{name}: participation in a study"),
            format!(
                "To the doctor of {name}.\n\nYour patient (our reference {}) takes part in a study at this unit. Please call us if you know of any reason against it.",
                person.number
            ),
        ),
    };
    let channel = match template {
        "Reminder" | "Appointment reminder" | "Reminder text" => random.pick(&["SMS", "text"]),
        "GP letter" | "Letter to GP" => random.pick(&["Letter", "Post"]),
        _ if person.email.is_empty() => "Letter",
        _ => random.pick(&["Email", "e-mail"]),
    };
    let recipient = match channel {
        "SMS" | "text" => account::typed_phone(&person.mobile, random.below(10)),
        "Email" | "e-mail" => person.email.trim().to_owned(),
        _ => String::new(),
    };
    vec![
        key("L", person, nth),
        person.number.clone(),
        template.to_owned(),
        channel.to_owned(),
        format!("{} {:02}:{:02}", day.slashes(), random.between(7, 18), random.between(0, 59)),
        recipient,
        subject,
        body,
        random.pick(&["Sent", "Delivered", "delivered", "Bounced", ""]).to_owned(),
    ]
}

fn document(random: &mut Random, person: &Person, nth: usize) -> Vec<String> {
    let day = person.registered.plus(random.between(0, 60));
    let name = format!("{} {}", person.forename, person.surname);
    let (kind, text) = match random.below(3) {
        0 => (
            random.pick(&["Consent", "consent form", "CONSENT"]),
            format!(
                "CONSENT TO BE CONTACTED\n\nI, {name}, agree that the unit keeps my details and contacts me about studies.\nSigned {} on {}",
                person.forename,
                day.words()
            ),
        ),
        1 => (
            random.pick(&["Medical", "GP summary"]),
            format!(
                "SUMMARY FROM THE PRACTICE\nPatient: {name}, {}\nNo serious illness known. Seen on {}.",
                person.number,
                day.words()
            ),
        ),
        _ => (
            random.pick(&["Letter", "letter"]),
            format!(
                "{name} wrote to us on {}: please use my new mobile number 0{}.",
                day.words(),
                person.mobile
            ),
        ),
    };
    vec![
        key("D", person, nth),
        person.number.clone(),
        kind.to_owned(),
        format!(
            "{}_{}_{}.txt",
            person.surname.to_lowercase().replace([' ', '\''], ""),
            person.number,
            nth + 1
        ),
        format!("{} {:02}:{:02}", day.slashes(), random.between(8, 18), random.between(0, 59)),
        optional(random, 30, || format!("Scanned for {name} at registration.")),
        text,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::person;

    #[test]
    fn rows_have_as_many_values_as_columns_and_keys_are_distinct() {
        for child in Child::ALL {
            let mut keys = std::collections::BTreeSet::new();
            for index in 0..2_000 {
                let person = person::make(4, index);
                for row in child.rows(4, &person) {
                    assert_eq!(row.len(), child.columns().len(), "{}", child.name());
                    assert_eq!(row[1], person.number);
                    assert!(keys.insert(row[0].clone()), "{}", row[0]);
                }
            }
        }
    }

    #[test]
    fn a_person_has_about_six_rows() {
        let people = 5_000;
        let rows: usize = (0..people)
            .map(|index| person::make(9, index))
            .map(|person| {
                Child::ALL.iter().map(|child| child.rows(9, &person).len()).sum::<usize>()
            })
            .sum();
        let average = rows as f64 / people as f64;
        assert!((5.0..7.5).contains(&average), "{average}");
    }

    #[test]
    fn an_orphan_belongs_to_nobody() {
        let rows: Vec<_> = (0..300)
            .filter_map(|index| Child::Conditions.orphan(2, &person::make(2, index)))
            .collect();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row[1].starts_with("LU-9") && row[0].ends_with("-X")));
    }
}
