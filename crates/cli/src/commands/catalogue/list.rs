use landfall_catalogue::Catalogue;
use serde_json::{Value, json};

use crate::{
    context::Context,
    output::{
        error::Failure,
        table::{Cell, Table},
    },
};

pub(crate) fn run(context: &Context) -> Result<(), Failure> {
    let mut list = Vec::new();
    let mut table = Table::new(["release", "product", "build", "tables", "digest"]);
    for catalogue in in_force(context)? {
        list.push(json!({
            "release": catalogue.release(),
            "product": catalogue.product(),
            "build": catalogue.build(),
            "tables": catalogue.tables().len(),
            "digest": catalogue.digest(),
        }));
        table.row([
            catalogue.release().to_string().into(),
            catalogue.product().into(),
            catalogue.build().into(),
            Cell::number(catalogue.tables().len() as u64),
            catalogue.digest().to_string().into(),
        ]);
    }
    if context.output().is_json() {
        context.output().value(&Value::Array(list));
    } else {
        context.output().table(&table);
    }
    Ok(())
}

/// Returns the catalogues in force where there is a data directory, else those that are built in.
fn in_force(context: &Context) -> Result<Vec<Catalogue>, Failure> {
    if context.data().exists() {
        let installation = context.look()?;
        let catalogues: Result<Vec<_>, _> = installation
            .releases()
            .map(|release| installation.catalogue(release).cloned())
            .collect();
        return Ok(catalogues?);
    }
    let embedded = Catalogue::embedded_releases();
    Ok(embedded.iter().map(Catalogue::embedded).collect::<Result<_, _>>()?)
}
