//! Nothing personal stands in the ledger, in what commands say, in documents or in the names of files: every source
//! value of a demonstration is looked for in all of them.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    fs, iter, mem,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use landfall_catalogue::{Catalogue, Class, Subject};
use landfall_core::digest::Digest;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use serde_json::{Value, json};

use Holds::{BirthDate, Contact, FirstName, LastName, MiddleName, Nothing, Phone, Text, Unique};

const VOLUNTEERS: &str = "200";
const SEED: &str = "1";

/// The fewest letters and digits of a value that is looked for: shorter ones stand anywhere by chance.
const SHORTEST: usize = 6;
/// The same for free texts, and for values of digits and nothing else, which counts and times are made of, too.
const SHORTEST_TEXT: usize = 8;

/// Where volunteers' data belongs, below a data directory: it is not searched. Names of files and folders are, there too.
const DATA: [&str; 5] = ["instances", "packages", "dumps", "private/acme", "demonstration-source"];

/// What a column of a source or of PROD holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    FirstName,
    MiddleName,
    LastName,
    BirthDate,
    /// What belongs to one person, of the class so named.
    Unique(&'static str),
    Phone,
    /// A telephone number or an e-mail address.
    Contact,
    /// A text or the name of a file, which are looked for as a whole.
    Text(&'static str),
    /// Nothing by which somebody is recognised while it stands alone.
    Nothing,
}

/// The columns of the source's files, whichever file they are in; one that is not here stops the test.
const COLUMNS: &[(Holds, &str)] = &[
    (Unique("external-id"), "PERSON_NO CONDITION_NO MEDICATION_NO SUBSTANCE_NO APPOINTMENT_NO"),
    (Unique("external-id"), "PARTICIPATION_NO LETTER_NO DOCUMENT_NO SCREENING_NO SUBJECT_NO"),
    (FirstName, "FORENAME"),
    (MiddleName, "MIDDLE"),
    (LastName, "SURNAME"),
    (BirthDate, "DOB"),
    (Unique("email"), "EMAIL"),
    (Phone, "TEL_HOME TEL_MOBILE TEL_WORK NOK_TEL GP_TEL"),
    (Contact, "SENT_TO"),
    (Unique("address-line"), "ADDRESS_1 ADDRESS_2"),
    (Unique("postcode"), "POSTCODE"),
    (Unique("national-id"), "NI_NUMBER"),
    (Unique("full-name"), "NOK_NAME GP_NAME PAY_HOLDER"),
    (Unique("bank-account"), "PAY_ACCOUNT PAY_ROUTING"),
    (Text("free-text"), "DIET NOTES DETAIL NOTE REMARK WITHDRAWN_BECAUSE"),
    (Text("free-text"), "SUBJECT BODY DESCRIPTION TEXT"),
    (Text("file-name"), "FILE_NAME"),
    // What many people share: titles, sex, body, places, vocabularies, codes, amounts, and the names of staff who left.
    (Nothing, "TITLE SEX RACE HEIGHT WEIGHT TOWN COUNTY COUNTRY CLINIC STATUS RECRUIT_CODE"),
    (Nothing, "NOK_RELATION CONTACT_BY PAY_METHOD HEARD_FROM UPDATED_BY ROW_VERSION CONDITION"),
    (Nothing, "MEDDRA_CODE SEVERITY DRUG WHODRUG_CODE DOSE FREQUENCY ROUTE SUBSTANCE USE_STATUS"),
    (Nothing, "AMOUNT TRIAL_CODE KIND MINUTES OUTCOME FEE TEMPLATE CHANNEL DELIVERY"),
    // Days of care, on which anything may have happened.
    (Nothing, "REGISTERED LAST_CONTACT CONSENT ONSET RESOLVED ENTERED STARTED STOPPED SINCE UNTIL"),
    (Nothing, "STARTS SCREENED ENROLLED LAST_DOSE COMPLETED NEXT_ELIGIBLE SENT UPLOADED"),
];

/// Everything of which at least one value must have been looked for.
const LOOKED_FOR: [&str; 11] = [
    "address-line",
    "bank-account",
    "email",
    "external-id",
    "file-name",
    "first and last name",
    "free-text",
    "full-name",
    "national-id",
    "phone",
    "postcode",
];

/// Returns what a column of PROD holds.
fn of_class(class: Class) -> Holds {
    match class {
        Class::FirstName => FirstName,
        Class::MiddleName => MiddleName,
        Class::LastName => LastName,
        Class::BirthDate => BirthDate,
        Class::Phone => Phone,
        Class::FullName
        | Class::Email
        | Class::AddressLine
        | Class::Postcode
        | Class::NationalId
        | Class::BankAccount
        | Class::ExternalId => Unique(class.name()),
        Class::FreeText | Class::File => Text("free-text"),
        Class::FileName => Text("file-name"),
        // Shared by many, as the columns of the source that hold nothing.
        Class::None
        | Class::Key
        | Class::CareDate
        | Class::CareDateTime
        | Class::City
        | Class::Sex
        | Class::Race
        | Class::Ethnicity
        | Class::Height
        | Class::Weight
        | Class::Region
        | Class::Country
        | Class::Coded
        | Class::Integration
        | Class::Secret => Nothing,
    }
}

/// A text without case and separators: its words put together, where each ends, and where it begins in the text.
#[derive(Default)]
struct Words {
    joined: String,
    ends: Vec<usize>,
    begins: Vec<usize>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut open = false;
        for (at, letter) in text.char_indices() {
            if letter.is_alphanumeric() {
                if !open {
                    words.begins.push(at);
                    open = true;
                }
                if letter.is_ascii() {
                    words.joined.push(letter.to_ascii_lowercase());
                } else {
                    for upper in letter.to_uppercase() {
                        words.joined.extend(upper.to_lowercase());
                    }
                }
            } else if open {
                words.ends.push(words.joined.len());
                open = false;
            }
        }
        if open {
            words.ends.push(words.joined.len());
        }
        words
    }

    /// Returns some of the text around a word, on one line.
    fn around(&self, text: &str, word: usize) -> String {
        let from = self.begins[word.saturating_sub(6)];
        text[from..].chars().take(160).map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

/// Values that are looked for in one pass: a word is only looked at closely where some value begins as it does.
#[derive(Default)]
struct Needles {
    known: HashMap<Vec<u8>, &'static str>,
    /// By the first bytes of values: how long the longest is that begins so.
    longest: HashMap<Vec<u8>, usize>,
    /// A value of each kind as the source writes it.
    samples: BTreeMap<&'static str, String>,
}

impl Needles {
    fn add(&mut self, what: &'static str, value: &str, shortest: usize) {
        let whole = Words::of(value).joined;
        let is_digits = whole.bytes().all(|byte| byte.is_ascii_digit());
        let shortest = if is_digits { SHORTEST_TEXT } else { shortest };
        if whole.chars().count() < shortest {
            return;
        }
        let whole = whole.into_bytes();
        let longest = self.longest.entry(whole[..SHORTEST].to_vec()).or_default();
        *longest = whole.len().max(*longest);
        if let Entry::Vacant(place) = self.known.entry(whole) {
            place.insert(what);
            if value.is_ascii() && !value.contains('\n') {
                self.samples.entry(what).or_insert_with(|| value.to_owned());
            }
        }
    }

    /// Returns every value that stands in a text as whole words: what it is, and some of the text.
    fn find(&self, text: &str) -> Vec<(&'static str, String)> {
        let words = Words::of(text);
        let bytes = words.joined.as_bytes();
        let mut found = Vec::new();
        let mut begin = 0;
        for (word, end) in words.ends.iter().enumerate() {
            let known = bytes.get(begin..begin + SHORTEST).and_then(|head| self.longest.get(head));
            for last in &words.ends[word..] {
                if last - begin > known.copied().unwrap_or_default() {
                    break;
                }
                if let Some(what) = self.known.get(&bytes[begin..*last]) {
                    found.push((*what, words.around(text, word)));
                }
            }
            begin = *end;
        }
        found
    }
}

/// Every source value.
#[derive(Default)]
struct Source {
    values: Needles,
    /// Birth dates: looked for only in what records facts, because as days they stand anywhere.
    births: Needles,
}

impl Source {
    /// Takes the values of one row.
    fn take(&mut self, cells: &[(Holds, String)]) {
        let part = |wanted: Holds| {
            let cell = cells.iter().find(|(holds, _)| *holds == wanted);
            cell.map_or("", |(_, text)| text.trim())
        };
        let (first, middle, last) = (part(FirstName), part(MiddleName), part(LastName));
        if !first.is_empty() && !last.is_empty() {
            for name in [
                format!("{first} {last}"),
                format!("{last} {first}"),
                format!("{first} {middle} {last}"),
                format!("{last} {first} {middle}"),
            ] {
                self.values.add("first and last name", &name, SHORTEST);
            }
        }
        for (holds, text) in cells {
            match *holds {
                Unique(what) => self.values.add(what, text, SHORTEST),
                Text(what) => self.values.add(what, text, SHORTEST_TEXT),
                Phone => self.phone(text),
                Contact if text.contains('@') => self.values.add("email", text, SHORTEST),
                Contact => self.phone(text),
                BirthDate => {
                    for spelling in spellings(text) {
                        self.births.add("birth-date", &spelling, SHORTEST);
                    }
                }
                FirstName | MiddleName | LastName | Nothing => {}
            }
        }
    }

    /// Takes a number in every way in which it may be dialled.
    fn phone(&mut self, typed: &str) {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < SHORTEST_TEXT {
            return;
        }
        let national = ["0044", "440", "44", "0"]
            .iter()
            .find_map(|prefix| digits.strip_prefix(prefix))
            .unwrap_or(&digits);
        for prefix in ["", "0", "44", "440", "0044"] {
            self.values.add("phone", &format!("{prefix}{national}"), SHORTEST_TEXT);
        }
    }

    /// Reads every file of a source.
    fn read_dump(&mut self, folder: &Path) {
        for path in files(folder) {
            // The studies are nobody's.
            if path.ends_with("trials.csv") {
                continue;
            }
            let rows = rows(&fs::read_to_string(&path).unwrap());
            let columns: Vec<Holds> = rows[0].iter().map(|name| of_column(name)).collect();
            for row in &rows[1..] {
                // Some rows have a value too few or too many, on purpose.
                let cells: Vec<_> = columns.iter().copied().zip(row.iter().cloned()).collect();
                self.take(&cells);
            }
        }
    }

    /// Reads every column about volunteers of an instance.
    fn read_instance(&mut self, path: &Path) {
        let release = Catalogue::embedded_releases().pop().unwrap();
        let catalogue = Catalogue::embedded(&release).unwrap();
        let connection = open(path);
        for table in catalogue.tables() {
            let columns: Vec<_> = table
                .columns
                .iter()
                .filter(|column| column.subject == Subject::Volunteer)
                .map(|column| (of_class(column.class), format!("\"{}\"", column.name)))
                .collect();
            if columns.is_empty() {
                continue;
            }
            let names: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
            let sql = format!("SELECT {} FROM \"{}\"", names.join(", "), table.name);
            let mut statement = connection.prepare(&sql).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cells: Vec<(Holds, String)> = columns
                    .iter()
                    .enumerate()
                    .map(|(index, (holds, _))| (*holds, cell(row.get_ref(index).unwrap())))
                    .collect();
                self.take(&cells);
            }
        }
    }

    /// Returns every source value that stands there, with what it is and where.
    fn search(&self, haystack: &Haystack) -> Vec<(&'static str, String)> {
        let mut found = self.values.find(&haystack.text);
        for part in &haystack.parts {
            found.extend(self.values.find(part));
            if haystack.kind == "ledger" || haystack.kind == "document" {
                found.extend(self.births.find(part));
            }
        }
        let place = format!("{} {}", haystack.kind, haystack.place);
        found.into_iter().map(|(what, text)| (what, format!("{place}: {what}: {text}"))).collect()
    }
}

fn of_column(name: &str) -> Holds {
    let known = COLUMNS.iter().find(|(_, names)| names.split(' ').any(|known| known == name));
    assert!(known.is_some(), "what does the source's column {name} hold?");
    known.unwrap().0
}

/// Returns the files of a folder, folders aside.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Returns a date as it is written, and where it is written as `1978-03-21` also as `21/03/1978` and `21 Mar 1978`.
fn spellings(date: &str) -> Vec<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut all = vec![date.to_owned()];
    let parts: Vec<&str> = date.split('-').collect();
    if let [year, month, day] = parts[..] {
        let number: usize = month.parse().unwrap();
        all.push(format!("{day}/{month}/{year}"));
        all.push(format!("{} {} {year}", day.trim_start_matches('0'), MONTHS[number - 1]));
    }
    all
}

