//! Checks the list of test volunteers. Their external ids are counted and never shown: they may be those of people.

use std::collections::BTreeSet;

use super::Checking;
use crate::{spec::model::RuleName, test_volunteers};

pub(super) fn check(checking: &mut Checking<'_, '_>) {
    let model = checking.spec.model();
    if model.test_volunteers.is_empty() {
        return;
    }
    if let Err(message) = test_volunteers::check_number(&model.test_volunteers) {
        checking.problem(message);
    }
    let mut seen = BTreeSet::new();
    let mut twice = 0_usize;
    let mut empty = 0_usize;
    for id in model.test_volunteers.iter().map(|id| id.trim()) {
        if id.is_empty() {
            empty += 1;
        } else if !seen.insert(id) {
            twice += 1;
        }
    }
    if twice > 0 {
        checking.problem(format!(
            "expected every one of the `test_volunteers` once, found {twice} that repeat an earlier one; remove them"
        ));
    }
    if empty > 0 {
        checking.problem(format!(
            "expected an external id in every place of `test_volunteers`, found {empty} without a text; remove them"
        ));
    }
    let Some((table, key)) = test_volunteers::volunteers(checking.catalogue) else {
        checking.problem(
            "expected a release with a table of volunteers that have an external id, because there are `test_volunteers`, found none; remove them"
                .to_owned(),
        );
        return;
    };
    let fills = model.section.iter().any(|section| {
        section.target == table.name
            && section
                .field
                .iter()
                .any(|field| field.target == key.name && field.rule != RuleName::Ignore)
    });
    if !fills {
        checking.problem(format!(
            "expected a section with target `{}` that fills `{}`, because there are `test_volunteers`, found none; add the field, or remove them",
            table.name, key.name
        ));
    }
}
