use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

pub(crate) fn run(context: &Context) -> Result<(), Failure> {
    let people = context.look()?.person_list()?;
    if context.output().is_json() {
        context.output().value(&people.iter().map(json::person).collect());
        return Ok(());
    }
    let mut table = Table::new(["person", "role", "customer", "signed in until", "name"]);
    for person in people {
        let session = match (person.locked, person.signed_in_until) {
            (true, _) => Cell::toned("locked", Tone::Failed),
            (false, Some(until)) => Cell::toned(until.human(), Tone::Done),
            (false, None) => "-".into(),
        };
        table.row([
            person.id.to_string().into(),
            person.role.title().into(),
            Cell::maybe(person.customer),
            session,
            person.name.into(),
        ]);
    }
    context.output().table(&table);
    Ok(())
}
