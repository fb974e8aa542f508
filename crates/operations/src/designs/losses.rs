//! Losses: what a conversion or a writer of ODM names one by one, put together by kind.

use landfall_odm::Loss;

use super::{NotHeld, not_held::Gathered};

/// Puts losses of one kind together, each kind with its first places.
pub(crate) fn grouped<'l>(losses: impl IntoIterator<Item = &'l Loss>) -> Vec<NotHeld> {
    let mut gathered = Gathered::default();
    for loss in losses {
        let (element, around) = place(&loss.place);
        let (what, value) = piece(&loss.what);
        let subject =
            if what == element { element.to_owned() } else { format!("{element}, {what}") };
        let kind = format!("{subject} {}: {}", loss.fate, without_value(&loss.why).0);
        // A label that the place has already is not said again.
        let value = value.filter(|value| !loss.place.contains(&format!("`{value}`")));
        let value = value.map_or_else(String::new, |value| format!(": `{value}`"));
        let at = if loss.at.line > 0 { format!(" at {}", loss.at) } else { String::new() };
        gathered.note(kind, &format!("{around}{value}{at}"));
    }
    gathered.finish()
}

/// Parts a place into the name of its element and where it stands: its own label, or what is around it.
fn place(place: &str) -> (&str, &str) {
    let (element, rest) = place.split_once(' ').unwrap_or((place, ""));
    let label = rest.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    let around = match label.filter(|label| !label.contains('`')) {
        Some(label) => label,
        None => rest.strip_prefix("in ").unwrap_or(rest),
    };
    (element, if around.is_empty() { element } else { around })
}

/// Parts what was lost into its kind and its value: ``attribute `Core` `` and `HR`.
fn piece(what: &str) -> (String, Option<&str>) {
    match what.split_once("` = `") {
        Some((name, value)) if name.starts_with("attribute `") => {
            (format!("{name}`"), Some(value.strip_suffix('`').unwrap_or(value)))
        }
        Some(_) | None => without_value(what),
    }
}

/// Takes what stands between backticks out of a text.
fn without_value(text: &str) -> (String, Option<&str>) {
    let (Some(first), Some(last)) = (text.find('`'), text.rfind('`')) else {
        return (text.to_owned(), None);
    };
    let (Some(before), Some(value), Some(after)) =
        (text.get(..first), text.get(first + 1..last), text.get(last + 1..))
    else {
        return (text.to_owned(), None);
    };
    (format!("{}{after}", before.trim_end()), Some(value))
}

#[cfg(test)]
mod tests {
    use landfall_odm::{Fate, Position};

    use super::*;

    fn loss(place: &str, what: &str, why: &str, line: u32) -> Loss {
        Loss {
            fate: Fate::Lost,
            place: place.to_owned(),
            what: what.to_owned(),
            why: why.to_owned(),
            at: Position { line, column: 7 },
        }
    }

    #[test]
    fn losses_of_one_kind_stand_together_and_no_name_stands_twice() {
        let none = "ODM 1.3.2 has no place for it in a MetaDataVersion";
        let other = "the element that had it has another shape in the other version";
        let code = "Coding `urn:c` in ItemDef `I.1`";
        let found = grouped(&[
            loss("WorkflowDef `WF.1`", "WorkflowDef `WF.1`", none, 3),
            loss("WorkflowDef `WF.2`", "WorkflowDef `WF.2`", none, 4),
            loss("Prompt in ItemDef `I.1`", "Prompt `Weight`", "no place", 5),
            loss("Standards in MetaDataVersion `V`", "Standards", none, 0),
            loss(code, "attribute `SystemName` = `CDISC `CT``", other, 6),
            loss("ItemDef `I.2`", "the groups in it", "they stand in the form `F.1`", 0),
            loss("ODM", "text `a`", "the element holds no text", 1),
        ]);
        let said: Vec<(&str, u64, String)> =
            found.iter().map(|one| (one.what.as_str(), one.count, one.at.join("; "))).collect();
        let coding = format!("Coding, attribute `SystemName` lost: {other}");
        let workflow = format!("WorkflowDef lost: {none}");
        let standards = format!("Standards lost: {none}");
        assert_eq!(
            said,
            [
                (coding.as_str(), 1, "`urn:c` in ItemDef `I.1`: `CDISC `CT`` at 6:7".to_owned()),
                ("ItemDef, the groups in it lost: they stand in the form", 1, "I.2".to_owned()),
                ("ODM, text lost: the element holds no text", 1, "ODM: `a` at 1:7".to_owned()),
                ("Prompt lost: no place", 1, "ItemDef `I.1`: `Weight` at 5:7".to_owned()),
                (standards.as_str(), 1, "MetaDataVersion `V`".to_owned()),
                (workflow.as_str(), 2, "WF.1 at 3:7; WF.2 at 4:7".to_owned()),
            ]
        );
    }
}
