//! What did not go as planned, and what the IQ concludes.

use landfall_core::{
    customer::{Deviation, Environment},
    entry::Entry,
};
use landfall_documents::iq;
use serde_json::Value;

use super::{About, label_words};

/// Returns the deviations of the environment, in the order in which they were opened.
pub(super) fn deviations(about: &About<'_>, target: &Environment) -> Vec<iq::Deviation> {
    about.state.deviations_of(target.label).map(|deviation| of(about, target, deviation)).collect()
}

fn of(about: &About<'_>, target: &Environment, deviation: &Deviation) -> iq::Deviation {
    let resolution = deviation.resolution.as_ref();
    let stated =
        |text: Option<&String>| text.map_or_else(|| "not stated yet".to_owned(), Clone::clone);
    let approval = deviation.approval.as_ref();
    iq::Deviation {
        number: deviation.name(&about.state.id),
        found_in: found_in(about, target, deviation),
        opened: deviation.opened,
        opened_by: about.person(&deviation.opened_by),
        tests: deviation
            .tests
            .iter()
            .map(|test| iq::FailedTest {
                id: test.id.clone(),
                expected: test.expected.clone(),
                actual: test.actual.clone(),
            })
            .collect(),
        description: deviation.description.clone(),
        impact: stated(resolution.map(|resolution| &resolution.impact)),
        cause: stated(resolution.map(|resolution| &resolution.cause)),
        fix: stated(resolution.map(|resolution| &resolution.fix)),
        fixed_by: resolution.map(|resolution| about.person(&resolution.by)),
        fixed: resolution.map(|resolution| resolution.time),
        retest: match (deviation.retest, deviation.tests.is_empty()) {
            (Some(operation), _) => format!("operation {operation}: the same tests passed"),
            (None, true) => "none: no test had failed".to_owned(),
            (None, false) => "not tested again yet".to_owned(),
        },
        closure: approval.map_or_else(
            || "open".to_owned(),
            |signature| format!("closed on {}", signature.time.human()),
        ),
        approver: approval.map_or_else(String::new, |signature| {
            format!("{} ({})", signature.name, signature.role.title())
        }),
        approved: approval.map(|signature| signature.time),
        meaning: approval.map(|signature| signature.meaning.statement().to_owned()),
        condition: deviation.condition.clone(),
    }
}

/// Says in which operation a deviation was found. A failed build and its deviation are entries of one transaction.
fn found_in(about: &About<'_>, target: &Environment, deviation: &Deviation) -> String {
    let place = label_words(target.label);
    if deviation.tests.is_empty() {
        return format!("opened by hand while {place} was being qualified");
    }
    let entries = &about.material.entries;
    let opened = entries.iter().position(|entry| {
        entry.kind == "customer.deviation-opened" && number_of(entry) == Some(deviation.number)
    });
    let operation = entries
        .iter()
        .take(opened.unwrap_or_default())
        .rev()
        .find(|entry| {
            entry.kind == "customer.build-stopped"
                && super::super::names_label(&entry.body, target.label)
        })
        .and_then(|entry| entry.body.get("operation").and_then(Value::as_u64));
    match operation {
        Some(operation) => format!("operation {operation}, the build of {place}"),
        None => format!("the build of {place}"),
    }
}

/// Tells whether an entry speaks of a deviation of the environment by its number alone.
pub(super) fn concerns(about: &About<'_>, target: &Environment, entry: &Entry) -> bool {
    match entry.kind.as_str() {
        "customer.deviation-resolved"
        | "customer.deviation-retested"
        | "customer.deviation-approved" => about
            .state
            .deviations_of(target.label)
            .any(|deviation| number_of(entry) == Some(deviation.number)),
        _ => false,
    }
}

fn number_of(entry: &Entry) -> Option<u32> {
    entry.body.get("number").and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok())
}

/// Concludes from the tests that failed in the last run and from the deviations, each of which is closed by then.
pub(super) fn conclusion(failed: usize, deviations: &[iq::Deviation]) -> iq::Conclusion {
    let open = deviations.iter().filter(|deviation| deviation.approved.is_none()).count();
    if failed > 0 || open > 0 {
        let open = match open {
            0 => String::new(),
            open => format!(" {open} deviations are open."),
        };
        return iq::Conclusion {
            outcome: iq::Outcome::Rejected,
            conditions: Vec::new(),
            text: format!(
                "{failed} tests did not find what the signed plan expects.{open} The installation is rejected."
            ),
        };
    }
    let conditions: Vec<String> = deviations
        .iter()
        .filter_map(|deviation| {
            let condition = deviation.condition.as_ref()?;
            Some(format!("{}: {condition}", deviation.number))
        })
        .collect();
    let closed = match deviations.len() {
        0 => "there is no deviation".to_owned(),
        1 => "the one deviation is closed by vendor quality".to_owned(),
        several => format!("all {several} deviations are closed by vendor quality"),
    };
    let (outcome, how) = if conditions.is_empty() {
        (iq::Outcome::Accepted, "accepted")
    } else {
        (iq::Outcome::AcceptedWithConditions, "accepted with conditions")
    };
    iq::Conclusion {
        outcome,
        conditions,
        text: format!(
            "Every test found what the signed plan expects, and {closed}. The installation is {how}."
        ),
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::time::Timestamp;

    use super::*;

    fn deviation(condition: Option<&str>, approved: bool) -> iq::Deviation {
        let time = Timestamp::from_seconds(0);
        iq::Deviation {
            number: "ACME-DEV-001".to_owned(),
            found_in: "operation 4, the build of VAL 1".to_owned(),
            opened: time,
            opened_by: "Erik (vendor engineer)".to_owned(),
            tests: Vec::new(),
            description: "the disk was full".to_owned(),
            impact: "none".to_owned(),
            cause: "a full disk".to_owned(),
            fix: "space was made".to_owned(),
            fixed_by: None,
            fixed: None,
            retest: String::new(),
            closure: String::new(),
            approver: String::new(),
            approved: approved.then_some(time),
            meaning: None,
            condition: condition.map(str::to_owned),
        }
    }

    #[test]
    fn closed_deviations_and_their_conditions_decide_the_outcome() {
        let none = conclusion(0, &[]);
        assert_eq!(none.outcome, iq::Outcome::Accepted);
        assert!(none.text.contains("there is no deviation"), "{}", none.text);
        let closed = conclusion(0, &[deviation(None, true), deviation(None, true)]);
        assert_eq!(closed.outcome, iq::Outcome::Accepted);
        assert!(closed.text.contains("all 2 deviations are closed"), "{}", closed.text);
        let conditional = conclusion(0, &[deviation(Some("watch the disk"), true)]);
        assert_eq!(conditional.outcome, iq::Outcome::AcceptedWithConditions);
        assert_eq!(conditional.conditions, ["ACME-DEV-001: watch the disk"]);
    }

    #[test]
    fn an_open_deviation_and_a_failed_test_reject() {
        assert_eq!(conclusion(1, &[]).outcome, iq::Outcome::Rejected);
        let open = conclusion(0, &[deviation(None, false)]);
        assert_eq!(open.outcome, iq::Outcome::Rejected);
    }
}
