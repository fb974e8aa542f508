use super::done;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(number: &str, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let view = installation.document(number)?;
    context.confirm(&format!("`{}` will be rejected: nobody can sign it again", view.number))?;
    let view = installation.document_reject(&context.signer()?, number)?;
    let sentence = format!("rejected `{}`", view.number);
    done(context, &installation, &view, sentence)
}
