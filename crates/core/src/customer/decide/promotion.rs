use super::{
    super::{Customer, Event, PromotionCounts, State},
    environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::{PackageFacts, PackageKind},
    refusal::{self, Refusal},
};

pub(super) fn start(
    customer: &Customer,
    from: Label,
    to: Label,
    package: &PackageFacts,
    counts: PromotionCounts,
) -> Result<Vec<Event>, Refusal> {
    if (from.kind(), to.kind()) != (Kind::Sandbox, Kind::Preprod)
        || package.kind != PackageKind::Configuration
    {
        return Err(refusal::PROMOTION.because(
            format!("configuration is not promoted from `{from}` to `{to}`"),
            "promote it from `sandbox` to `preprod`; VAL and PROD are built, not changed",
        ));
    }
    for label in [from, to] {
        let there = environment(customer, label)?;
        if there.state != State::InUse {
            return Err(wrong_state(customer, there, "part of a promotion", "in use"));
        }
    }
    if environment(customer, to)?.plan.qualified {
        return Err(refusal::PROMOTION.because(
            format!("`{to}` is qualified; its configuration is not changed by a promotion"),
            "request a change: `landfall record set`",
        ));
    }
    if customer.promotion_to(to).is_some() {
        return Err(refusal::PROMOTION.because(
            format!("a promotion to `{to}` is going on"),
            format!("`landfall configuration promote {}` continues it", customer.id),
        ));
    }
    Ok(vec![Event::PromotionStarted { from, to, package: package.clone(), counts }])
}

pub(super) fn complete(customer: &Customer, to: Label) -> Result<Vec<Event>, Refusal> {
    match customer.promotion_to(to) {
        Some(promotion) => {
            let there = environment(customer, to)?;
            if there.state != State::InUse {
                return Err(wrong_state(customer, there, "part of a promotion", "in use"));
            }
            Ok(vec![Event::ConfigurationPromoted {
                from: promotion.from,
                to,
                package: promotion.package.digest,
                counts: promotion.counts,
            }])
        }
        None => Err(refusal::PROMOTION.because(
            format!("no promotion to `{to}` was begun"),
            format!("`landfall configuration promote {}` begins one", customer.id),
        )),
    }
}