/// Reads the rows of a CSV file, the header first.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(mem::take(&mut cell));
                rows.push(mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    rows
}

fn open(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// A place where no source value may stand: the text as it is, and every text within it where it is JSON or a database.
struct Haystack {
    kind: &'static str,
    place: String,
    text: String,
    parts: Vec<String>,
}

impl Haystack {
    fn new(kind: &'static str, place: impl Into<String>, text: String) -> Self {
        let mut parts = Vec::new();
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => take_apart(&value, &mut parts),
            Err(_) => {
                for line in text.lines() {
                    if let Ok(value) = serde_json::from_str::<Value>(line) {
                        take_apart(&value, &mut parts);
                    }
                }
            }
        }
        Self { kind, place: place.into(), text, parts }
    }

    /// Reads every cell of every table.
    fn store(place: impl Into<String>, path: &Path) -> Self {
        let connection = open(path);
        let mut parts = Vec::new();
        let mut tables = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap();
        let tables: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        for table in tables {
            let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
            let count = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                parts.extend((0..count).map(|index| cell(row.get_ref(index).unwrap())));
            }
        }
        Self { kind: "store", place: place.into(), text: parts.join("\n"), parts }
    }
}

fn take_apart(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => into.push(number.to_string()),
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|inner| take_apart(inner, into)),
        Value::Object(object) => {
            for (key, inner) in object {
                into.push(key.clone());
                take_apart(inner, into);
            }
        }
    }
}

