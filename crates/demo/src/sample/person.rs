//! One person of the legacy database, made from seed and index alone.

use super::{
    account,
    day::{Day, LAST},
    defects::{self, Defect},
    names,
    places::{STREETS, TOWNS, spellings},
    random::{Purpose, Random},
};

/// The columns of the people's table.
pub(super) const COLUMNS: &[&str] = &[
    "PERSON_NO",
    "TITLE",
    "FORENAME",
    "MIDDLE",
    "SURNAME",
    "DOB",
    "SEX",
    "RACE",
    "HEIGHT",
    "WEIGHT",
    "EMAIL",
    "TEL_HOME",
    "TEL_MOBILE",
    "TEL_WORK",
    "ADDRESS_1",
    "ADDRESS_2",
    "TOWN",
    "COUNTY",
    "POSTCODE",
    "COUNTRY",
    "NI_NUMBER",
    "NOK_NAME",
    "NOK_TEL",
    "NOK_RELATION",
    "GP_NAME",
    "GP_TEL",
    "CONTACT_BY",
    "PAY_METHOD",
    "PAY_HOLDER",
    "PAY_ACCOUNT",
    "PAY_ROUTING",
    "CLINIC",
    "STATUS",
    "RECRUIT_CODE",
    "HEARD_FROM",
    "REGISTERED",
    "LAST_CONTACT",
    "CONSENT",
    "DIET",
    "NOTES",
    "UPDATED_BY",
    "ROW_VERSION",
];

/// A person, and what the other tables need to know of them.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) index: u64,
    pub(super) number: String,
    pub(super) forename: String,
    pub(super) surname: String,
    pub(super) email: String,
    pub(super) mobile: String,
    pub(super) is_female: bool,
    pub(super) registered: Day,
    pub(super) defect: Defect,
    /// The row as it stands in the people's table.
    pub(super) row: Vec<String>,
}

/// Returns the legacy number of a person: never digits only.
pub(super) fn number(index: u64) -> String {
    format!("LU-{:07}", index + 1_001)
}

/// Makes a person.
pub(super) fn make(seed: u64, index: u64) -> Person {
    let defect = defects::of(index);
    let mut person = match defect {
        Defect::Duplicate { of } => again(seed, index, of),
        Defect::ImpossibleDate
        | Defect::MissingName
        | Defect::TooLong
        | Defect::TooFewValues
        | Defect::TooManyValues
        | Defect::None => first(seed, index),
    };
    person.defect = defect;
    spoil(&mut person);
    person
}

/// The same person a second time: another number, the same facts typed in another way.
fn again(seed: u64, index: u64, of: u64) -> Person {
    let mut person = first(seed, of);
    let mut random = Random::of(seed, index, Purpose::Person);
    let (born, mobile) = (birth(seed, of), account::mobile(of));
    person.index = index;
    person.number = number(index);
    set(&mut person.row, "PERSON_NO", person.number.clone());
    set(&mut person.row, "DOB", typed_date(born, random.below(3)));
    set(&mut person.row, "TEL_MOBILE", account::typed_phone(&mobile, random.below(10)));
    set(&mut person.row, "TEL_HOME", String::new());
    set(&mut person.row, "NOTES", format!("Possibly the same person as {}?", number(of)));
    person
}

fn spoil(person: &mut Person) {
    let row = &mut person.row;
    match person.defect {
        Defect::ImpossibleDate => {
            let day = if person.index % 400 == 101 { "31/02/1980" } else { "30 Feb 1975" };
            set(row, "DOB", day.to_owned());
        }
        Defect::MissingName => set(row, "SURNAME", String::new()),
        Defect::TooLong => {
            let name =
                format!("{} ", person.forename).repeat(101 / (person.forename.len() + 1) + 1);
            set(row, "FORENAME", format!("{name}also known as {name}"));
        }
        Defect::TooFewValues => {
            row.pop();
        }
        Defect::TooManyValues => row.push("?".to_owned()),
        Defect::Duplicate { .. } | Defect::None => {}
    }
}

fn set(row: &mut [String], column: &str, text: String) {
    if let Some(at) = COLUMNS.iter().position(|name| *name == column)
        && let Some(cell) = row.get_mut(at)
    {
        *cell = text;
    }
}

/// The day of birth: 18 to 75 years before the database was handed over.
fn birth(seed: u64, index: u64) -> Day {
    let mut random = Random::of(seed, index, Purpose::Person);
    Day(random.between(-7_305, LAST.0 - 6_580))
}

