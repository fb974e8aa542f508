use landfall_core::{
    customer::{DocumentKind, Subject},
    environment::Kind,
    ids::{CustomerId, Label},
};

use crate::{commands::document::made, context::Context, output::error::Failure};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let about = Subject::Environment(Label::single(Kind::Prod));
    let number =
        installation.document_make(&context.caller(), id, DocumentKind::GoLiveRecord, about)?;
    made(context, &installation, &number, format!("the go-live record of `{id}` is `{number}`"))
}