/// Tells whether PDFs can be read here.
fn can_read_pdfs() -> bool {
    Command::new("pdftotext").arg("-v").output().is_ok()
}

/// Returns the words of a PDF, as they are laid out and in their order.
fn printed(path: &Path) -> String {
    let mut text = String::new();
    for options in [&["-layout"] as &[&str], &[]] {
        let output = Command::new("pdftotext").args(options).arg(path).arg("-").output().unwrap();
        assert!(output.status.success(), "{}", path.display());
        text.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    text
}

/// Takes everything below a folder that may hold no source value; a PDF that was taken already is not read again.
fn gather(root: &Path, read: &mut BTreeSet<Digest>, into: &mut Vec<Haystack>) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(root).unwrap();
            let place = relative.display().to_string();
            // The files of a dump keep the names under which they were received: dumps/CUSTOMER/DIGEST/...
            if !(relative.starts_with("dumps") && relative.components().count() > 3) {
                into.push(Haystack::new("name", place.clone(), place.clone()));
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if DATA.iter().any(|data| relative.starts_with(data)) {
                continue;
            }
            let extension = path.extension().unwrap_or_default().to_str().unwrap();
            match extension {
                "sqlite" => into.push(Haystack::store(place, &path)),
                "pdf" => {
                    if read.insert(Digest::of(&fs::read(&path).unwrap())) && can_read_pdfs() {
                        into.push(Haystack::new("pdf", place, printed(&path)));
                    }
                }
                _ => {
                    let kind = if relative.starts_with("documents") { "document" } else { "file" };
                    let bytes = fs::read(&path).unwrap();
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    into.push(Haystack::new(kind, place, text));
                }
            }
        }
    }
}

