use landfall_core::customer::decide::is_vendor;
use serde_json::Value;

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
    let installation = context.look()?;
    let mut values = Vec::new();
    let mut table = Table::new(["customer", "status", "environments", "name", "next"]);
    // The vendor's own Community Dev is no customer's: `customer show vendor` shows it.
    for id in installation.customers()?.into_iter().filter(|id| !is_vendor(id)) {
        let customer = installation.customer(&id)?;
        let next = installation.next(&id)?;
        let mut value = json::customer_brief(&customer);
        if let Value::Object(object) = &mut value {
            object.insert("next".to_owned(), context.next_json(&next));
        }
        values.push(value);
        let what = next.first().map_or_else(
            || Cell::from("-"),
            |item| Cell::toned(format!("{}: {}", item.who, item.what), Tone::Waiting),
        );
        table.row([
            id.to_string().into(),
            json::word(&customer.status).into(),
            Cell::number(customer.environments.len() as u64),
            customer.name.into(),
            what,
        ]);
    }
    if context.output().is_json() {
        context.output().value(&Value::Array(values));
        return Ok(());
    }
    if table.is_empty() {
        context.output().talk("there are no customers yet");
        context.output().talk(&format!(
            "next: {}",
            context.command("landfall customer add CUSTOMER --name NAME")
        ));
        return Ok(());
    }
    context.output().table(&table);
    Ok(())
}
