//! Export: a version of a design as ODM 1.3.2, with the identity of the environment that it comes from.

use std::collections::BTreeMap;

use landfall_instances::design::{Cell, Content, Row, Study};
use landfall_odm::{Element, Key, Odm, Tag, Version};

use super::{
    NotHeld,
    language::UNDETERMINED,
    lists::UCUM,
    not_held::Gathered,
    words::{self, EVENT_KINDS, ITEM_TYPES, LIST_TYPES, METHOD_KINDS, ORIGINS, STRICTNESS, WORDS},
};

/// From where and when a file was made.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The instance: `acme/sandbox/main`.
    pub(crate) instance: String,
    /// What kind of environment it is: `Sandbox`.
    pub(crate) kind: String,
    /// The product: `clinical`.
    pub(crate) product: String,
    /// Its release and build: `24.1 (24.1.0+5217)`.
    pub(crate) release: String,
    /// When, with its zone.
    pub(crate) time: String,
    /// The head of the ledger.
    pub(crate) head: String,
}

/// What a file says of events without knowing it.
pub(super) const UNKNOWN_IF_MANDATORY: &str =
    "whether a study event is mandatory, which no column says: written as not mandatory";

/// Tables of which nothing is written, and what they hold.
const NOT_IN_ODM: [(&str, &str); 5] = [
    ("epoch", "epochs"),
    ("cohort", "cohorts"),
    ("activity_plan", "activity plans"),
    ("activity", "activities of plans"),
    ("study_event_cohort", "cohorts of study events"),
];

/// Columns of which nothing is written, by table.
const NO_ATTRIBUTE: [(&str, &[&str]); 5] = [
    ("study_event", &["epoch_id", "planned_day"]),
    ("form", &["layout", "help_text"]),
    ("item", &["help_text", "method_id", "edc_device_parameter_id", "lab_test_id"]),
    ("code_list_item", &[]),
    ("study_design", &["protocol_amendment", "released_on"]),
];

struct Writing<'c> {
    content: &'c Content,
    /// The language of its texts; none where nobody said it.
    language: Option<&'c str>,
    lost: Gathered,
}

/// Writes a version as ODM 1.3.2, and names what the file cannot hold.
pub(crate) fn odm(study: &Study, content: &Content, identity: &Identity) -> (Odm, Vec<NotHeld>) {
    let language = content.value("default_language").filter(|one| *one != UNDETERMINED);
    let mut writing = Writing { content, language, lost: Gathered::default() };
    let oid = content.value("oid").unwrap_or_default();
    let name = content.value("name").unwrap_or(oid);
    let mut version = Element::new(Tag::MetaDataVersion).with(Key::Oid, oid).with(Key::Name, name);
    if let Some(text) = content.value("description") {
        version.set(Key::Description, text);
    }
    writing.protocol(&mut version);
    writing.events(&mut version);
    writing.forms(&mut version);
    writing.groups(&mut version);
    writing.items(&mut version);
    writing.code_lists(&mut version);
    writing.expressions(&mut version, "condition", Tag::ConditionDef);
    writing.expressions(&mut version, "method", Tag::MethodDef);
    writing.name_the_rest();

    let title = study.title.as_deref().unwrap_or_default();
    let text = |tag: Tag, text: &str| Element::new(tag).saying(text);
    let globals = Element::new(Tag::GlobalVariables)
        .holding(text(Tag::StudyName, &study.name))
        .holding(text(Tag::StudyDescription, title))
        .holding(text(Tag::ProtocolName, &study.protocol_code));
    let mut whole = Element::new(Tag::Study).with(Key::Oid, &*study.protocol_code).holding(globals);
    if let Some(units) = writing.units() {
        whole.push(units);
    }
    whole.push(version);
    let root = root(study, content, identity).holding(whole);
    let odm = Odm { version: Version::V1_3_2, root, prefixes: Vec::new() };
    (odm, writing.lost.finish())
}

