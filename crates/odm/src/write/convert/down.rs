//! From 2.0 to 1.3.2.

use std::collections::{HashMap, HashSet};

use super::{
    EXTERNAL_CODE_LIST, EXTERNAL_QUESTION, MADE_FOR, NEW, OLD, dissolve, down_forms, down_protocol,
    down_units, exchange, oids, set_aside,
};
use crate::{
    model::{Content, EcoString, Element, Version},
    names::{Key, Tag},
    write::{
        fit::described,
        report::{Fate, Notes, Place},
        tree::{
            alias, aliased, each, push_all, rename, rename_attribute, take, take_alias, take_all,
            take_if,
        },
    },
};

pub(super) fn odm(root: &mut Element, notes: &mut Notes) {
    let place = Place::top(root);
    if let Some(text) = one_text(&take(root, Tag::Description), &place, notes) {
        root.set(Key::Description, text);
    }
    if root.get(Key::Context) == Some("Archive") {
        root.remove(Key::Context);
        root.set(Key::Archival, "Yes");
    }
    for child in root.elements_mut().filter(|child| child.is(Tag::Study)) {
        let inner = place.in_it(child);
        study(child, &inner, notes);
    }
    oids::join(root);
    each(root, &mut |element| {
        if element.is(Tag::TranslatedText) && element.get(Key::Type) == Some("text/plain") {
            element.remove(Key::Type);
        }
    });
}

/// The one text that stands for a description where 1.3.2 has an attribute or one element.
fn one_text(descriptions: &[Element], place: &Place<'_>, notes: &mut Notes) -> Option<EcoString> {
    let texts: Vec<&Element> =
        descriptions.iter().flat_map(|one| one.children(Tag::TranslatedText)).collect();
    let in_language = |wanted: fn(Option<&str>) -> bool| {
        texts.iter().position(|text| wanted(text.get(Key::Lang)))
    };
    let chosen = in_language(|language| language.is_none())
        .or_else(|| in_language(|language| language.is_some_and(|code| code.starts_with("en"))))
        .unwrap_or_default();
    for (index, text) in texts.iter().enumerate() {
        let language = text.get(Key::Lang);
        if index != chosen {
            let what = format!("description `{}`", text.text());
            let why = "1.3.2 has one text here, in no language";
            notes.add(Fate::Lost, &place.in_it(text), what, why);
        } else if let Some(language) = language {
            let what = format!("the language `{language}` of the description");
            notes.add(Fate::Lost, place, what, "1.3.2 has one text here, in no language");
        }
    }
    for description in descriptions {
        dissolve_texts(description, place, notes);
    }
    (!descriptions.is_empty())
        .then(|| texts.get(chosen).map_or_else(EcoString::new, |text| text.text()))
}

/// Notes vendors' own in a description of which only the text stays.
fn dissolve_texts(description: &Element, place: &Place<'_>, notes: &mut Notes) {
    let mut bare = description.clone();
    take(&mut bare, Tag::TranslatedText);
    dissolve(&bare, &[], place, notes);
    for text in description.children(Tag::TranslatedText) {
        dissolve(text, &[Key::Lang, Key::Type], place, notes);
    }
}

fn study(study: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    let mut globals = Element::new(Tag::GlobalVariables);
    if let Some(name) = study.remove(Key::StudyName) {
        globals.push(Element::new(Tag::StudyName).saying(name));
    }
    let text = one_text(&take(study, Tag::Description), place, notes).unwrap_or_default();
    globals.push(Element::new(Tag::StudyDescription).saying(text));
    if let Some(name) = study.remove(Key::ProtocolName) {
        globals.push(Element::new(Tag::ProtocolName).saying(name));
    }
    let mut units = down_units::Units::default();
    for child in study.elements_mut().filter(|child| child.is(Tag::MetaDataVersion)) {
        let inner = place.in_it(child);
        version(child, &mut units, &inner, notes);
    }
    study.push(globals);
    let units = units.into_elements();
    if !units.is_empty() {
        let mut basic = Element::new(Tag::BasicDefinitions);
        push_all(&mut basic, units);
        study.push(basic);
    }
}

fn version(
    version: &mut Element,
    units: &mut down_units::Units,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    if let Some(text) = one_text(&take(version, Tag::Description), place, notes) {
        version.set(Key::Description, text);
    }
    down_units::take_back(version, units, place, notes);
    comments(version, place, notes);
    let imputations: HashSet<EcoString> = version
        .children(Tag::MethodDef)
        .filter(|method| is_imputation(method))
        .filter_map(|method| method.oid().map(EcoString::from))
        .collect();
    for child in version.elements_mut() {
        let inner = place.in_it(child);
        match child.tag() {
            Some(Tag::ItemGroupDef) => group(child, &imputations, &inner, notes),
            Some(Tag::ItemDef) => item(child, &inner, notes),
            Some(Tag::CodeList) => list(child, &inner, notes),
            Some(Tag::MethodDef) if is_imputation(child) => imputation(child),
            Some(Tag::ConditionDef | Tag::MethodDef) => method(child, &inner, notes),
            Some(Tag::StudyEventDef) => codings(child, &inner, notes),
            _ => {}
        }
    }
    down_forms::flatten(version, place, notes);
    down_protocol::flatten(version, place, notes);
    set_aside(version, Version::V1_3_2, place, notes);
}

