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
    for release in Catalogue::embedded_releases() {
        let catalogue = Catalogue::embedded(&release)?;
        list.push(json!({
            "release": release,
            "product": catalogue.product(),
            "build": catalogue.build(),
            "tables": catalogue.tables().len(),
            "digest": catalogue.digest(),
        }));
        table.row([
            release.to_string().into(),
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
