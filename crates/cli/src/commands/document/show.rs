use landfall_operations::Installation;

use super::status;
use crate::{
    commands::owner,
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

pub(crate) fn run(number: &str, context: &Context) -> Result<(), Failure> {
    shown(context, &context.look()?, number)
}

/// Shows a document.
pub(crate) fn shown(
    context: &Context,
    installation: &Installation,
    number: &str,
) -> Result<(), Failure> {
    let view = installation.document(number)?;
    let output = context.output();
    if output.is_json() {
        output.value(&json::document(&view));
        return Ok(());
    }
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("document", view.number.clone().into());
    fact("kind", view.kind.as_str().into());
    fact("about", view.about.clone().into());
    fact("status", status(&view));
    fact("digest", view.digest.to_string().into());
    fact("pdf", view.path.display().to_string().into());
    fact("facts", view.facts_path.display().to_string().into());
    fact("renditions", view.renditions.len().to_string().into());
    output.table(&facts);
    if !view.signatures.is_empty() {
        output.line("");
        let mut table = Table::new(["signed by", "role", "meaning", "time", "valid"]);
        for signature in &view.signatures {
            let valid = if signature.valid {
                Cell::toned("valid", Tone::Done)
            } else {
                Cell::toned("INVALID", Tone::Failed)
            };
            table.row([
                signature.name.clone().into(),
                signature.role.clone().into(),
                signature.meaning.clone().into(),
                signature.time.human().into(),
                valid,
            ]);
        }
        output.table(&table);
    }
    for (meaning, role) in &view.awaited {
        output.line(&output.colour().paint(Tone::Waiting, &format!("awaits {meaning} by {role}")));
    }
    if let Some(customer) = owner(installation, &view.number)? {
        context.tell_next(&installation.next(&customer)?);
    }
    Ok(())
}
