use super::{
    super::{Customer, Document, DocumentKind, Event, State},
    Context, environment,
};
use crate::{
    digest::Digest,
    environment::Kind,
    ids::Label,
    person::{Person, Role},
    refusal::{self, Refusal},
    signature::{self, Meaning, Record, Signature},
};

/// Finds the document that a command names.
pub(super) fn find<'a>(customer: &'a Customer, number: &str) -> Result<&'a Document, Refusal> {
    customer.documents.get(number).ok_or_else(|| {
        refusal::DOCUMENT_UNKNOWN.because(
            format!("customer `{}` has no document `{number}`", customer.id),
            format!("`landfall document list {}` shows its documents", customer.id),
        )
    })
}

#[expect(clippy::too_many_arguments, reason = "each is one fact of the command")]
pub(super) fn freeze(
    customer: &Customer,
    kind: DocumentKind,
    label: Label,
    is_plan: bool,
    facts: Digest,
    failed_checks: u32,
    head: Digest,
    _context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let number = match kind {
        DocumentKind::Iq => {
            if !target.plan.qualified {
                return Err(refusal::IQ_KIND.because(
                    format!(
                        "no IQ is made for `{}/{label}`: {} gets none",
                        customer.id,
                        match label.kind() {
                            Kind::Val => "an informal VAL",
                            Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod
                            | Kind::Prod | Kind::CommunityDev => label.kind().title(),
                        }
                    ),
                    "request a formal VAL, or see the operation's record: `landfall operation show`",
                ));
            }
            match (&target.iq, is_plan, target.state) {
                (None, true, State::Requested) => customer.next_document(kind),
                // Facts are frozen once: what is signed never changes under its signatures.
                (Some(number), false, State::Built)
                    if customer.documents.get(number).is_some_and(|d| d.facts.is_none()) =>
                {
                    number.clone()
                }
                (
                    None | Some(_),
                    true | false,
                    State::Requested
                    | State::Building
                    | State::Built
                    | State::InUse
                    | State::Closed
                    | State::Destroying
                    | State::Destroyed,
                ) => {
                    return Err(super::wrong_state(
                        customer,
                        target,
                        "documented",
                        "requested (plan) or built (report)",
                    ));
                }
            }
        }
        DocumentKind::MaskingCertificate => {
            if target.plan.key.is_none() || !target.state.has_content() {
                return Err(super::wrong_state(
                    customer,
                    target,
                    "certified as masked",
                    "built with masked volunteers",
                ));
            }
            customer.next_document(kind)
        }
        DocumentKind::DestructionCertificate => match target.state {
            State::Destroyed => customer.next_document(kind),
            State::Requested
            | State::Building
            | State::Built
            | State::InUse
            | State::Closed
            | State::Destroying => {
                return Err(super::wrong_state(
                    customer,
                    target,
                    "certified as destroyed",
                    "destroyed",
                ));
            }
        },
    };
    Ok(vec![Event::DocumentFrozen { number, kind, label, is_plan, facts, failed_checks, head }])
}

pub(super) fn sign(
    customer: &Customer,
    number: &str,
    meaning: Meaning,
    shown: Digest,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let document = find(customer, number)?;
    let person = context.person()?;
    let (record, digest, given) = stage(customer, document)?;
    if document.rejection.is_some() {
        return Err(refusal::ALREADY_REJECTED.because(
            format!("document `{number}` was rejected and is not signed any more"),
            format!("`landfall document show {number}` shows why"),
        ));
    }
    if shown != digest {
        return Err(refusal::OTHER_CONTENT.because(
            format!(
                "document `{number}` has facts {}, the signature was given for {}",
                digest.short(),
                shown.short()
            ),
            "read the document again and sign what it says now",
        ));
    }
    let asked = signature::required(record);
    if !asked.contains(&(meaning, person.role)) {
        let list: Vec<_> = asked
            .iter()
            .map(|(meaning, role)| format!("{} by {}", meaning.as_str(), role.title()))
            .collect();
        return Err(refusal::SIGNATURE_NOT_ASKED.because(
            format!(
                "document `{number}` is not signed as {} by a {}",
                meaning.as_str(),
                person.role.title()
            ),
            format!("it takes: {}", list.join("; ")),
        ));
    }
    not_twice(given, person, meaning)?;
    independent(customer, document, person, meaning)?;
    if record == Record::IqReport
        && document.failed_checks > 0
        && meaning == Meaning::ReportApproval
    {
        return Err(refusal::CHECK_FAILED.because(
            format!("document `{number}` reports {} failed checks", document.failed_checks),
            "reject the report, mend the cause and build again",
        ));
    }
    Ok(vec![Event::DocumentSigned {
        number: number.to_owned(),
        signature: context.signature(meaning, digest)?,
    }])
}

/// Returns which record of the document is open for signing, its digest and the signatures given.
fn stage<'a>(
    customer: &Customer,
    document: &'a Document,
) -> Result<(Record, Digest, &'a [Signature]), Refusal> {
    match (document.kind, document.plan, document.facts) {
        (DocumentKind::Iq, Some(plan), None) => {
            Ok((Record::IqPlan, plan, &document.plan_signatures))
        }
        (DocumentKind::Iq, _, Some(facts)) => Ok((Record::IqReport, facts, &document.signatures)),
        (DocumentKind::Iq, None, None)
        | (DocumentKind::MaskingCertificate | DocumentKind::DestructionCertificate, _, _) => {
            Err(refusal::SIGNATURE_NOT_ASKED.because(
                format!("document `{}` takes no signature: it states facts", document.number),
                format!(
                    "`landfall document verify {}` checks it; customer `{}`",
                    document.number, customer.id
                ),
            ))
        }
    }
}

