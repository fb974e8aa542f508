//! Writes a spec as a workbook.

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError,
};
use toml::{Table, Value};

use super::{
    FIELDS, GENERAL, IGNORED_COLUMNS, IGNORED_FILES, LISTS, MAPS, SECTIONS, SOURCES, SQL, STATUSES,
    TEST_VOLUNTEERS, Tab, cell, text,
};
use crate::{
    error::{Error, Problem, Problems, listed},
    spec::{
        Spec,
        load::SPEC,
        model::{Field, Names, RuleName, Section},
    },
    workbook::{fit, set_up},
};

/// A sheet before it is written: headings, and texts below them; none is an empty cell.
struct Sheet {
    name: String,
    columns: &'static [&'static str],
    rows: Vec<Vec<Option<String>>>,
}

impl Sheet {
    fn of(tab: &Tab) -> Self {
        Self { name: tab.name.to_owned(), columns: tab.columns, rows: Vec::new() }
    }
}

pub(super) fn write(spec: &Spec) -> Result<Vec<u8>, Error> {
    let mut problems = Vec::new();
    let sheets = sheets(spec, &mut problems)?;
    for sheet in &sheets {
        for (row, texts) in sheet.rows.iter().enumerate() {
            for text in texts.iter().flatten() {
                if cell::encode(text).encode_utf16().count() > cell::LONGEST {
                    problems.push(Problem::new(
                        SPEC,
                        format!(
                            "expected texts that a cell of a workbook can hold ({} characters), found a longer one for row {} of sheet `{}`; move it to a file of `sql`, in lines",
                            cell::LONGEST,
                            row + 2,
                            sheet.name
                        ),
                    ));
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Problems(Problems(problems)));
    }
    xlsx(&sheets).map_err(|error| Error::Workbook { what: format!("cannot be written: {error}") })
}

fn sheets(spec: &Spec, problems: &mut Vec<Problem>) -> Result<Vec<Sheet>, Error> {
    let model = spec.model();
    let mut whole = table(model)?;
    whole.remove("source");
    whole.remove("section");
    whole.remove("ignored_files");
    whole.remove("test_volunteers");
    let mut general = Sheet::of(&GENERAL);
    for (key, value) in whole {
        general.rows.push(vec![Some(key), Some(plain(value))]);
    }
    let mut sources = Sheet::of(&SOURCES);
    let mut ignored = Sheet::of(&IGNORED_COLUMNS);
    for source in &model.source {
        let mut options = table(source)?;
        options.remove("name");
        options.remove("ignored");
        let file = options.remove("file").map(plain);
        let format = options.remove("format").map(plain);
        sources.rows.push(vec![Some(source.name.clone()), file, format, rest(&options)]);
        for (column, reason) in &source.ignored {
            ignored.rows.push(vec![
                Some(source.name.clone()),
                Some(column.clone()),
                Some(reason.clone()),
            ]);
        }
    }
    let mut files = Sheet::of(&IGNORED_FILES);
    for (file, reason) in &model.ignored_files {
        files.rows.push(vec![Some(file.clone()), Some(reason.clone())]);
    }
    let mut volunteers = Sheet::of(&TEST_VOLUNTEERS);
    for id in &model.test_volunteers {
        volunteers.rows.push(vec![Some(id.clone())]);
    }
    let mut overview = Sheet::of(&SECTIONS);
    let mut tabs = Vec::new();
    for (index, section) in model.section.iter().enumerate() {
        let name = tab_name(index + 1, &section.name);
        let mut options = table(section)?;
        for column in ["name", "target", "source", "field"] {
            options.remove(column);
        }
        overview.rows.push(vec![
            Some(name.clone()),
            Some(section.name.clone()),
            Some(section.target.clone()),
            Some(section.source.clone()),
            rest(&options),
        ]);
        let mut tab = Sheet { name, columns: FIELDS, rows: Vec::new() };
        for field in &section.field {
            tab.rows.push(row(section, field, problems)?);
        }
        tabs.push(tab);
    }
    let mut sheets = vec![general, sources, ignored, files, volunteers, overview];
    sheets.extend(tabs);
    sheets.extend([maps(spec), sql(spec), lists(spec)]);
    Ok(sheets)
}

/// Returns the row of a field in its section's tab.
fn row(
    section: &Section,
    field: &Field,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Option<String>>, Error> {
    if let Some(status) = &field.status
        && !STATUSES.contains(&status.as_str())
    {
        problems.push(
            Problem::new(
                SPEC,
                format!("expected a status among {}, found `{status}`", listed(STATUSES)),
            )
            .in_section(&section.name)
            .in_field(&field.target),
        );
    }
    let mut options = table(field)?;
    for column in ["target", "rule", "source", "status", "note"] {
        options.remove(column);
    }
    let rules = match rest(&options) {
        None => field.rule.as_str().to_owned(),
        Some(options) => format!("{}\n{options}", field.rule.as_str()),
    };
    let migrate = if field.rule == RuleName::Ignore { "n" } else { "y" };
    Ok(vec![
        Some(section.source.clone()),
        field.source.as_ref().map(names),
        Some(section.target.clone()),
        Some(field.target.clone()),
        Some(migrate.to_owned()),
        field.status.clone(),
        Some(rules),
        field.note.clone(),
    ])
}

/// Writes one column name as it is and several as a list; one that looks like a list or a quoted text is quoted.
fn names(names: &Names) -> String {
    match names {
        Names::One(name) if !name.starts_with(['[', '"', '\'']) => name.clone(),
        Names::One(name) => Value::String(name.clone()).to_string(),
        Names::Several(names) => {
            Value::Array(names.iter().cloned().map(Value::String).collect()).to_string()
        }
    }
}

fn maps(spec: &Spec) -> Sheet {
    let mut sheet = Sheet::of(&MAPS);
    for name in spec.map_names() {
        let Some(map) = spec.map(name) else { continue };
        if map.is_empty() {
            sheet.rows.push(vec![Some(name.to_owned()), None, None]);
        }
        for (source, target) in map {
            // A row with neither is a map without entries; an entry without either says so.
            let neither = source.is_empty() && target.is_empty();
            sheet.rows.push(vec![
                Some(name.to_owned()),
                Some(source.clone()).filter(|source| neither || !source.is_empty()),
                Some(target.clone()).filter(|target| !target.is_empty()),
            ]);
        }
    }
    sheet
}

fn sql(spec: &Spec) -> Sheet {
    let mut sheet = Sheet::of(&SQL);
    for (file, expression) in &spec.expressions {
        for line in expression.split('\n') {
            let line = Some(line.to_owned()).filter(|line| !line.is_empty());
            sheet.rows.push(vec![Some(file.clone()), line]);
        }
    }
    sheet
}

/// Lists are kept byte by byte, because their bytes belong to the digest: as lines of text, or else as hexadecimal digits.
fn lists(spec: &Spec) -> Sheet {
    let mut sheet = Sheet::of(&LISTS);
    for (file, bytes) in &spec.lists {
        let lines: Option<Vec<&str>> = std::str::from_utf8(bytes)
            .ok()
            .map(|text| text.split('\n').collect())
            .filter(|lines: &Vec<&str>| {
                lines.iter().all(|line| cell::encode(line).encode_utf16().count() <= cell::LONGEST)
            });
        let mut push = |kind: &str, content: String| {
            let content = Some(content).filter(|content| !content.is_empty());
            sheet.rows.push(vec![Some(file.clone()), Some(kind.to_owned()), content]);
        };
        match lines {
            Some(lines) => lines.iter().for_each(|line| push("text", (*line).to_owned())),
            None => bytes.chunks(16_000).for_each(|chunk| {
                push("bytes", chunk.iter().map(|byte| format!("{byte:02x}")).collect());
            }),
        }
    }
    sheet
}

fn table(value: &impl serde::Serialize) -> Result<Table, Error> {
    Table::try_from(value).map_err(|error| Error::Workbook {
        what: format!("cannot be written: a part of the spec has no TOML form: {error}"),
    })
}

fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn rest(options: &Table) -> Option<String> {
    let text = text::entries(options);
    let text = text.trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Makes the name of a section's tab: numbered, so that it is unique and no reserved word (Excel keeps `History`), and
/// without the signs that Excel refuses. The section's own name stands in the tab `Sections`.
fn tab_name(number: usize, section: &str) -> String {
    let allowed = |sign: &char| {
        sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_' | '.' | ',' | '(' | ')' | '&')
    };
    let mut name = format!("{number} ");
    for sign in section.chars().filter(allowed) {
        if name.encode_utf16().count() + sign.len_utf16() > 31 {
            break;
        }
        name.push(sign);
    }
    name.trim_end().to_owned()
}

fn xlsx(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let heading = Format::new().set_bold().set_num_format("@");
    // Format `@` keeps Excel from turning `24.1` into a number and `1-2` into a day.
    let body = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let mut workbook = Workbook::new();
    // The time of writing is no part of a spec: the same spec is the same file.
    let written = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    for sheet in sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        set_up(worksheet)?;
        for (column, name) in (0_u16..).zip(sheet.columns) {
            worksheet.write_string_with_format(0, column, *name, &heading)?;
            worksheet.set_column_width(column, f64::from(width(name)))?;
        }
        for (row, texts) in (1_u32..).zip(&sheet.rows) {
            let texts: Vec<String> = texts
                .iter()
                .map(|text| text.as_deref().map(cell::encode).unwrap_or_default())
                .collect();
            let widths = sheet.columns.iter().map(|column| width(column));
            fit(worksheet, row, texts.iter().map(String::as_str).zip(widths))?;
            // An empty text is written as a mark, so what is empty here is an empty cell.
            for (column, text) in (0_u16..).zip(texts).filter(|(_, text)| !text.is_empty()) {
                worksheet.write_string_with_format(row, column, text, &body)?;
            }
        }
        if sheet.columns == FIELDS {
            let last = u32::try_from(sheet.rows.len() + 200).unwrap_or(u32::MAX).min(1_048_575);
            let migrate = DataValidation::new().allow_list_strings(&["y", "n"])?;
            worksheet.add_data_validation(1, 4, last, 4, &migrate)?;
            let status = DataValidation::new().allow_list_strings(STATUSES)?;
            worksheet.add_data_validation(1, 5, last, 5, &status)?;
        }
    }
    workbook.save_to_buffer()
}

fn width(column: &str) -> u16 {
    match column {
        "rules" | "options" | "line" | "content" => 60,
        "comments" | "reason" | "value" => 40,
        "source column" | "target column" => 32,
        "migrate y/n" | "format" | "kind" => 12,
        _ => 24,
    }
}