fn typed_date(day: Day, form: usize) -> String {
    match form {
        0 => day.slashes(),
        1 => day.iso(),
        _ => day.words(),
    }
}

fn first(seed: u64, index: u64) -> Person {
    let born = birth(seed, index);
    // The same stream again: its first number is the day of birth.
    let mut random = Random::of(seed, index, Purpose::Person);
    let _ = random.below(1);
    let number = number(index);
    let is_female = random.chance(48);
    let (forenames, titles) = if is_female {
        (names::FEMALE, names::TITLES_FEMALE)
    } else {
        (names::MALE, names::TITLES_MALE)
    };
    let forename = random.pick_frequent(forenames).to_owned();
    let surname = family_name(&mut random);
    let town = random.pick_frequent(TOWNS);
    let email = email(&mut random, index, &forename, &surname);
    let digits = account::mobile(index);
    let mobile = if random.chance(94) {
        account::typed_phone(&digits, random.below(10))
    } else {
        random.pick(&["", "ex-directory", "n/a", "lost phone", "07700"]).to_owned()
    };
    let home = if random.chance(60) {
        account::typed_phone(&account::landline(&town, &mut random), random.below(10))
    } else {
        String::new()
    };
    let work = if random.chance(20) {
        account::typed_phone(&account::landline(&town, &mut random), random.below(10))
    } else {
        String::new()
    };
    let registered = Day(random.between((born.0 + 6_580).max(15_340), LAST.0 - 2));
    let last_contact = registered.plus(random.between(0, 1_500));
    let contact = contact_person(&mut random, &surname);
    let payment = payment(&mut random, index, &forename, &surname);
    let row = vec![
        number.clone(),
        random.pick(titles).to_owned(),
        forename.clone(),
        if random.chance(55) { random.pick(names::MIDDLE).to_owned() } else { String::new() },
        surname.clone(),
        typed_date(born, [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][random.below(10)]),
        sex(&mut random, is_female).to_owned(),
        random.pick_frequent(RACES).to_owned(),
        height(&mut random, is_female),
        weight(&mut random, is_female),
        email.clone(),
        home,
        mobile.clone(),
        work,
        format!("{} {}", random.between(1, 240), random.pick(STREETS)),
        address_2(&mut random),
        town.name.to_owned(),
        random.pick_frequent(spellings(town.county)).to_owned(),
        postcode(&mut random, town.area, town.districts),
        random.pick(&["United Kingdom", "UK", "England", "GB", ""]).to_owned(),
        national_id(&mut random, index),
        contact.0,
        account::typed_phone(&account::landline(&town, &mut random), random.below(10)),
        contact.1.to_owned(),
        format!("Dr {} {}", initial(&mut random), family_name(&mut random)),
        account::typed_phone(&account::landline(&town, &mut random), random.below(10)),
        random
            .pick(&["Email", "e-mail", "Phone", "tel", "SMS", "text", "Post", "No contact", ""])
            .to_owned(),
        payment.method.to_owned(),
        payment.holder,
        payment.account,
        payment.routing,
        random.pick_frequent(CLINICS).to_owned(),
        random.pick_frequent(STATUSES).to_owned(),
        random.pick_frequent(RECRUIT_CODES).to_owned(),
        random
            .pick(&["Radio", "Web", "website", "Friend", "Been before", "Walk in", "Leaflet", ""])
            .to_owned(),
        registered.slashes(),
        last_contact.slashes(),
        if random.chance(90) { registered.slashes() } else { String::new() },
        diet(&mut random, registered),
        notes(&mut random, &forename, &surname, &contact_phone(&town, index)),
        random.pick(&["jb", "ND", "kp", "temp2", "import"]).to_owned(),
        random.between(1, 60).to_string(),
    ];
    Person {
        index,
        number,
        forename,
        surname,
        email,
        mobile: digits,
        is_female,
        registered,
        defect: Defect::None,
        row,
    }
}

fn family_name(random: &mut Random) -> String {
    let name = random.pick_frequent(names::FAMILY);
    if random.chance(4) {
        format!("{name}-{}", random.pick(names::FAMILY))
    } else {
        name.to_owned()
    }
}

