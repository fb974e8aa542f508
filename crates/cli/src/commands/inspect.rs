//! `landfall inspect`: what stood at an address on a given day, and who had signed what of it by then.

use std::collections::BTreeSet;

use clap::Args;
use landfall_core::{digest::Digest, ids::Address, signature::Signature, time::Timestamp};
use landfall_operations::{Inspection, Made};
use serde_json::Value;

use crate::{
    arguments::moment,
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::{self, serialised},
        number::counted,
        signed::{self, Records},
        table::{Cell, Table},
    },
};

/// What `landfall inspect` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// When: a day such as `2026-03-01`, of which the end is meant (UTC), or a time such as `2026-03-01T09:00:00Z`.
    #[arg(value_name = "DATE", value_parser = moment)]
    at: Timestamp,
    /// Where: an environment such as `acme/prod`, or an instance of it.
    #[arg(value_name = "ADDRESS")]
    address: Address,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let inspection = installation.inspect(arguments.at, &arguments.address)?;
    let records = Records::of(&installation, &arguments.address.customer)?;
    let sound = Sound::of(&inspection, &records);
    let output = context.output();
    if output.is_json() {
        let mut value = serialised(&inspection)?;
        sound.mark(&mut value);
        output.value(&value);
    } else {
        Shown { inspection: &inspection, sound: &sound, output }.show();
    }
    Ok(())
}

/// The digests of the records that are still what was signed.
struct Sound(BTreeSet<String>);

impl Sound {
    fn of(inspection: &Inspection, records: &Records) -> Self {
        let mut digests = BTreeSet::from([inspection.plan.digest]);
        for document in &inspection.documents {
            if records.is_whole(&document.number) {
                digests.extend(document.plan);
                digests.extend(document.facts);
            }
        }
        for deviation in &records.customer.deviations {
            let approval = deviation.approval.as_ref();
            let holding = approval.filter(|one| signed::holds_for_deviation(deviation, one));
            digests.extend(holding.map(|approval| approval.digest));
        }
        Self(digests.iter().map(Digest::to_string).collect())
    }

    fn holds(&self, signature: &Signature) -> bool {
        self.0.contains(&signature.digest.to_string())
    }