/// What a command said and how it ended.
struct Said {
    command: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    /// Expects success and returns the first line of stdout.
    fn done(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}: {}{}", self.command, self.stdout, self.stderr);
        self.stdout.lines().next().unwrap_or_default()
    }

    /// Expects an error, a refusal or a failed check; wrong usage is none of them.
    fn stopped(&self) {
        let stopped = matches!(self.code, Some(1 | 3 | 4));
        assert!(stopped, "{}: {:?} {}{}", self.command, self.code, self.stdout, self.stderr);
    }
}

/// A data directory in which commands are run, and all that they said: with redirected streams that is the log.
struct Office {
    data: PathBuf,
    log: Vec<Haystack>,
}

impl Office {
    fn new(data: PathBuf) -> Self {
        Self { data, log: Vec::new() }
    }

    fn run(&mut self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env_remove("LANDFALL_DATA")
            .env_remove("LANDFALL_PASSWORD_FILE")
            .env_remove("LANDFALL_FAIL_POINTS")
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = Said {
            command: arguments.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for stream in [&said.stdout, &said.stderr] {
            self.log.push(Haystack::new("output", said.command.clone(), stream.clone()));
        }
        said
    }

    /// Goes on with the demonstration up to a phase.
    fn demo(&mut self, volunteers: &str, until: &str) {
        self.run(&["demo", "--volunteers", volunteers, "--seed", SEED, "--until", until]).done();
    }

    /// Runs a command as a person of the demonstration, who signs where a signature is asked for.
    fn by(&mut self, person: &str, arguments: &[&str]) -> Said {
        let password = text(&self.data.join("demonstration-passwords").join(person));
        self.run(&all(&[arguments, &["--as", person, "--password-file", &password]]))
    }

    fn sign_in(&mut self, people: &[&str]) {
        for person in people {
            self.by(person, &["person", "sign-in"]).done();
        }
    }

    /// Runs a command that shows something, as text and as JSON.
    fn show(&mut self, arguments: &[&str]) {
        self.run(arguments).done();
        self.run(&all(&[arguments, &["--json"]])).done();
    }
}

/// Puts the words of a command together.
fn all<'a>(parts: &[&[&'a str]]) -> Vec<&'a str> {
    parts.concat()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A volunteer of the source.
struct Volunteer {
    number: String,
    name: (String, String),
    email: String,
    mobile: String,
    notes: String,
}

impl Volunteer {
    fn number_is(&self) -> String {
        format!("external_id={}", self.number)
    }
}

/// Returns two volunteers of whom everything is known and no rule rejects anything, the second with notes.
fn volunteers(dump: &Path) -> (Volunteer, Volunteer) {
    let rows = rows(&fs::read_to_string(dump.join("people.csv")).unwrap());
    let at = |row: &[String], name: &str| {
        row[rows[0].iter().position(|column| column == name).unwrap()].trim().to_owned()
    };
    // The first rows of the sample are right.
    let mut known = rows[1..40].iter().map(|row| Volunteer {
        number: at(row, "PERSON_NO"),
        name: (at(row, "FORENAME"), at(row, "SURNAME")),
        email: at(row, "EMAIL").to_lowercase(),
        mobile: at(row, "TEL_MOBILE"),
        notes: at(row, "NOTES"),
    });
    let mut next = |with_notes: bool| {
        known.find(|one| !one.email.is_empty() && (!with_notes || one.notes.len() > 20)).unwrap()
    };
    (next(false), next(true))
}

