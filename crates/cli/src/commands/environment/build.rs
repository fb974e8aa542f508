use landfall_core::ids::Address;

use super::{done, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let mut progress = context.progress();
    let built = installation.environment_build(&context.caller(), address, &mut progress)?;
    drop(progress);
    let mut sentence = format!("built `{}`", whole(address));
    for instance in &built.instances {
        let location = installation.directory().join(&instance.location);
        sentence.push_str(&format!("\n  {}: {}", instance.role.title(), location.display()));
    }
    if !built.documents.is_empty() {
        sentence.push_str(&format!("\n  documents: {}", built.documents.join(", ")));
    }
    done(context, &installation, address, sentence, None)
}
