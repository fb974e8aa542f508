//! What kind of file it is, by its outermost element.

use crate::{
    finding::{Code, Findings},
    input::Fault,
    model::{Attribute, Name, ODM_1_3, ODM_2_0, Position, Version},
    names::{Key, Tag},
};

const DEFINE: &str = "http://www.cdisc.org/ns/def/";
const DATASET: &str = "http://www.cdisc.org/ns/Dataset-XML/";
const ODM: &str = "http://www.cdisc.org/ns/odm/";

/// The outermost element of a file.
pub(super) struct Root<'a> {
    pub(super) local: &'a str,
    /// The namespace of the element; empty for none.
    pub(super) namespace: &'a str,
    pub(super) attributes: &'a [Attribute],
    pub(super) at: Position,
}

/// What a file is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) version: Version,
    /// `ODM`, or what a fragment begins with.
    pub(super) tag: Tag,
    /// Whether elements without namespace are those of ODM.
    pub(super) no_namespace: bool,
}

/// Says what a file is read as.
///
/// # Errors
/// When it is no ODM file, one of a version that is not read, or one that only looks like it.
pub(super) fn recognise<'a>(
    root: &Root<'a>,
    declared: impl Iterator<Item = &'a str> + Clone,
    findings: &mut Findings,
) -> Result<Kind, Fault> {
    let tag = match root.local {
        "ODM" => Some(Tag::Odm),
        "Study" => Some(Tag::Study),
        "MetaDataVersion" => Some(Tag::MetaDataVersion),
        _ => None,
    };
    if !is_read(root.namespace) && declared.clone().any(|uri| uri.starts_with(DEFINE)) {
        return Err(define(root.namespace));
    }
    if declared.clone().any(|uri| uri.starts_with(DATASET)) {
        return Err(Fault::new(
            Code::DatasetXml,
            "expected a study design in ODM, found Dataset-XML: it holds data, no design; export the design of the study from where the data comes from",
        ));
    }
    let Some(tag) = tag else {
        return Err(not_odm(root));
    };
    let said = version_said(root.attributes);
    let (namespace, no_namespace) = if root.namespace.is_empty() {
        let by_prefix = declared.clone().find(|uri| is_read(uri));
        let by_version = said.and_then(|said| match said {
            "1.3" | "1.3.0" | "1.3.1" | "1.3.2" => Some(ODM_1_3),
            _ if is_2(said) => Some(ODM_2_0),
            _ => None,
        });
        let Some(namespace) = by_prefix.or(by_version) else {
            return Err(match said {
                Some(said) => wrong_version(said),
                None => not_odm(root),
            });
        };
        let why = if by_prefix.is_some() {
            "the file declares it for a prefix only"
        } else {
            "`ODMVersion` says so"
        };
        findings.group(Code::NoNamespace, root.at, "", || {
            format!(
                "expected elements of the namespace `{namespace}`, found elements in none; they were read as of it, because {why}"
            )
        });
        (namespace, true)
    } else {
        (root.namespace, false)
    };
    if !is_read(namespace) {
        return Err(match namespace.strip_prefix(ODM) {
            Some(version) => wrong_namespace(namespace, version),
            None => not_odm(root),
        });
    }
    let version = version(namespace, said, tag, root.at, findings)?;
    if tag != Tag::Odm {
        findings.add(
            Code::Fragment,
            root.at,
            format!(
                "expected `ODM` as the outermost element, found `{tag}`; it was read as a part of ODM {version}, and the elements around it were added"
            ),
        );
    }
    Ok(Kind { version, tag, no_namespace })
}

fn version_said(attributes: &[Attribute]) -> Option<&str> {
    attributes
        .iter()
        .find(|attribute| attribute.name == Name::Odm(Key::OdmVersion))
        .map(|attribute| attribute.value.trim())
}

/// Whether a namespace is that of a version that is read.
pub(super) fn is_read(namespace: &str) -> bool {
    matches!(namespace, ODM_1_3 | ODM_2_0)
}

fn is_2(said: &str) -> bool {
    said == "2" || said == "2.0" || said.starts_with("2.0.") || said.starts_with("2.0-")
}