/// What a reader of a log, an inspector or a script asks for. `record list`, `record changes` and `migration show` of an
/// iteration with a finding are not here: they show what stands in an instance or in the private store.
const SHOWN: &[&[&str]] = &[
    &["person", "list"],
    &["customer", "list"],
    &["customer", "show", "acme"],
    &["customer", "due", "acme"],
    &["vendor", "due"],
    &["environment", "list", "acme"],
    &["environment", "show", "acme/prod"],
    &["configuration", "show", "acme"],
    &["configuration", "diff", "acme/prod/main", "acme/prod/test"],
    &["package", "list"],
    &["migration", "list", "acme"],
    &["migration", "show", "acme", "1"],
    &["migration", "show", "acme", "3"],
    &["migration", "rejected", "acme", "3", "--limit", "1000"],
    &["migration", "compare", "acme", "1", "3"],
    &["migration", "trend", "acme"],
    &["deviation", "list", "acme"],
    &["document", "list", "acme"],
    &["operation", "list", "acme"],
    &["golive", "show", "acme"],
    &["ledger", "show"],
    &["ledger", "story", "acme"],
    &["ledger", "story", "acme/prod"],
    &["ledger", "verify"],
    &["inspect", "2026-03-27", "acme/prod"],
];

/// The demonstration, whose people do in its course what they would do in a real one.
fn onboard(office: &mut Office, one: &Volunteer, other: &Volunteer) {
    let (first, last) = (&one.name.0, &one.name.1);
    office.demo(VOLUNTEERS, "migration");
    office.sign_in(&["rita-moss", "erik-lund"]);
    let finding = format!("{first} {last} ({}) says that {} is wrong.", one.number, one.email);
    office.by("rita-moss", &["migration", "comment", "acme", "2", &finding]).done();
    let resolution = format!("{last}, {first}: {} is the address now.", other.email);
    office.by("erik-lund", &["migration", "resolve", "acme", "2", "1", &resolution]).done();
    for number in ["1", "2"] {
        office.show(&["migration", "rejected", "acme", number, "--limit", "1000"]);
        office.by("erik-lund", &["migration", "report", "acme", number]).done();
    }

    // Records of the Sandbox are changed at once.
    office.demo(VOLUNTEERS, "val");
    office.sign_in(&["rita-moss"]);
    let place = ["acme/sandbox/main", "volunteer"];
    let (key, notes) = (one.number_is(), format!("notes={}", other.notes));
    let (first, last) = (format!("first_name={first}"), format!("last_name={last}"));
    let email = format!("email={}", one.email);
    let name: [&str; 4] = [&first, "middle_name=-", &last, "birth_date=1980-01-01"];
    let mut by = |command: &[&str]| office.by("rita-moss", command);
    by(&all(&[&["record", "add"], &place, &[&key, &email, "sex=Unknown"], &name])).done();
    by(&all(&[&["record", "set"], &place, &[&key, &notes]])).done();
    by(&all(&[&["record", "set"], &place, &[&key, "email=", "--json"]])).done();
    by(&all(&[&["record", "archive"], &place, &[&key]])).stopped();
    office.show(&all(&[&["record", "history"], &place, &[&key]]));

    office.demo(VOLUNTEERS, "live");
}

/// Changes of PROD on a volunteer's columns: asked for, decided on, refused, and such as cannot be made.
fn change_records(office: &mut Office, one: &Volunteer, other: &Volunteer) {
    let place = ["acme/prod/main", "volunteer"];
    let key = one.number_is();
    let email = format!("email={}", other.email);
    let mobile = format!("mobile_phone={}", other.mobile);
    let notes = format!("notes={}", other.notes);
    let reason = ["--reason", "the volunteer told us so on the telephone"];
    let in_json = [reason[0], reason[1], "--json"];
    let mut set = |person: &str, values: &[&str], options: &[&str]| {
        let command = all(&[&["record", "set"], &place, &[&key], values, options]);
        office.by(person, &command)
    };
    let change = set("rita-moss", &[&email, &mobile], &reason).done().to_owned();
    set("rita-moss", &[&notes], &in_json).done();
    // Without a reason, and by somebody who may not.
    set("rita-moss", &[&email], &[]).stopped();
    set("olive-hart", &[&email], &reason).stopped();
    // Values that are none of their columns, too long, or another volunteer's.
    for column in ["birth_date", "sex", "region", "height_cm", "preferred_site", "registered_on"] {
        let wrong = format!("{column}={}", other.email);
        set("rita-moss", &[&wrong], &reason).stopped();
        set("rita-moss", &[&wrong], &in_json).stopped();
    }
    let too_long = format!("external_id={}", [other.number.as_str(); 20].join(" "));
    set("rita-moss", &[&too_long], &reason).stopped();
    set("rita-moss", &[&other.number_is()], &reason).stopped();
    // A row that is not there.
    let nobody = format!("email=not.{}", other.email);
    let command = all(&[&["record", "set"], &place, &[&nobody, &notes], &reason]);
    office.by("rita-moss", &command).stopped();
    // While the changes wait, and when they are decided.
    office.show(&["customer", "show", "acme"]);
    office.by("quentin-abara", &["record", "approve", &change]).done();
    let why = ["--yes", "--reason", "nothing of the kind belongs there"];
    office.by("quentin-abara", &all(&[&["record", "reject", "ACME-ECR-002"], &why])).done();
    office.show(&all(&[&["record", "history"], &place, &[&key]]));
    // Nothing was changed of the other one.
    office.show(&all(&[&["record", "history"], &place, &[&other.number_is()]]));
}