/// The element around everything: it says where the file comes from.
fn root(study: &Study, content: &Content, identity: &Identity) -> Element {
    let revision = content.value("revision").unwrap_or("1");
    let status = content.value("status").unwrap_or("draft");
    Element::new(Tag::Odm)
        .with(Key::FileType, "Snapshot")
        .with(
            Key::FileOid,
            format!("landfall/{}/{}/{revision}", identity.instance, study.protocol_code),
        )
        .with(Key::CreationDateTime, &*identity.time)
        .with(Key::OdmVersion, Version::V1_3_2.as_str())
        .with(Key::Granularity, "Metadata")
        .with(
            Key::Description,
            format!(
                "Study design {} version {revision} ({status}), exported from {} ({}) by Landfall at ledger head {}",
                study.protocol_code, identity.instance, identity.kind, identity.head
            ),
        )
        .with(Key::Originator, format!("Landfall {}", identity.instance))
        .with(Key::SourceSystem, &*identity.product)
        .with(Key::SourceSystemVersion, &*identity.release)
}

impl<'c> Writing<'c> {
    fn rows(&self, table: &str) -> &'c [Row] {
        self.content.rows(table)
    }

    /// Yields the rows of a table that belong to the row at a place, by position.
    fn of(&self, table: &str, column: &str, place: usize) -> Vec<&'c Row> {
        let mut rows: Vec<&Row> = self
            .rows(table)
            .iter()
            .filter(|row| row.get(column) == Some(&Cell::Row(place)))
            .collect();
        rows.sort_by_key(|row| number(row, "position"));
        rows
    }

    /// Returns the OID of the row to which a column refers.
    fn oid_of(&self, row: &Row, column: &str, table: &str) -> Option<&'c str> {
        match row.get(column) {
            Some(Cell::Row(place)) => {
                self.rows(table).get(*place).and_then(|row| value(row, "oid"))
            }
            Some(Cell::Value(_) | Cell::Outside(_)) | None => None,
        }
    }

    fn translated(&self, tag: Tag, text: &str) -> Element {
        let mut one = Element::new(Tag::TranslatedText).saying(text);
        set(&mut one, Key::Lang, self.language);
        Element::new(tag).holding(one)
    }

    /// Begins an element of a row with OID and name.
    fn named(row: &Row, tag: Tag) -> Element {
        let oid = value(row, "oid").unwrap_or_default();
        Element::new(tag).with(Key::Oid, oid).with(Key::Name, value(row, "name").unwrap_or(oid))
    }

    fn describe(&self, row: &Row, element: &mut Element) {
        if let Some(text) = value(row, "description") {
            element.push(self.translated(Tag::Description, text));
        }
    }

    /// The events in their order.
    fn events_in_order(&self) -> Vec<(usize, &'c Row)> {
        let mut rows: Vec<(usize, &Row)> = self.rows("study_event").iter().enumerate().collect();
        rows.sort_by_key(|(_, row)| number(row, "position"));
        rows
    }

    /// No column says whether an event is mandatory. The schema asks for a word, and `No` asks nobody for anything.
    fn protocol(&mut self, version: &mut Element) {
        let mut protocol = Element::new(Tag::Protocol);
        for (index, (_, row)) in self.events_in_order().into_iter().enumerate() {
            let oid = value(row, "oid").unwrap_or_default();
            protocol.push(
                Element::new(Tag::StudyEventRef)
                    .with(Key::StudyEventOid, oid)
                    .with(Key::OrderNumber, (index + 1).to_string())
                    .with(Key::Mandatory, "No"),
            );
            self.lost.note(UNKNOWN_IF_MANDATORY, oid);
        }
        if protocol.elements().next().is_some() {
            version.push(protocol);
        }
    }

    fn events(&self, version: &mut Element) {
        for (place, row) in self.events_in_order() {
            let kind = value(row, "kind").and_then(|kind| words::theirs(EVENT_KINDS, kind));
            let mut event = Self::named(row, Tag::StudyEventDef)
                .with(Key::Repeating, yes(row, "repeating"))
                .with(Key::Type, kind.unwrap_or("Scheduled"));
            set(&mut event, Key::Category, value(row, "category"));
            self.describe(row, &mut event);
            let held = ("study_event_form", "study_event_id", place);
            for (_, one) in self.held(held, ("form_id", "form"), (Tag::FormRef, Key::FormOid)) {
                event.push(one);
            }
            version.push(event);
        }
    }

    fn forms(&self, version: &mut Element) {
        for (place, row) in self.rows("form").iter().enumerate() {
            let mut form =
                Self::named(row, Tag::FormDef).with(Key::Repeating, yes(row, "repeating"));
            self.describe(row, &mut form);
            let held = ("form_item_group", "form_id", place);
            let refers = ("item_group_id", "item_group");
            for (_, one) in self.held(held, refers, (Tag::ItemGroupRef, Key::ItemGroupOid)) {
                form.push(one);
            }
            version.push(form);
        }
    }

    fn groups(&mut self, version: &mut Element) {
        for (place, row) in self.rows("item_group").iter().enumerate() {
            let mut group =
                Self::named(row, Tag::ItemGroupDef).with(Key::Repeating, yes(row, "repeating"));
            if flagged(row, "reference_data") {
                group.set(Key::IsReferenceData, "Yes");
            }
            self.sas(row, "sas_dataset_name", Key::SasDatasetName, &mut group);
            set(&mut group, Key::Domain, value(row, "sdtm_domain"));
            set(&mut group, Key::Purpose, value(row, "purpose"));
            self.describe(row, &mut group);
            let held = ("item_group_item", "item_group_id", place);
            for (row, mut one) in self.held(held, ("item_id", "item"), (Tag::ItemRef, Key::ItemOid))
            {
                set(&mut one, Key::KeySequence, value(row, "key_sequence"));
                set(&mut one, Key::MethodOid, self.oid_of(row, "method_id", "method"));
                set(&mut one, Key::Role, value(row, "role"));
                group.push(one);
            }
            version.push(group);
        }
    }

    /// The references from a row to what it holds, with the rows that say so.
    fn held(
        &self,
        (table, column, place): (&str, &str, usize),
        (refers, target): (&str, &str),
        (tag, key): (Tag, Key),
    ) -> Vec<(&'c Row, Element)> {
        let rows = self.of(table, column, place);
        rows.into_iter()
            .enumerate()
            .filter_map(|(index, row)| {
                let oid = self.oid_of(row, refers, target)?;
                let mut one = Element::new(tag)
                    .with(key, oid)
                    .with(Key::OrderNumber, (index + 1).to_string())
                    .with(Key::Mandatory, yes(row, "mandatory"));
                let condition = self.oid_of(row, "condition_id", "condition");
                set(&mut one, Key::CollectionExceptionConditionOid, condition);
                Some((row, one))
            })
            .collect()
    }

    fn items(&mut self, version: &mut Element) {
        for (place, row) in self.rows("item").iter().enumerate() {
            let data_type = value(row, "data_type").and_then(|own| words::theirs(ITEM_TYPES, own));
            let mut item =
                Self::named(row, Tag::ItemDef).with(Key::DataType, data_type.unwrap_or("text"));
            self.length(row, &mut item);
            set(&mut item, Key::SignificantDigits, value(row, "significant_digits"));
            self.sas(row, "sas_field_name", Key::SasFieldName, &mut item);
            self.sas(row, "sdtm_variable", Key::SdsVarName, &mut item);
            let origin = value(row, "origin").and_then(|own| words::theirs(ORIGINS, own));
            set(&mut item, Key::Origin, origin);
            self.describe(row, &mut item);
            if let Some(text) = value(row, "question") {
                item.push(self.translated(Tag::Question, text));
            }
            for unit in self.of("item_measurement_unit", "item_id", place) {
                item.push(self.unit_of(unit));
            }
            for check in self.of("item_range_check", "item_id", place) {
                item.push(self.check(check));
            }
            if let Some(list) = self.oid_of(row, "code_list_id", "code_list") {
                item.push(Element::new(Tag::CodeListRef).with(Key::CodeListOid, list));
            }
            for alias in self.of("item_alias", "item_id", place) {
                item.push(
                    Element::new(Tag::Alias)
                        .with(Key::Context, value(alias, "context").unwrap_or_default())
                        .with(Key::Name, value(alias, "alias").unwrap_or_default()),
                );
            }
            version.push(item);
        }
    }

    /// ODM knows no length of 0.
    fn length(&mut self, row: &Row, item: &mut Element) {
        match value(row, "length").map(str::parse::<u64>) {
            Some(Ok(length)) if length > 0 => item.set(Key::Length, length.to_string()),
            Some(_) => {
                self.lost.note("length that is not above 0", value(row, "oid").unwrap_or(""))
            }
            None => {}
        }
    }

    fn unit_of(&self, row: &Row) -> Element {
        let oid = self.oid_of(row, "measurement_unit_id", "measurement_unit");
        Element::new(Tag::MeasurementUnitRef).with(Key::MeasurementUnitOid, oid.unwrap_or_default())
    }

    fn check(&self, row: &Row) -> Element {
        let strictness = value(row, "strictness").and_then(|own| words::theirs(STRICTNESS, own));
        let mut check = Element::new(Tag::RangeCheck)
            .with(Key::Comparator, value(row, "comparator").unwrap_or("EQ"))
            .with(Key::SoftHard, strictness.unwrap_or("Soft"));
        let text = value(row, "check_value").unwrap_or_default();
        let several: Option<Vec<String>> =
            text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten();
        for one in several.unwrap_or_else(|| vec![text.to_owned()]) {
            check.push(Element::new(Tag::CheckValue).saying(one));
        }
        if row.contains_key("measurement_unit_id") {
            check.push(self.unit_of(row));
        }
        if let Some(text) = value(row, "message") {
            check.push(self.translated(Tag::ErrorMessage, text));
        }
        check
    }

    fn code_lists(&mut self, version: &mut Element) {
        for (place, row) in self.rows("code_list").iter().enumerate() {
            let data_type = value(row, "data_type").and_then(|own| words::theirs(LIST_TYPES, own));
            let mut list =
                Self::named(row, Tag::CodeList).with(Key::DataType, data_type.unwrap_or("text"));
            self.sas(row, "sas_format_name", Key::SasFormatName, &mut list);
            self.describe(row, &mut list);
            let values = self.of("code_list_item", "code_list_id", place);
            // A list whose values say the same as their codes is one without decodes.
            let bare = values.iter().all(|one| value(one, "decode") == value(one, "coded_value"));
            for (index, one) in values.iter().enumerate() {
                list.push(self.coded(one, index + 1, bare));
            }
            if values.is_empty() {
                let mut external = Element::new(Tag::ExternalCodeList);
                set(&mut external, Key::Dictionary, value(row, "external_dictionary"));
                set(&mut external, Key::Version, value(row, "external_version"));
                list.push(external);
            } else if row.contains_key("external_dictionary") {
                let oid = value(row, "oid").unwrap_or_default();
                self.lost.note("dictionary of a code list that has values of its own", oid);
            }
            version.push(list);
        }
    }

    fn coded(&mut self, row: &Row, position: usize, bare: bool) -> Element {
        let code = value(row, "coded_value").unwrap_or_default();
        if !flagged(row, "enabled") {
            self.lost.note("that a value of a code list is not offered any more", code);
        }
        let tag = if bare { Tag::EnumeratedItem } else { Tag::CodeListItem };
        let mut one = Element::new(tag).with(Key::CodedValue, code);
        set(&mut one, Key::Rank, value(row, "rank"));
        one.set(Key::OrderNumber, position.to_string());
        if !bare {
            one.push(self.translated(Tag::Decode, value(row, "decode").unwrap_or(code)));
        }
        one
    }

    fn expressions(&self, version: &mut Element, table: &str, tag: Tag) {
        for row in self.rows(table) {
            let mut one = Self::named(row, tag);
            if let Some(kind) = value(row, "kind").and_then(|own| words::theirs(METHOD_KINDS, own))
            {
                one.set(Key::Type, kind);
            }
            let (language, text) =
                (value(row, "language").unwrap_or(WORDS), value(row, "expression").unwrap_or(""));
            // The schema asks for a description; without one the name describes.
            let name = value(row, "name").unwrap_or_default();
            let described = value(row, "description");
            one.push(self.translated(Tag::Description, described.unwrap_or(name)));
            let only_words = language == WORDS && (text.is_empty() || described == Some(text));
            if !only_words {
                let formal = Element::new(Tag::FormalExpression).with(Key::Context, language);
                one.push(formal.saying(text));
            }
            version.push(one);
        }
    }

    fn units(&self) -> Option<Element> {
        let rows = self.rows("measurement_unit");
        if rows.is_empty() {
            return None;
        }
        let mut basics = Element::new(Tag::BasicDefinitions);
        for row in rows {
            let mut unit = Self::named(row, Tag::MeasurementUnit);
            unit.push(self.translated(Tag::Symbol, value(row, "symbol").unwrap_or_default()));
            if let Some(code) = value(row, "ucum_code") {
                unit.push(Element::new(Tag::Alias).with(Key::Context, UCUM).with(Key::Name, code));
            }
            basics.push(unit);
        }
        Some(basics)
    }

    /// A name of SAS has at most 8 letters, digits and underscores; the schema takes no other.
    fn sas(&mut self, row: &Row, column: &str, key: Key, element: &mut Element) {
        let Some(text) = value(row, column) else { return };
        if is_sas_name(text, key == Key::SasFormatName) {
            element.set(key, text);
        } else {
            let oid = value(row, "oid").unwrap_or_default();
            self.lost.note(format!("{key} that is no name of SAS (8 characters)"), oid);
        }
    }

    /// Names the tables and columns that ODM has no place for.
    fn name_the_rest(&mut self) {
        for (table, what) in NOT_IN_ODM {
            for row in self.rows(table) {
                self.lost.note(what, value(row, "name").or(value(row, "oid")).unwrap_or(table));
            }
        }
        let columns: BTreeMap<&str, &[&str]> = NO_ATTRIBUTE.into_iter().collect();
        for (table, columns) in columns {
            for row in self.rows(table) {
                for column in columns.iter().filter(|column| row.contains_key(**column)) {
                    let what = format!("{} ({})", words(column), words(table));
                    self.lost.note(what, value(row, "oid").unwrap_or(table));
                }
            }
        }
        for row in self.rows("form").iter().filter(|row| flagged(row, "signature_required")) {
            self.lost.note("that a form is to be signed", value(row, "oid").unwrap_or("form"));
        }
    }
}

fn words(name: &str) -> String {
    name.trim_end_matches("_id").replace('_', " ")
}

fn value<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    match row.get(column) {
        Some(Cell::Value(text)) => Some(text),
        Some(Cell::Row(_) | Cell::Outside(_)) | None => None,
    }
}

fn number(row: &Row, column: &str) -> i64 {
    value(row, column).and_then(|text| text.parse().ok()).unwrap_or(i64::MAX)
}

fn flagged(row: &Row, column: &str) -> bool {
    value(row, column) == Some("1")
}

fn yes(row: &Row, column: &str) -> &'static str {
    if flagged(row, column) { "Yes" } else { "No" }
}

fn set(element: &mut Element, key: Key, value: Option<&str>) {
    if let Some(value) = value {
        element.set(key, value);
    }
}

fn is_sas_name(text: &str, format: bool) -> bool {
    let mut bytes = text.bytes();
    let first = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_' || (format && byte == b'$'));
    let rest =
        bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || (format && byte == b'.'));
    first && rest && text.len() <= 8
}