fn version(
    namespace: &str,
    said: Option<&str>,
    tag: Tag,
    at: Position,
    findings: &mut Findings,
) -> Result<Version, Fault> {
    let version = match (namespace, said) {
        (ODM_1_3, Some("1.3" | "1.3.0")) => Version::V1_3,
        (ODM_1_3, Some("1.3.1")) => Version::V1_3_1,
        (ODM_1_3, None | Some("1.3.2")) => Version::V1_3_2,
        (ODM_2_0, None) => Version::V2_0,
        (ODM_2_0, Some(said)) if is_2(said) => Version::V2_0,
        (_, said) => {
            return Err(Fault::new(
                Code::Version,
                format!(
                    "the namespace `{namespace}` and `ODMVersion=\"{}\"` contradict each other; expected 1.3, 1.3.1 or 1.3.2 with `{ODM_1_3}`, or 2.0 with `{ODM_2_0}`: correct the one that is wrong",
                    said.unwrap_or_default()
                ),
            ));
        }
    };
    let found = match said {
        None if tag == Tag::Odm => "none".to_owned(),
        // A draft or a later edition.
        Some(said) if version.is_2() && said != "2.0" && said != "2" => format!("`{said}`"),
        None | Some(_) => return Ok(version),
    };
    findings.add(
        Code::NoVersion,
        at,
        format!(
            "expected `ODMVersion` to be that of a version that is read, found {found}; read as {version} by the namespace"
        ),
    );
    Ok(version)
}

/// A namespace of CDISC that is not known: mistyped, or that of another version.
fn wrong_namespace(namespace: &str, rest: &str) -> Fault {
    let said = rest.trim_start_matches('v').trim_end_matches('/');
    let right = if said.starts_with("1.3") {
        ODM_1_3
    } else if is_2(said) {
        ODM_2_0
    } else {
        return wrong_version(said);
    };
    Fault::new(
        Code::Version,
        format!("expected the namespace `{right}`, found `{namespace}`; correct the namespace"),
    )
}

fn wrong_version(said: &str) -> Fault {
    Fault::new(
        Code::Version,
        format!(
            "expected ODM 1.3, 1.3.1, 1.3.2 or 2.0, found {said}; have it exported in one of these"
        ),
    )
}

fn not_odm(root: &Root<'_>) -> Fault {
    let space = if root.namespace.is_empty() {
        "no namespace".to_owned()
    } else {
        format!("the namespace `{}`", root.namespace)
    };
    let next = if root.local == "ODM" && root.namespace.is_empty() {
        "ODM before 1.2 has none and is not read, and this file names no version: have it exported as 1.3.2 or 2.0".to_owned()
    } else {
        match error_of(root.attributes) {
            Some(error) => format!("it tells of an error, `{error}`: ask for the file again"),
            None => "is it the right file?".to_owned(),
        }
    };
    Fault::new(
        Code::NotOdm,
        format!(
            "expected `ODM` in the namespace `{ODM_1_3}` or `{ODM_2_0}`, found `{}` in {space}; {next}",
            root.local
        ),
    )
}

/// The error of which a system tells in place of the file that it was asked for.
pub(super) fn error_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.name {
        Name::Other(name)
            if matches!(name.local.as_str(), "ErrorDescription" | "ErrorClientResponseMessage") =>
        {
            Some(attribute.value.chars().take(200).collect())
        }
        Name::Odm(_) | Name::Other(_) => None,
    })
}

/// The refusal of a Define-XML file.
pub(super) fn define(namespace: &str) -> Fault {
    let version = namespace.strip_prefix(ODM).map(|version| version.trim_start_matches('v'));
    let what = version.map(|version| format!(", built on ODM {version}"));
    Fault::new(
        Code::DefineXml,
        format!(
            "expected a study design in ODM, found Define-XML{}: it describes datasets of a submission, no forms; export the design from where the study was designed",
            what.unwrap_or_default()
        ),
    )
}

/// Whether an attribute of that name is the mark of Define-XML.
pub(super) fn marks_define(namespace: &str, local: &str) -> bool {
    local == "DefineVersion" && is_define(namespace)
}