/// Everything that shows, makes a document or hands out, when PROD is live.
fn use_everything(office: &mut Office, folder: &Path) {
    for shown in SHOWN {
        office.show(shown);
    }
    for command in [
        &["configuration", "report", "acme/prod"] as &[&str],
        &["golive", "record", "acme"],
        &["migration", "report", "acme", "3"],
        &["document", "recheck", "acme/prod"],
        &["document", "recheck", "acme/prod", "--json"],
        &["migration", "destroy", "acme", "--yes"],
    ] {
        office.by("erik-lund", command).done();
    }
    let difference = text(&folder.join("out/difference.pdf"));
    let diff = ["configuration", "diff", "acme/prod", "acme/prod/test", "--pdf", &difference];
    office.run(&diff).done();
    let list = office.run(&["document", "list", "acme", "--json"]);
    let list: Value = serde_json::from_str(list.done()).unwrap();
    for document in list.as_array().unwrap() {
        office.run(&["document", "show", document["number"].as_str().unwrap()]).done();
    }
    let copies = text(&folder.join("out/copies"));
    office.run(&["document", "export", "ACME-QC-002", &copies]).done();
    office.run(&["document", "verify", "ACME-QC-002"]).done();
}

/// Makes sources that cannot be read as they should: a name, and `people.csv`.
fn spoilt(people: &str) -> [(&'static str, Vec<u8>); 4] {
    // Cut off within a quoted value.
    let (before, after) = people.split_once(",\"").unwrap();
    let cut = format!("{before},\"{}", after.chars().take(12).collect::<String>());
    // Without the header line: the first volunteer's values are taken for the names of columns.
    let bare = people.split_once('\n').unwrap().1;
    // The same, every value given, and one telephone number at home and on the move.
    let mut headless = rows(people);
    let header = headless.remove(0);
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mobile = headless[0][at("TEL_MOBILE")].clone();
    headless[0][at("TEL_HOME")] = mobile;
    for (index, cell) in headless[0].iter_mut().enumerate() {
        if cell.is_empty() {
            *cell = format!("none {index}");
        }
    }
    let mut written = String::new();
    for row in headless {
        let cells: Vec<String> =
            row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        written.push_str(&cells.join(","));
        written.push('\n');
    }
    // In another encoding than the spec says.
    let latin: Vec<u8> =
        people.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect();
    [
        ("cut", cut.into_bytes()),
        ("bare", bare.as_bytes().to_vec()),
        ("headless", written.into_bytes()),
        ("latin", latin),
    ]
}

/// Returns the name of a file that the source knows of a volunteer.
fn file_name(dump: &Path) -> String {
    let rows = rows(&fs::read_to_string(dump.join("documents.csv")).unwrap());
    let at = rows[0].iter().position(|column| column == "FILE_NAME").unwrap();
    rows[1][at].clone()
}

/// Runs the migration program on sources that cannot be read, without a customer and for one.
fn spoil_sources(office: &mut Office, folder: &Path, dump: &Path) {
    let people = fs::read_to_string(dump.join("people.csv")).unwrap();
    let spec = text(&dump.join("spec"));
    for (name, bytes) in spoilt(&people) {
        let source = folder.join(name);
        fs::create_dir(&source).unwrap();
        for file in files(dump) {
            fs::copy(&file, source.join(file.file_name().unwrap())).unwrap();
        }
        fs::write(source.join("people.csv"), bytes).unwrap();
        if name == "latin" {
            // A file that no spec mentions, with a volunteer's name and number for its own.
            fs::create_dir(source.join("scans")).unwrap();
            fs::write(source.join("scans").join(file_name(dump)), "a picture").unwrap();
        }
        let (source, out) = (text(&source), text(&folder.join(format!("{name}-out"))));
        let checked = office.run(&["migration", "check", &spec, "--source", &source]);
        let tried =
            office.run(&["migration", "try", &spec, "--source", &source, "--out", &out, "--json"]);
        match name {
            // Rows that are not UTF-8 are rejected, the others written.
            "latin" => {
                checked.done();
                tried.done();
            }
            // The header is right.
            "cut" => tried.stopped(),
            _ => {
                checked.stopped();
                tried.stopped();
            }
        }
    }
    // What stops a run is recorded in the customer's ledger.
    office.demo("20", "sandbox");
    office.sign_in(&["rita-moss", "erik-lund"]);
    let [cut, headless, latin] = ["cut", "headless", "latin"].map(|name| text(&folder.join(name)));
    office.by("rita-moss", &["migration", "dump", "acme", &cut]).done();
    office.by("erik-lund", &["migration", "spec", "acme", &spec]).done();
    office.by("erik-lund", &["migration", "run", "acme"]).stopped();
    office.by("rita-moss", &["migration", "dump", "acme", &headless]).done();
    office.by("erik-lund", &["migration", "spec", "acme", &spec]).stopped();
    office.by("rita-moss", &["migration", "dump", "acme", &latin]).done();
    office.by("erik-lund", &["migration", "run", "acme"]).done();
    office.by("erik-lund", &["migration", "report", "acme", "2"]).done();
    office.show(&["migration", "rejected", "acme", "2", "--limit", "1000"]);
    office.show(&["customer", "show", "acme"]);
    office.show(&["operation", "list", "acme"]);
    office.show(&["ledger", "story", "acme"]);
}

/// Takes the entries of a ledger as its export has them.
fn export(office: &mut Office, file: &Path, into: &mut Vec<Haystack>) {
    office.run(&["ledger", "export", &text(file)]).done();
    for (line, entry) in fs::read_to_string(file).unwrap().lines().enumerate() {
        into.push(Haystack::new("ledger", format!("line {}", line + 1), entry.to_owned()));
    }
}

/// Everything that was looked for, and every place where it was looked for.
struct World {
    folder: tempfile::TempDir,
    source: Source,
    haystacks: Vec<Haystack>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (dump, last) = (at.join("dump"), at.join("final"));
        let (data, second) = (at.join("data"), at.join("second"));
        fs::create_dir(at.join("out")).unwrap();
        let mut office = Office::new(data.clone());
        let sample = ["--volunteers", VOLUNTEERS, "--seed", SEED];
        office.run(&all(&[&["sample", "source", &text(&dump)], &sample])).done();
        office.run(&all(&[&["sample", "source", &text(&last), "--final"], &sample])).done();
        let (one, other) = volunteers(&dump);
        onboard(&mut office, &one, &other);
        let mut source = Source::default();
        source.read_dump(&dump);
        source.read_dump(&last);
        let before = source.values.known.len();
        let prod = data.join("instances/acme/prod/main.sqlite");
        source.read_instance(&prod);
        // The two are of one source: PROD adds the spellings of the product, and little else.
        assert!(source.values.known.len() < before * 3 / 2, "PROD is not of this source");

        office.sign_in(&["olive-hart", "erik-lund", "rita-moss", "quentin-abara"]);
        change_records(&mut office, &one, &other);
        use_everything(&mut office, at);
        // A change behind Landfall's back is found, and not repeated.
        let update = "UPDATE volunteer SET notes = ?1 WHERE external_id = ?2";
        let values = [&other.notes, &one.number];
        let changed = Connection::open(&prod).unwrap().execute(update, values).unwrap();
        assert_eq!(changed, 1);
        office.by("erik-lund", &["document", "recheck", "acme/prod"]).stopped();
        office.by("erik-lund", &["document", "recheck", "acme/prod", "--json"]).stopped();
        office.run(&["customer", "export", "acme", &text(&at.join("out/bundle"))]).done();

        let mut other_office = Office::new(second.clone());
        spoil_sources(&mut other_office, at, &dump);

        let mut haystacks = Vec::new();
        export(&mut office, &at.join("ledger.jsonl"), &mut haystacks);
        export(&mut other_office, &at.join("second.jsonl"), &mut haystacks);
        let mut read = BTreeSet::new();
        for root in [&data, &second, &at.join("out")] {
            gather(root, &mut read, &mut haystacks);
        }
        haystacks.extend(office.log);
        haystacks.extend(other_office.log);
        source.forget_days(&haystacks);
        Self { folder, source, haystacks }
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Haystack> {
        self.haystacks.iter().filter(move |haystack| haystack.kind == kind)
    }
}

impl Source {
    /// Forgets birth dates that are days on which something was recorded.
    fn forget_days(&mut self, haystacks: &[Haystack]) {
        for haystack in haystacks.iter().filter(|haystack| haystack.kind == "ledger") {
            let entry: Value = serde_json::from_str(&haystack.text).unwrap();
            let day = entry["time"].as_str().and_then(|time| time.get(..10));
            for spelling in day.into_iter().flat_map(spellings) {
                self.births.known.remove(Words::of(&spelling).joined.as_bytes());
            }
        }
    }
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::new)
}