pub(super) fn reject(
    customer: &Customer,
    number: &str,
    shown: Digest,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let document = find(customer, number)?;
    context.reason("rejecting a document")?;
    let (record, digest, given) = stage(customer, document)?;
    if shown != digest {
        return Err(refusal::OTHER_CONTENT.because(
            format!(
                "document `{number}` has facts {}, the rejection was given for {}",
                digest.short(),
                shown.short()
            ),
            "read the document again",
        ));
    }
    if document.rejection.is_some() || signature::awaited(record, given).is_empty() {
        return Err(refusal::ALREADY_REJECTED.because(
            format!("document `{number}` is rejected or fully signed already"),
            format!("`landfall document show {number}` shows by whom"),
        ));
    }
    let person = context.person()?;
    let meaning = signature::awaited(record, given)
        .into_iter()
        .find(|(_, role)| *role == person.role)
        .map(|(meaning, _)| meaning)
        .ok_or_else(|| {
            refusal::SIGNATURE_NOT_ASKED.because(
                format!("document `{number}` awaits no signature of a {}", person.role.title()),
                format!("`landfall document show {number}` says whose signature is awaited"),
            )
        })?;
    Ok(vec![Event::DocumentRejected {
        number: number.to_owned(),
        signature: context.signature(meaning, digest)?,
        reason: context.reason.unwrap_or_default().trim().to_owned(),
    }])
}

/// Returns the meaning that a role gives when it signs a record that each role signs once.
pub(super) fn meaning_of(record: Record, role: Role) -> Result<Meaning, Refusal> {
    signature::required(record)
        .iter()
        .find(|(_, asked)| *asked == role)
        .map(|(meaning, _)| *meaning)
        .ok_or_else(|| {
            refusal::SIGNATURE_NOT_ASKED.because(
                format!("the record is not signed by a {}", role.title()),
                "`landfall policy show` prints the signature table",
            )
        })
}

/// Nobody signs one record twice, and no meaning is given twice.
pub(super) fn not_twice(
    given: &[Signature],
    person: &Person,
    meaning: Meaning,
) -> Result<(), Refusal> {
    if let Some(other) = given.iter().find(|s| s.person == person.id || s.meaning == meaning) {
        return Err(refusal::SIGNED_TWICE.because(
            format!("`{}` signed this record already as {}", other.person, other.meaning.as_str()),
            "another person signs what is still awaited",
        ));
    }
    Ok(())
}

/// Reviewer and quality are other people than author and executor, and than each other, over the whole qualification.
fn independent(
    customer: &Customer,
    document: &Document,
    person: &Person,
    meaning: Meaning,
) -> Result<(), Refusal> {
    let target = environment(customer, document.label)?;
    let all = document.plan_signatures.iter().chain(&document.signatures);
    let (mut made, mut checked) = (vec![target.author.clone()], Vec::new());
    made.extend(target.executors.iter().cloned());
    for signature in all {
        if group(signature.meaning) == Group::Makes {
            made.push(signature.person.clone());
        } else {
            checked.push((signature.person.clone(), group(signature.meaning)));
        }
    }
    let mine = group(meaning);
    let conflict = match mine {
        Group::Makes => checked.iter().any(|(other, _)| *other == person.id),
        Group::Reviews | Group::Approves => {
            made.contains(&person.id)
                || checked.iter().any(|(other, theirs)| *other == person.id && *theirs != mine)
        }
    };
    let must_be = match meaning {
        Meaning::Author => Some(&target.author),
        Meaning::Execution => target.executor.as_ref(),
        Meaning::TechnicalReview
        | Meaning::PlanApproval
        | Meaning::ExecutionReview
        | Meaning::ReportApproval
        | Meaning::CustomerReview
        | Meaning::CustomerApproval
        | Meaning::DestructionApproval => None,
    };
    if let Some(expected) = must_be
        && *expected != person.id
    {
        return Err(refusal::NOT_INDEPENDENT.because(
            format!("only `{expected}` signs as {}, found `{}`", meaning.as_str(), person.id),
            format!("let `{expected}` sign"),
        ));
    }
    if conflict {
        return Err(refusal::NOT_INDEPENDENT.because(
            format!(
                "`{}` has another part in this qualification and may not sign as {}",
                person.id,
                meaning.as_str()
            ),
            "let somebody sign who neither wrote, carried out nor otherwise checked it",
        ));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Makes,
    Reviews,
    Approves,
}

fn group(meaning: Meaning) -> Group {
    match meaning {
        Meaning::Author | Meaning::Execution => Group::Makes,
        Meaning::TechnicalReview | Meaning::ExecutionReview | Meaning::CustomerReview => {
            Group::Reviews
        }
        Meaning::PlanApproval
        | Meaning::ReportApproval
        | Meaning::CustomerApproval
        | Meaning::DestructionApproval => Group::Approves,
    }
}
