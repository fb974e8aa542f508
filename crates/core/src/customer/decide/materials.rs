use super::{
    super::{Customer, Event, IterationState, Material, MaterialKind, MaterialName, State},
    Context,
};
use crate::{
    policy::Condition,
    refusal::{self, Refusal},
};

pub(super) fn mark_due(
    customer: &Customer,
    rule: &str,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let live = rule == Condition::ProdIsLive.as_str();
    let materials: Vec<MaterialName> = customer
        .materials
        .iter()
        .filter(|material| material.due.is_none() && material.destroyed.is_none())
        .filter(|material| live || superseded(customer, material))
        .map(Material::named)
        .collect();
    if materials.is_empty() {
        return Ok(Vec::new());
    }
    let days = i64::from(context.policy.outlives.destroy_within_days);
    let destroy_by = context.now.plus_days(days);
    Ok(vec![Event::MaterialsDue { materials, rule: rule.to_owned(), destroy_by }])
}

/// Tells whether a sign-off leaves the material without use: everything but the signed output and the maps that keep
/// ids the same in the final run.
fn superseded(customer: &Customer, material: &Material) -> bool {
    let Some(signed) = customer.signed_iteration() else { return false };
    match material.kind {
        MaterialKind::Dump => true,
        MaterialKind::Package => {
            signed.package.as_ref().map(|package| package.digest.to_string())
                != Some(material.name.clone())
        }
        MaterialKind::Rejects => material.name != signed.number.to_string(),
        MaterialKind::KeyMap => false,
    }
}

pub(super) fn start(customer: &Customer) -> Result<Vec<Event>, Refusal> {
    if let Some(held) = customer
        .environments
        .values()
        .find(|environment| environment.hold.is_some() && environment.state != State::Destroyed)
    {
        return Err(refusal::HELD.because(
            format!(
                "`{}/{}` is under a hold, which keeps the customer's dumps and packages as well",
                customer.id, held.label
            ),
            format!(
                "`landfall environment release {}/{}` with a reason, by quality",
                customer.id, held.label
            ),
        ));
    }
    let materials: Vec<MaterialName> = customer
        .materials
        .iter()
        .filter(|material| material.due.is_some() && material.operation.is_none())
        .map(Material::named)
        .collect();
    if materials.is_empty() {
        return Err(refusal::MATERIALS.because(
            format!("nothing of `{}` is due outside its environments", customer.id),
            format!("`landfall customer due {}` shows what falls due, and when", customer.id),
        ));
    }
    let running = customer.iterations.iter().find(|iteration| {
        let dump = iteration.dump.to_string();
        iteration.state == IterationState::Running && materials.iter().any(|due| due.name == dump)
    });
    if let Some(running) = running {
        return Err(refusal::NEEDED.because(
            format!("iteration {} is still running on what is due", running.number),
            format!("`landfall migration run {}` continues it", customer.id),
        ));
    }
    let waiting = customer.environments.values().find(|environment| {
        let pending = match environment.state {
            State::Requested | State::Building => true,
            State::Built | State::InUse | State::Closed | State::Destroying | State::Destroyed => {
                false
            }
        };
        pending
            && environment.plan.content.packages().iter().any(|package| {
                let name = package.digest.to_string();
                materials.iter().any(|material| material.name == name)
            })
    });
    if let Some(waiting) = waiting {
        return Err(refusal::NEEDED.because(
            format!("`{}/{}` is still to be built from what is due", customer.id, waiting.label),
            "build it, or give it up with `landfall environment close` and a reason",
        ));
    }
    Ok(vec![Event::MaterialsDestructionStarted { operation: customer.operations + 1, materials }])
}

pub(super) fn complete(customer: &Customer, operation: u32) -> Result<Vec<Event>, Refusal> {
    let materials: Vec<MaterialName> = customer
        .materials
        .iter()
        .filter(|material| material.operation == Some(operation) && material.destroyed.is_none())
        .map(Material::named)
        .collect();
    if materials.is_empty() {
        return Err(refusal::MATERIALS.because(
            format!("operation {operation} destroys no dumps or packages"),
            format!("`landfall customer due {}` shows what is due", customer.id),
        ));
    }
    Ok(vec![Event::MaterialsDestroyed { operation, materials }])
}
