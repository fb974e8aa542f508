use clap::Args;
use landfall_core::{digest::Digest, entry::Entry};
use serde_json::Value;

use landfall_operations::sentence;

use super::open;
use crate::{
    context::Context,
    output::{Output, clean::plain, colour::Tone, error::Failure, json::serialised},
};

/// What `landfall ledger show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// One stream only: `vendor`, `customer/acme`, `operation/acme/3`, `records/acme/sandbox`.
    #[arg(long)]
    stream: Option<String>,
    /// Only what stands after this position.
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    after: u64,
    /// At most so many entries.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let ledger = open(context)?;
    let output = context.output();
    if let Some(stream) = &arguments.stream {
        known(stream, &ledger.streams()?)?;
    }
    let mut entries = Vec::new();
    let mut shown = false;
    // A long ledger is shown while it is read; JSON is one array, so it is read first.
    let mut each = |entry: Entry| {
        if output.is_json() {
            entries.push(entry);
        } else {
            shown = true;
            line(output, &entry);
        }
    };
    match &arguments.stream {
        Some(stream) => {
            let mut left = arguments.limit.unwrap_or(u64::MAX);
            ledger.stream_each(stream, &mut |entry| {
                if entry.sequence > arguments.after && left > 0 {
                    left -= 1;
                    each(entry);
                }
                Ok(())
            })?;
        }
        None => ledger.entries_each(arguments.after, arguments.limit, &mut |entry| {
            each(entry);
            Ok(())
        })?,
    }
    if !output.is_json() && !shown {
        output.talk("no entries");
    }
    if output.is_json() {
        let list = entries.iter().map(with_hash).collect::<Result<Vec<_>, _>>()?;
        output.value(&Value::Array(list));
    }
    Ok(())
}

/// Refuses the name of a stream that the ledger does not have: a mistyped one would look like an empty history.
fn known(stream: &str, streams: &[String]) -> Result<(), Failure> {
    if streams.iter().any(|one| one == stream) {
        return Ok(());
    }
    let mut begin: Vec<String> = streams
        .iter()
        .map(|one| match one.split_once('/') {
            // Operations and records have many streams; one of each shows how they are named.
            Some((kind, _)) if kind != "customer" => format!("{kind}/..."),
            Some(_) | None => one.clone(),
        })
        .collect();
    begin.sort();
    begin.dedup();
    Err(Failure::absent(
        format!("the ledger has no stream `{stream}`"),
        format!("its streams: {}", begin.join(", ")),
    ))
}

/// Returns an entry with the hash that the next one names.
fn with_hash(entry: &Entry) -> Result<Value, Failure> {
    let mut value = serialised(entry)?;
    if let (Value::Object(object), Ok(hash)) = (&mut value, Digest::of_canonical(entry)) {
        object.insert("hash".to_owned(), Value::String(hash.to_string()));
    }
    Ok(value)
}

/// Writes the line of an entry: position, time, who, what.
fn line(output: &Output, entry: &Entry) {
    let colour = output.colour();
    let mut text = format!(
        "{}  {}  {} ({}) {}",
        colour.paint(Tone::Quiet, &format!("{:>5}", entry.sequence)),
        colour.paint(Tone::Quiet, &entry.time.human()),
        colour.paint(Tone::Heading, &entry.actor.name),
        entry.actor.role.replace('-', " "),
        plain(&sentence(entry))
    );
    if let Some(person) = &entry.on_behalf_of {
        text.push_str(&format!(", as a consequence of what `{person}` did"));
    }
    if let Some(reason) = &entry.reason {
        text.push_str(&format!(", because: {}", plain(reason)));
    }
    output.sentence(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_not_there_is_no_empty_history() {
        let streams = ["vendor", "customer/acme", "operation/acme/1", "operation/acme/2"];
        let streams = streams.map(str::to_owned);
        assert!(known("customer/acme", &streams).is_ok());
        let text = known("customer/nope", &streams).unwrap_err().to_string();
        assert!(text.contains("no stream `customer/nope`"), "{text}");
    }
}