fn is_imputation(method: &Element) -> bool {
    aliased(method, MADE_FOR) == Some(Tag::ImputationMethod.as_str())
}

/// Puts the text of a comment where it is referred to. Items and groups have a place for it, but not
/// forms; a comment that nothing takes stays, to be lost.
fn comments(version: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    let defs: HashMap<EcoString, Element> = version
        .children(Tag::CommentDef)
        .filter_map(|def| Some((def.oid()?.into(), def.clone())))
        .collect();
    if defs.is_empty() {
        return;
    }
    let mut used = HashSet::new();
    for child in version.elements_mut() {
        let takes = child.is(Tag::ItemDef)
            || (child.is(Tag::ItemGroupDef) && child.get(Key::Type) != Some("Form"));
        let def = child.get(Key::CommentOid).and_then(|oid| defs.get(oid));
        let Some(def) = def.filter(|_| takes) else { continue };
        let inner = place.in_it(def);
        let descriptions: Vec<Element> = def.children(Tag::Description).cloned().collect();
        let text = one_text(&descriptions, &inner, notes).unwrap_or_default();
        child.remove(Key::CommentOid);
        child.set(Key::Comment, text);
        used.extend(def.oid().map(EcoString::from));
    }
    let taken = take_if(version, |child| {
        child.is(Tag::CommentDef) && child.oid().is_some_and(|oid| used.contains(oid))
    });
    for mut def in taken {
        take(&mut def, Tag::Description);
        dissolve(&def, &[Key::Oid], place, notes);
    }
}

