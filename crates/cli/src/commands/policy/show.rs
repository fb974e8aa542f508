use landfall_core::{
    customer::decide::AUTHORITY,
    environment::Kind,
    policy::{Condition, Policy, Rules},
    signature::{Record, required},
};
use serde_json::{Value, json};

use crate::{
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::{serialised, word},
        table::{Cell, Table, wrap},
    },
};

/// The key beside the classes of the masking table that says where it comes from.
const SOURCE: &str = "source";

pub(crate) fn run(context: &Context) -> Result<(), Failure> {
    let output = context.output();
    if context.data().exists() {
        let installation = context.look()?;
        return show(installation.policy(), output);
    }
    output.talk(&format!(
        "there is no data directory `{}`: this is the policy that is built in",
        context.data().display()
    ));
    let policy = Policy::embedded().map_err(landfall_operations::Error::from)?;
    show(&policy, output)
}

fn show(policy: &Policy, output: &Output) -> Result<(), Failure> {
    if output.is_json() {
        let mut value = serialised(policy)?;
        if let Value::Object(object) = &mut value {
            object.insert("digest".to_owned(), json!(policy.digest()));
            object.insert("authority".to_owned(), authority_json());
            object.insert("signatures".to_owned(), signatures_json());
        }
        output.value(&value);
        return Ok(());
    }
    let heading = |text: &str| {
        output.line("");
        output.sentence(&output.colour().paint(Tone::Heading, text));
    };
    output.sentence(&format!(
        "policy `{}` version {}, digest {}",
        policy.name,
        policy.version,
        policy.digest()
    ));
    for kind in Kind::ALL {
        let rules = policy.rules(kind);
        heading(&format!("{} ({})", kind.title(), kind));
        for line in wrap(&rules.why, output.width().saturating_sub(2)) {
            output.line(&format!("  {line}"));
        }
        output.table(&rules_table(rules));
    }
    let passage = &policy.passage;
    heading(&format!("what may pass (source: {})", source_words(&word(&passage.source))));
    for (name, tables) in
        [("configuration", &passage.configuration), ("migration", &passage.migration)]
    {
        output.line(&format!("  {name}"));
        for line in wrap(&tables.join(" "), output.width().saturating_sub(4)) {
            output.line(&format!("    {line}"));
        }
    }
    let source = policy.masking.get(SOURCE).map_or("-", |source| source_words(source));
    heading(&format!(
        "how quasi-identifiers are treated where volunteers are masked (source: {source})"
    ));
    let mut masking = Table::new::<&str>([]);
    for (class, treatment) in policy.masking.iter().filter(|(class, _)| *class != SOURCE) {
        masking.row([format!("  {class}").into(), treatment.clone().into()]);
    }
    output.table(&masking);
    let records = &policy.records;
    heading(&format!(
        "records that Main governs (source: {})",
        source_words(&word(&records.source))
    ));
    for line in wrap(&records.why, output.width().saturating_sub(2)) {
        output.line(&format!("  {line}"));
    }
    output.sentence(&format!("  read-only in Test: {}", records.read_only_in_test.join(" ")));
    if let Some(designs) = &policy.designs {
        heading(&format!("study designs (source: {})", source_words(&word(&designs.source))));
        for line in wrap(&designs.why, output.width().saturating_sub(2)) {
            output.line(&format!("  {line}"));
        }
        for (what, kinds) in [
            ("imported into Main of", &designs.import),
            ("exported from", &designs.export),
            ("pushed from Main to Test within", &designs.push),
        ] {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
            output.line(&format!("  {what}: {}", names.join(", ")));
        }
    }
    let outlives = &policy.outlives;
    heading(&format!(
        "what outlives an environment (source: {})",
        source_words(&word(&outlives.source))
    ));
    for line in wrap(&outlives.why, output.width().saturating_sub(2)) {
        output.line(&format!("  {line}"));
    }
    output.line(&format!("  destroyed within: {} days", outlives.destroy_within_days));
    heading("who may do what");
    let mut authority = Table::new(["command", "what", "roles"]);
    for (command, what, roles) in AUTHORITY {
        let roles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
        let roles = if roles.is_empty() {
            "Landfall, as a consequence".to_owned()
        } else {
            roles.join(", ")
        };
        authority.row([(*command).into(), (*what).into(), roles.into()]);
    }
    output.table(&authority);
    heading("who signs what");
    let mut signatures = Table::new(["record", "meaning", "role", "statement"]);
    for record in Record::ALL {
        for (meaning, role) in required(record) {
            signatures.row([
                word(&record).into(),
                meaning.as_str().into(),
                role.title().into(),
                meaning.statement().into(),
            ]);
        }
    }
    output.table(&signatures);
    Ok(())
}

/// Returns where a rule comes from in people's words; JSON keeps the words of the policy.
fn source_words(source: &str) -> &str {
    match source {
        "seed" => "requirement",
        "documentation" => "product documentation",
        "landfall" => "Landfall's choice",
        other => other,
    }
}

fn rules_table(rules: &Rules) -> Table {
    let conditions = |list: &[Condition]| -> String {
        if list.is_empty() {
            return "-".to_owned();
        }
        list.iter().map(|condition| condition.as_str()).collect::<Vec<_>>().join(", ")
    };
    let content: Vec<String> = rules.content.iter().map(word).collect();
    let days = |days: Option<u32>| Cell::maybe(days.map(|days| format!("{days} days")));
    let mut table = Table::new::<&str>([]);
    let mut rule = |name: &str, cell: Cell| table.row([format!("  {name}").into(), cell]);
    rule("source", source_words(&word(&rules.source)).to_owned().into());
    rule("instances", word(&rules.instances).into());
    rule("repeats", if rules.repeats { "yes".into() } else { "no".into() });
    rule("opens when", conditions(&rules.opens_when).into());
    rule("content", content.join(", ").into());
    rule("masked", if rules.masked { "yes".into() } else { "no".into() });
    rule("qualified by an IQ", word(&rules.qualified).into());
    rule("record changes", word(&rules.records).into());
    rule("record changes stay", if rules.records_preserved { "yes".into() } else { "no".into() });
    rule("lifetime", days(rules.lifetime_days));
    rule("due when", conditions(&rules.due_when).into());
    rule("destroyed within", days(rules.destroy_within_days));
    table
}

fn authority_json() -> Value {
    AUTHORITY
        .iter()
        .map(|(command, what, roles)| json!({ "command": command, "what": what, "roles": roles }))
        .collect()
}

fn signatures_json() -> Value {
    Record::ALL
        .into_iter()
        .flat_map(|record| {
            required(record).iter().map(move |(meaning, role)| {
                json!({ "record": record, "meaning": meaning, "role": role, "statement": meaning.statement() })
            })
        })
        .collect()
}