fn email(random: &mut Random, index: u64, forename: &str, surname: &str) -> String {
    if random.chance(7) {
        return String::new();
    }
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
    };
    let domain = random.pick(&["post.test", "mail.test", "inbox.test", "home.mail.test"]);
    let address =
        format!("{}.{}{}@{domain}", letters(forename), letters(surname), index % 100_000 + 10);
    if random.chance(8) { format!(" {}", address.to_uppercase()) } else { address }
}

fn address_2(random: &mut Random) -> String {
    match random.below(10) {
        0 => format!(
            "Flat {}, {} Building",
            random.between(1, 90),
            random.pick(&["Aire", "Trent", "Wharfe", "Nidd"])
        ),
        1 => format!(
            "{} floor, rear of number {}",
            random.pick(&["First", "Second", "Third"]),
            random.between(1, 90)
        ),
        _ => String::new(),
    }
}

fn postcode(random: &mut Random, area: &str, districts: i64) -> String {
    const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |random: &mut Random| char::from(random.pick(LETTERS));
    let district = random.between(1, districts);
    let digit = random.between(1, 9);
    let (one, two) = (letter(random), letter(random));
    match random.below(6) {
        0 => format!("{area}{district}{digit}{one}{two}"),
        1 => format!("{area}{district} {digit}{one}{two}").to_lowercase(),
        _ => format!("{area}{district} {digit}{one}{two}"),
    }
}

fn national_id(random: &mut Random, index: u64) -> String {
    let id = account::national_id(index);
    match random.below(4) {
        0 => format!("{} {} {} {} {}", &id[..2], &id[2..4], &id[4..6], &id[6..8], &id[8..]),
        1 => id.to_lowercase(),
        _ => id,
    }
}

fn sex(random: &mut Random, is_female: bool) -> &'static str {
    match (random.chance(1), is_female) {
        (true, _) => random.pick(&["", "?", "not recorded", "U"]),
        (false, true) => {
            random.pick_frequent(&["F", "Female", "f", "female", "FEMALE", "Fem.", "W"])
        }
        (false, false) => random.pick_frequent(&["M", "Male", "m", "male", "MALE", "Man"]),
    }
}

/// The ways in which race is typed.
pub(super) const RACES: &[&str] = &[
    "White",
    "White British",
    "white",
    "Caucasian",
    "Asian",
    "Asian - Indian",
    "Black",
    "Mixed",
    "Caucassian",
    "Black African",
    "Asian - Pakistani",
    "Black Carribean",
    "Chinese",
    "Polish",
    "White other",
    "asain",
    "Arab",
    "prefer not to say",
    "",
    "n/k",
];

/// The ways in which the unit is typed; Harrogate closed, its volunteers go to Leeds.
pub(super) const CLINICS: &[&str] = &[
    "Leeds",
    "Leeds Clinical Unit",
    "Nottingham",
    "Nottingham Phase I Unit",
    "LEEDS CRU",
    "Nottm",
    "leeds",
    "Harrogate (closed)",
    "either",
    "",
];

/// The ways in which the status is typed.
pub(super) const STATUSES: &[&str] =
    &["Active", "active", "A", "ACTIVE", "Archived", "ARCH", "Moved away", "Deceased"];

/// The recruitment codes.
pub(super) const RECRUIT_CODES: &[&str] =
    &["FIT", "FIT", "PRE", "PRE-SCREEN", "EXC-MED", "EXC-HIST", "HOLD", "DNU"];

fn height(random: &mut Random, is_female: bool) -> String {
    let centimetres =
        random.between(if is_female { 150 } else { 162 }, if is_female { 180 } else { 196 });
    match random.below(8) {
        0 => format!("{}.{:02} m", centimetres / 100, centimetres % 100),
        1 => {
            let inches = centimetres * 100 / 254;
            format!("{}'{}\"", inches / 12, inches % 12)
        }
        2 => format!("{centimetres} cm"),
        3 if random.chance(20) => String::new(),
        _ => centimetres.to_string(),
    }
}