/// Whether a namespace is one of Define-XML.
pub(super) fn is_define(namespace: &str) -> bool {
    namespace.starts_with(DEFINE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QName;

    fn kind(
        local: &str,
        namespace: &str,
        version: Option<&str>,
        declared: &[&'static str],
    ) -> Result<(Kind, Vec<Code>), Code> {
        let attributes: Vec<_> = version
            .map(|version| Attribute { name: Name::Odm(Key::OdmVersion), value: version.into() })
            .into_iter()
            .collect();
        let mut findings = Findings::new(10);
        let root = Root { local, namespace, attributes: &attributes, at: Position::default() };
        let declared: Vec<&str> = declared.iter().copied().chain([namespace]).collect();
        recognise(&root, declared.iter().copied(), &mut findings)
            .map(|kind| (kind, findings.into_list().iter().map(|finding| finding.code).collect()))
            .map_err(|fault| fault.code)
    }

    #[test]
    fn versions_are_known_by_namespace_and_attribute() {
        for (namespace, said, expected, codes) in [
            (ODM_1_3, Some("1.3"), Version::V1_3, vec![]),
            (ODM_1_3, Some("1.3.1"), Version::V1_3_1, vec![]),
            (ODM_1_3, Some(" 1.3.2 "), Version::V1_3_2, vec![]),
            (ODM_1_3, None, Version::V1_3_2, vec![Code::NoVersion]),
            (ODM_2_0, Some("2.0"), Version::V2_0, vec![]),
            (ODM_2_0, Some("2.0.1"), Version::V2_0, vec![Code::NoVersion]),
            (ODM_2_0, Some("2.0-beta"), Version::V2_0, vec![Code::NoVersion]),
            ("", Some("1.3.2"), Version::V1_3_2, vec![Code::NoNamespace]),
        ] {
            let (kind, found) = kind("ODM", namespace, said, &[]).unwrap();
            assert_eq!((kind.version, found), (expected, codes));
        }
        let (prefix_only, _) = kind("ODM", "", None, &[ODM_2_0]).unwrap();
        assert_eq!((prefix_only.version, prefix_only.no_namespace), (Version::V2_0, true));
        let (fragment, codes) = kind("MetaDataVersion", ODM_2_0, None, &[]).unwrap();
        assert_eq!((fragment.tag, codes), (Tag::MetaDataVersion, vec![Code::Fragment]));
    }

    #[test]
    fn others_are_refused_by_what_they_are() {
        const OLD: &str = "http://www.cdisc.org/ns/odm/v1.2";
        const DEFINE_2: &str = "http://www.cdisc.org/ns/def/v2.0";
        const DATASET_1: &str = "http://www.cdisc.org/ns/Dataset-XML/v1.0";
        for (local, namespace, said, declared, code) in [
            ("html", "http://www.w3.org/1999/xhtml", None, &[][..], Code::NotOdm),
            ("ODM", "urn:mine", Some("1.3.2"), &[][..], Code::NotOdm),
            ("ODM", "", None, &[][..], Code::NotOdm),
            ("ODM", "", Some("1.1"), &[][..], Code::Version),
            ("ODM", OLD, Some("1.2"), &[][..], Code::Version),
            ("ODM", ODM_1_3, Some("2.0"), &[][..], Code::Version),
            ("ODM", ODM_2_0, Some("1.3.2"), &[][..], Code::Version),
            ("ODM", OLD, Some("1.2"), &[DEFINE_2][..], Code::DefineXml),
            ("ODM", ODM_1_3, Some("1.3.2"), &[DATASET_1][..], Code::DatasetXml),
        ] {
            assert_eq!(kind(local, namespace, said, declared).unwrap_err(), code, "{namespace}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong_with_namespace_and_version() {
        let told = |namespace: &str, attribute: Option<(&str, &str)>| {
            let attributes: Vec<_> = attribute
                .map(|(local, value)| {
                    let name = QName { namespace: "urn:m".into(), local: local.into() };
                    Attribute { name: Name::Other(Box::new(name)), value: value.into() }
                })
                .into_iter()
                .collect();
            let root =
                Root { local: "ODM", namespace, attributes: &attributes, at: Position::default() };
            recognise(&root, [namespace].into_iter(), &mut Findings::new(10)).unwrap_err().message
        };
        for mistyped in ["http://www.cdisc.org/ns/odm/v1.3.2", "http://www.cdisc.org/ns/odm/v1.3/"]
        {
            assert_eq!(
                told(mistyped, None),
                format!(
                    "expected the namespace `{ODM_1_3}`, found `{mistyped}`; correct the namespace"
                )
            );
        }
        let old = told("http://www.cdisc.org/ns/odm/v1.2", None);
        assert!(old.contains("found 1.2; have it exported"), "{old}");
        let later = told("http://www.cdisc.org/ns/odm/v2.1", None);
        assert!(later.contains("found 2.1; have it exported"), "{later}");
        let none = told("", None);
        assert!(none.contains("ODM before 1.2 has none and is not read"), "{none}");
        let error = told("urn:mine", Some(("ErrorDescription", "Incorrect login")));
        assert!(error.contains("`Incorrect login`: ask for the file again"), "{error}");
        assert!(define(ODM_1_3).message.contains("Define-XML, built on ODM 1.3:"));
    }
}
