//! A file that is only a part of an ODM file.

use crate::{
    model::{Element, Version},
    names::{Key, Tag},
};

/// Puts the elements around a fragment that belong there; `tag` is its outermost.
pub(super) fn complete(root: Element, tag: Tag, version: Version) -> Element {
    let at = root.at;
    let study = match tag {
        Tag::MetaDataVersion => {
            let oid = format!("S.{}", root.oid().unwrap_or_default());
            let mut study = Element::new(Tag::Study).with(Key::Oid, oid.as_str());
            study.at = at;
            if version.is_2() {
                study
                    .with(Key::StudyName, oid.as_str())
                    .with(Key::ProtocolName, oid.as_str())
                    .holding(root)
            } else {
                let global = Element::new(Tag::GlobalVariables)
                    .holding(Element::new(Tag::StudyName).saying(oid.as_str()))
                    .holding(Element::new(Tag::StudyDescription))
                    .holding(Element::new(Tag::ProtocolName).saying(oid.as_str()));
                study.holding(global).holding(root)
            }
        }
        Tag::Study => root,
        _ => return root,
    };
    let mut odm = Element::new(Tag::Odm).holding(study);
    odm.at = at;
    odm
}