fn weight(random: &mut Random, is_female: bool) -> String {
    let tenths =
        random.between(if is_female { 480 } else { 580 }, if is_female { 880 } else { 1_080 });
    match random.below(8) {
        0 => {
            let pounds = tenths * 1_000 / 4_536;
            format!("{} st {}", pounds / 14, pounds % 14)
        }
        1 => format!("{}.{} kg", tenths / 10, tenths % 10),
        2 => format!("{},{}", tenths / 10, tenths % 10),
        3 if random.chance(20) => String::new(),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

fn contact_person(random: &mut Random, surname: &str) -> (String, &'static str) {
    let relation = random.pick_frequent(&[
        "Wife", "Husband", "Mum", "partner", "Father", "Sister", "brother", "Friend", "Son",
        "Flatmate", "",
    ]);
    let forenames = if random.chance(50) { names::FEMALE } else { names::MALE };
    let forename = random.pick_frequent(forenames);
    let name = if random.chance(60) {
        format!("{forename} {surname}")
    } else {
        format!("{forename} {}", family_name(random))
    };
    (name, relation)
}

fn initial(random: &mut Random) -> char {
    char::from(random.pick(b"ABCDEFGHJKLMNPRSTW"))
}

struct Payment {
    method: &'static str,
    holder: String,
    account: String,
    routing: String,
}

fn payment(random: &mut Random, index: u64, forename: &str, surname: &str) -> Payment {
    let holder = if random.chance(70) {
        format!("{forename} {surname}")
    } else {
        format!("{} & {} {surname}", forename.chars().next().unwrap_or('A'), initial(random))
    };
    if random.chance(6) {
        let (routing, account) = account::aba(index);
        return Payment { method: "ACH", holder, account, routing };
    }
    if random.chance(8) {
        let nothing = String::new;
        return Payment { method: "", holder: nothing(), account: nothing(), routing: nothing() };
    }
    let iban = account::iban(index);
    let account = if random.chance(40) {
        let groups: Vec<&str> =
            (0..iban.len()).step_by(4).map(|at| &iban[at..iban.len().min(at + 4)]).collect();
        groups.join(" ")
    } else {
        iban
    };
    let method = random.pick_frequent(&["IBAN", "Bank transfer", "bank"]);
    Payment { method, holder, account, routing: String::new() }
}

fn diet(random: &mut Random, since: Day) -> String {
    if !random.chance(12) {
        return String::new();
    }
    let what = random.pick(&[
        "Vegetarian",
        "Vegan",
        "No pork",
        "Halal meals only",
        "Avoids dairy",
        "Gluten makes ill",
    ]);
    format!("{what}, told us on {}", since.slashes())
}

fn contact_phone(town: &super::places::Town, index: u64) -> String {
    format!("0{}0{:03}", town.dialling, index % 1_000)
}

fn notes(random: &mut Random, forename: &str, surname: &str, phone: &str) -> String {
    let friend = format!("{} {}", random.pick_frequent(names::FEMALE), family_name(random));
    match random.below(9) {
        0 => format!("{forename} prefers a call after 18:00 on {phone}. Do not leave a message."),
        1 => format!(
            "Came with {friend}, who is on the database as well. Mr/Ms {surname} faints at blood draws."
        ),
        2 => format!("Ring {friend} ({phone}) if {forename} cannot be reached."),
        3 => format!(
            "{surname}, {forename}: veins poor on the left arm,\nuse the right. Ask about \"shift work\" each time."
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_depends_on_seed_and_index_alone() {
        for index in [0, 1, 48, 49, 101, 112, 333, 1_999] {
            assert_eq!(make(7, index).row, make(7, index).row);
        }
        assert_ne!(make(7, 3).row, make(8, 3).row);
    }

    #[test]
    fn rows_have_as_many_values_as_columns_unless_that_is_the_defect() {
        for index in 0..1_000 {
            let person = make(1, index);
            let expected = match person.defect {
                Defect::TooFewValues => COLUMNS.len() - 1,
                Defect::TooManyValues => COLUMNS.len() + 1,
                _ => COLUMNS.len(),
            };
            assert_eq!(person.row.len(), expected, "{index}");
            assert!(person.number.starts_with("LU-"));
        }
    }

    #[test]
    fn a_duplicate_is_the_same_person_under_another_number() {
        let (one, two) = (make(5, 26), make(5, 49));
        assert_eq!((one.forename, one.surname), (two.forename, two.surname));
        assert_ne!(one.number, two.number);
        let at = |name: &str| COLUMNS.iter().position(|column| *column == name).unwrap();
        assert_eq!(one.row[at("POSTCODE")], two.row[at("POSTCODE")]);
        assert_eq!(one.row[at("NI_NUMBER")], two.row[at("NI_NUMBER")]);
    }

    #[test]
    fn a_name_that_is_too_long_is_longer_than_a_hundred_characters() {
        let person = make(3, 333);
        let at = COLUMNS.iter().position(|column| *column == "FORENAME").unwrap();
        assert!(person.row[at].chars().count() > 100);
    }
}