#[test]
fn no_source_value_stands_in_ledger_logs_documents_and_names() {
    let World { source, haystacks, .. } = world();
    // Enough was looked for, in enough places.
    assert!(source.values.known.len() > 7_000, "{}", source.values.known.len());
    assert!(source.births.known.len() > 300, "{}", source.births.known.len());
    for what in LOOKED_FOR {
        assert!(source.values.samples.contains_key(what), "no {what} was looked for");
    }
    for (kind, least) in
        [("ledger", 400), ("name", 150), ("output", 200), ("document", 40), ("store", 4)]
    {
        let count = world().of_kind(kind).count();
        assert!(count >= least, "{count} of {kind}");
    }
    let found: BTreeSet<String> = haystacks
        .iter()
        .flat_map(|haystack| source.search(haystack))
        .map(|(_, report)| report)
        .collect();
    let found: Vec<String> = found.into_iter().collect();
    assert!(
        found.is_empty(),
        "source values stand where none may stand, {} times:\n{}",
        found.len(),
        found.join("\n")
    );
    if !can_read_pdfs() {
        assert!(
            std::env::var_os("CI").is_none(),
            "`pdftotext` is absent; `cargo xtask install` installs it"
        );
        println!("NOT RUN on PDFs: `pdftotext` is absent; `cargo xtask install` installs it");
        return;
    }
    let pdfs = || world().of_kind("pdf").filter(|pdf| pdf.place.starts_with("documents"));
    assert!(pdfs().count() > 25, "{}", pdfs().count());
    assert!(pdfs().all(|pdf| pdf.text.contains("DEMONSTRATION")));
}