/// What a group of items and a form have alike; forms are told apart afterwards.
fn group(
    group: &mut Element,
    imputations: &HashSet<EcoString>,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    match group.get(Key::Repeating) {
        Some("Simple") => group.set(Key::Repeating, "Yes"),
        Some("Dynamic" | "Static") => {
            exchange(group, Key::Repeating, (NEW, OLD), Some("Yes"), place, notes);
        }
        _ => {}
    }
    if group.get(Key::Type) == Some("Section") {
        group.remove(Key::Type);
    }
    let short = group.get(Key::DatasetName).is_some_and(|name| {
        name.len() <= 8
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if short {
        rename_attribute(group, Key::DatasetName, Key::SasDatasetName);
    }
    for reference in group.elements_mut().filter(|child| child.is(Tag::ItemRef)) {
        if reference.get(Key::MethodOid).is_some_and(|oid| imputations.contains(oid)) {
            rename_attribute(reference, Key::MethodOid, Key::ImputationMethodOid);
        }
    }
    codings(group, place, notes);
}

fn item(item: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for (_, role) in take_numbered(item, Tag::Role) {
        item.push(Element::new(Tag::Role).saying(role));
    }
    let units: HashMap<usize, EcoString> =
        take_numbered(item, Tag::RangeCheck).into_iter().collect();
    let checks = item.elements_mut().filter(|child| child.is(Tag::RangeCheck));
    for (index, check) in (1..).zip(checks) {
        expressions(check, place, notes);
        take_if(check, |child| child.is(Tag::MethodSignature) && child.content == Content::Empty);
        if let Some(oid) = units.get(&index) {
            let reference = Element::new(Tag::MeasurementUnitRef);
            check.push(reference.with(Key::MeasurementUnitOid, oid.clone()));
        }
    }
    if item.get(Key::DataType) == Some("decimal") {
        exchange(item, Key::DataType, (NEW, OLD), Some("float"), place, notes);
    }
    let questions = take_if(item, |child| {
        child.is(Tag::Coding) && child.get(Key::System) == Some(EXTERNAL_QUESTION)
    });
    for mut question in questions {
        rename(&mut question, Tag::ExternalQuestion);
        question.remove(Key::System);
        rename_attribute(&mut question, Key::SystemName, Key::Dictionary);
        rename_attribute(&mut question, Key::SystemVersion, Key::Version);
        item.push(question);
    }
    codings(item, place, notes);
}

/// Takes out the aliases that hold numbered pieces of an item, in the order of the numbers.
fn take_numbered(item: &mut Element, tag: Tag) -> Vec<(usize, EcoString)> {
    let prefix = format!("{OLD}{tag}:");
    let number = |child: &Element| -> Option<usize> {
        let rest = child.get(Key::Context)?.strip_prefix(&prefix)?;
        rest.split(':').next()?.parse().ok()
    };
    let taken = take_if(item, |child| child.is(Tag::Alias) && number(child).is_some());
    let mut found: Vec<_> = taken
        .into_iter()
        .filter_map(|mut alias| Some((number(&alias)?, alias.remove(Key::Name)?)))
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found
}

fn list(list: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    if list.get(Key::DataType) == Some("decimal") {
        list.set(Key::DataType, "float");
    }
    let bare = list.child(Tag::CodeListItem).is_none();
    let mut there = false;
    let outside = take_if(list, |child| {
        let ours = child.get(Key::System) == Some(EXTERNAL_CODE_LIST);
        let takes = child.is(Tag::Coding) && !there && (ours || bare);
        there |= takes;
        takes
    });
    for mut outside in outside {
        rename(&mut outside, Tag::ExternalCodeList);
        let system = outside.remove(Key::System).filter(|system| system != EXTERNAL_CODE_LIST);
        rename_attribute(&mut outside, Key::SystemName, Key::Dictionary);
        rename_attribute(&mut outside, Key::SystemVersion, Key::Version);
        if let Some(system) = system {
            if outside.get(Key::Dictionary).is_none() {
                outside.set(Key::Dictionary, system);
            } else {
                let why = "an ExternalCodeList of 1.3.2 has the name of the dictionary only";
                notes.add(Fate::Lost, place, format!("the system `{system}` of the list"), why);
            }
        }
        for key in [Key::Href, Key::Ref] {
            let context = format!("{OLD}{}:{key}", Tag::ExternalCodeList);
            if let Some(value) = take_alias(list, &context) {
                outside.set(key, value);
            }
        }
        list.push(outside);
    }
    codings(list, place, notes);
    let decoded = list.children(Tag::CodeListItem).any(|item| item.child(Tag::Decode).is_some());
    for item in list.elements_mut().filter(|child| child.is(Tag::CodeListItem)) {
        let inner = place.in_it(item);
        codings(item, &inner, notes);
        if !decoded {
            rename(item, Tag::EnumeratedItem);
        }
    }
}

/// Turns every coding into an alias: the system is its context, the code its name.
fn codings(element: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    let mut contexts: HashSet<EcoString> = element
        .children(Tag::Alias)
        .filter_map(|alias| alias.get(Key::Context).map(EcoString::from))
        .collect();
    for coding in take(element, Tag::Coding) {
        let inner = place.in_it(&coding);
        let pair = coding.get(Key::System).zip(coding.get(Key::Code));
        let free = pair.filter(|(system, _)| contexts.insert(EcoString::from(*system)));
        let Some((system, code)) = free else {
            let why =
                "1.3.2 has aliases instead, one of a context; this has no code, or there is one";
            notes.add(Fate::Lost, &inner, described(&coding), why);
            continue;
        };
        let why = format!("it stands in an alias of context `{system}`");
        notes.add(Fate::Aside, &inner, format!("code `{code}`"), why);
        element.push(alias(system, code));
        dissolve(&coding, &[Key::System, Key::Code], place, notes);
    }
}

/// A condition or method.
fn method(method: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    take_if(method, |child| child.is(Tag::MethodSignature) && child.content == Content::Empty);
    if method.get(Key::Type) == Some("Preload") {
        exchange(method, Key::Type, (NEW, OLD), Some("Other"), place, notes);
    }
    expressions(method, place, notes);
}

fn imputation(method: &mut Element) {
    take_alias(method, MADE_FOR);
    let text = take(method, Tag::Description)
        .first()
        .and_then(|one| one.child(Tag::TranslatedText))
        .map_or_else(EcoString::new, Element::text);
    take_if(method, |child| child.is(Tag::MethodSignature) && child.content == Content::Empty);
    method.remove(Key::Name);
    method.remove(Key::Type);
    rename(method, Tag::ImputationMethod);
    let others = take_all(method);
    *method = std::mem::replace(method, Element::new(Tag::ImputationMethod)).saying(text);
    push_all(method, others);
}

/// Makes the code of every expression its text.
fn expressions(element: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for expression in element.elements_mut().filter(|child| child.is(Tag::FormalExpression)) {
        let mut text = EcoString::new();
        for code in take(expression, Tag::Code) {
            dissolve(&code, &[], place, notes);
            text.push_str(&code.text());
        }
        for library in take(expression, Tag::ExternalCodeLib) {
            let what = format!("code of library `{}`", library.get(Key::Library).unwrap_or("?"));
            let why = "1.3.2 has the code itself only";
            notes.add(Fate::Lost, &place.in_it(expression), what, why);
        }
        let others = take_all(expression);
        if !text.is_empty() {
            expression.content = Content::Text(text);
        }
        push_all(expression, others);
    }
}