    /// Notes in every signature of a JSON value whether it holds.
    fn mark(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.values_mut().for_each(|inner| self.mark(inner));
                if object.contains_key("meaning")
                    && let Some(digest) = object.get("digest").and_then(Value::as_str)
                {
                    let holds = self.0.contains(digest);
                    object.insert("valid".to_owned(), holds.into());
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|inner| self.mark(inner)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// The moments of a life after the request, in their order, and what people call them.
const LIFE: [(&str, &str); 7] = [
    ("building", "build begun"),
    ("built", "built"),
    ("accepted", "accepted"),
    ("opened", "put into use"),
    ("lent", "lent"),
    ("closed", "closed"),
    ("destroyed", "destroyed"),
];

/// Tells whether a moment has its place in a life.
fn is_known(moment: &str) -> bool {
    moment == "requested" || LIFE.iter().any(|(key, _)| *key == moment)
}

/// An inspection as it is shown.
struct Shown<'a> {
    inspection: &'a Inspection,
    sound: &'a Sound,
    output: &'a Output,
}

impl Shown<'_> {
    fn show(&self) {
        self.output.table(&self.facts());
        for (title, table) in [
            ("made from", self.packages()),
            ("signed", self.signatures()),
            ("tests of the last run", self.tests()),
            ("deviations", self.deviations()),
            ("records changed since it was built", self.changes()),
            ("loans and holds", self.loans_and_holds()),
            ("documents", self.documents()),
        ] {
            if !table.is_empty() {
                self.output.line("");
                self.output.line(&self.output.colour().paint(Tone::Heading, title));
                self.output.table(&table);
            }
        }
    }

    fn facts(&self) -> Table {
        let inspection = self.inspection;
        let mut facts = Table::new::<&str>([]);
        let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
        let address = format!("{} of {}", inspection.address, inspection.customer);
        fact("address", address.into());
        fact("at", inspection.at.human().into());
        if inspection.ahead {
            let text = "that time lies ahead: this is how it is now";
            fact("", Cell::toned(text, Tone::Waiting));
        }
        let ledger = &inspection.ledger;
        fact(
            "ledger",
            format!("entry {}, {}, head {}", ledger.sequence, ledger.time.human(), ledger.head)
                .into(),
        );
        fact("state", inspection.state.as_str().into());
        fact("requested", made(&inspection.plan.requested).into());
        for (name, time) in self.moments() {
            fact(name, time.human().into());
        }
        if let Some(purpose) = &inspection.purpose {
            fact("purpose", json::word(purpose).into());
        }
        let release = &inspection.release;
        fact(
            "release",
            format!(
                "{} {}, build {}, catalogue {}",
                release.product, release.release, release.build, release.catalogue
            )
            .into(),
        );
        let qualified = if inspection.qualified { "yes" } else { "no" };
        fact("qualified", format!("{qualified}: {}", inspection.qualification).into());
        let volunteers = match &inspection.masking_key {
            Some(key) => format!("masked, key {key}"),
            None => "not masked".to_owned(),
        };
        fact("volunteers", volunteers.into());
        fact("plan", inspection.plan.digest.to_string().into());
        fact("policy", inspection.plan.policy.to_string().into());
        if let Some(report) = &inspection.report {
            let checks = counted(u64::from(report.failed_checks), "check", "checks");
            fact("report", format!("{}, {checks} failed", report.document).into());
        }
        if let Some(operation) = inspection.operation {
            fact("built by operation", operation.to_string().into());
        }
        for instance in &inspection.instances {
            let text = format!("content {} when built", instance.fingerprint);
            fact(instance.role.title(), text.into());
        }
        if let Some(due) = &inspection.due {
            let text = format!("{} ({})", due.destroy_by.human(), due.rule);
            fact("destroy by", Cell::toned(text, Tone::Waiting));
        }
        facts
    }

    /// Returns when it was built, put into use and so on, in order of time; its request is told with who asked for it.
    fn moments(&self) -> Vec<(&str, Timestamp)> {
        let since = &self.inspection.since;
        let known = LIFE
            .iter()
            .filter_map(|(key, name)| since.get(key).map(|time| (*name, *time)))
            .chain(since.iter().filter(|(key, _)| !is_known(key)).map(|(key, time)| (*key, *time)));
        let mut moments: Vec<_> = known.collect();
        // What happened in one second stays in the order of a life.
        moments.sort_by_key(|(_, time)| *time);
        moments
    }

    fn packages(&self) -> Table {
        let mut table = Table::new(["package", "kind", "rows", "source", "made"]);
        for package in &self.inspection.packages {
            table.row([
                package.digest.to_string().into(),
                package.kind.as_str().into(),
                Cell::number(package.rows),
                package.source.clone().into(),
                Cell::maybe(package.made.as_ref().map(made)),
            ]);
        }
        table
    }

    /// Returns every signature with what was signed.
    fn signatures(&self) -> Table {
        let inspection = self.inspection;
        let mut table = Table::new::<&str>([]);
        let mut row = |what: String, signature: &Signature, reason: Option<&String>| {
            let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            let holds = self.sound.holds(signature);
            table.row([format!("{what}{reason}").into(), signed::cell(signature, holds)]);
        };
        for signature in &inspection.plan.signatures {
            let document = inspection.plan.document.as_deref().unwrap_or("of the environment");
            row(format!("plan {document}"), signature, None);
        }
        if let Some(report) = &inspection.report {
            for signature in &report.signatures {
                row(format!("report {}", report.document), signature, None);
            }
            if let Some((signature, reason)) = &report.rejection {
                row(format!("report {} rejected", report.document), signature, Some(reason));
            }
        }
        if let Some(signature) = &inspection.acceptance {
            row("acceptance".to_owned(), signature, None);
        }
        if let Some((signature, reason)) = &inspection.rejection {
            row("rejection".to_owned(), signature, Some(reason));
        }
        if let Some(signature) = &inspection.validation {
            row("validation".to_owned(), signature, None);
        }
        for signature in &inspection.final_qc {
            row("final quality check".to_owned(), signature, None);
        }
        table
    }

    fn tests(&self) -> Table {
        let mut table = Table::new(["result", "test", "instance", "expected", "found"]);
        for test in &self.inspection.tests {
            let result = match test.passed {
                Some(true) => Cell::toned("pass", Tone::Done),
                Some(false) => Cell::toned("FAIL", Tone::Failed),
                None => Cell::toned("not run", Tone::Waiting),
            };
            table.row([
                result,
                test.id.clone().into(),
                Cell::maybe(test.role.map(|role| role.title())),
                test.expected.clone().into(),
                if test.passed == Some(true) && test.actual.as_ref() == Some(&test.expected) {
                    "as expected".into()
                } else {
                    Cell::maybe(test.actual.clone())
                },
            ]);
        }
        table
    }

    fn deviations(&self) -> Table {
        let mut table = Table::new(["deviation", "opened", "what", "closed"]);
        for deviation in &self.inspection.deviations {
            let closed = match &deviation.approval {
                Some(approval) => signed::cell(approval, self.sound.holds(approval)),
                None => Cell::toned("open", Tone::Waiting),
            };
            table.row([
                deviation.name.clone().into(),
                format!("{}, by {}", deviation.opened.human(), deviation.opened_by).into(),
                deviation.description.clone().into(),
                closed,
            ]);
        }
        table
    }

    fn changes(&self) -> Table {
        let mut table = Table::new(["entry", "when", "who", "row", "what", "because"]);
        for change in &self.inspection.changes {
            let columns: Vec<&str> =
                change.columns.iter().map(|column| column.column.as_str()).collect();
            let request = match &change.request {
                Some(request) => format!(" ({request})"),
                None => String::new(),
            };
            table.row([
                Cell::number(change.entry),
                change.time.human().into(),
                change.who.clone().into(),
                format!("{} {} of {}", change.table, change.id, change.instance).into(),
                format!("{} {}{request}", change.verb, columns.join(" ")).into(),
                Cell::maybe(change.reason.clone()),
            ]);
        }
        table
    }

    fn loans_and_holds(&self) -> Table {
        let mut table = Table::new::<&str>([]);
        for loan in &self.inspection.loans {
            table.row([
                format!("lent until {}", loan.until.human()).into(),
                made(&loan.lent).into(),
            ]);
        }
        for hold in &self.inspection.holds {
            let reason = hold.reason.as_deref().unwrap_or("no reason was recorded");
            table.row([format!("held: {reason}").into(), made(&hold.held).into()]);
            if let Some(lifted) = &hold.lifted {
                table.row(["hold lifted".into(), made(lifted).into()]);
            }
        }
        table
    }

    fn documents(&self) -> Table {
        let mut table = Table::new(["document", "kind", "status", "signatures"]);
        for document in &self.inspection.documents {
            let valid =
                document.signatures.iter().filter(|one| self.sound.holds(one)).count() as u64;
            let invalid = document.signatures.len() as u64 - valid;
            let signatures = if invalid == 0 {
                Cell::from(counted(valid, "signature", "signatures"))
            } else {
                Cell::toned(format!("{valid} valid, {invalid} INVALID"), Tone::Failed)
            };
            table.row([
                document.number.clone().into(),
                document.kind.as_str().into(),
                document.status.clone().into(),
                signatures,
            ]);
        }
        table
    }
}

/// Returns in words how something came to be.
fn made(made: &Made) -> String {
    format!("{}, entry {}: {} {}", made.time.human(), made.entry, made.who, made.what)
}