/// Returns a PDF of one page with a line of text.
fn pdf(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let content = format!("BT /F 10 Tf 20 780 Td <{digits}> Tj ET");
    format!(
        "%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 4000 800] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>> endobj
4 0 obj <</Length {}>> stream
{content}
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R>>
",
        content.len()
    )
}

/// Returns a copy of a place of the kind in which a value stands.
fn planted(kind: &'static str, value: &str) -> Haystack {
    let folder = tempfile::tempdir().unwrap();
    let real = world().of_kind(kind).find(|real| !real.text.is_empty()).unwrap();
    let place = format!("copy of {}", real.place);
    match kind {
        "ledger" => {
            let mut entry: Value = serde_json::from_str(&real.text).unwrap();
            entry["body"]["planted"] = json!({ "deep": [value] });
            Haystack::new(kind, place, entry.to_string())
        }
        "document" => {
            let facts = json!({ "facts": real.text, "planted": [[{ "in": value }]] });
            Haystack::new(kind, place, facts.to_string())
        }
        "name" => {
            let text = format!("{}/{}.json", real.text, value.replace('/', "-"));
            Haystack::new(kind, place, text)
        }
        "store" => {
            let copy = folder.path().join("planted.sqlite");
            fs::copy(world().folder.path().join("data/private/credentials.sqlite"), &copy).unwrap();
            Connection::open(&copy)
                .unwrap()
                .execute("INSERT INTO credential (person, hash) VALUES ('planted', ?1)", [value])
                .unwrap();
            Haystack::store(place, &copy)
        }
        "pdf" => {
            let copy = folder.path().join("planted.pdf");
            fs::write(&copy, pdf(value)).unwrap();
            Haystack::new(kind, place, printed(&copy))
        }
        _ => {
            let text = format!("{}\nerror: expected a date, found `{value}`\n", real.text);
            Haystack::new(kind, place, text)
        }
    }
}

#[test]
fn a_value_that_is_planted_anywhere_is_reported() {
    let source = &world().source;
    let mut kinds = vec!["ledger", "document", "name", "output", "store", "file"];
    if can_read_pdfs() {
        kinds.push("pdf");
    } else {
        assert!(
            std::env::var_os("CI").is_none(),
            "`pdftotext` is absent; `cargo xtask install` installs it"
        );
        println!("NOT RUN on PDFs: `pdftotext` is absent; `cargo xtask install` installs it");
    }
    for kind in kinds {
        let dated = matches!(kind, "ledger" | "document");
        let births = source.births.samples.iter().filter(|_| dated);
        for (what, value) in source.values.samples.iter().chain(births) {
            // As it is, and in other letters with other separators.
            let other = value.to_uppercase().replace(' ', " - ").replace('-', "_");
            for value in iter::once(value).chain([&other]) {
                let found = source.search(&planted(kind, value));
                let seen = found.iter().any(|(one, report)| one == what && report.contains(kind));
                assert!(seen, "{what} in {kind}: `{value}` was not seen: {found:?}");
            }
        }
    }
}
