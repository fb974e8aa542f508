use super::{
    super::{Customer, Document, DocumentKind, Event, State, Status, Subject},
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

pub(super) fn freeze(
    customer: &Customer,
    kind: DocumentKind,
    about: Subject,
    is_plan: bool,
    facts: Digest,
    failed_checks: u32,
    head: Digest,
) -> Result<Vec<Event>, Refusal> {
    let number = match about {
        Subject::Environment(label) => of_environment(customer, kind, label, is_plan)?,
        Subject::Iteration(number) => of_iteration(customer, kind, number)?,
        Subject::Materials(operation) => of_materials(customer, kind, operation)?,
    };
    Ok(vec![Event::DocumentFrozen { number, kind, about, is_plan, facts, failed_checks, head }])
}

/// Returns the number of the document of an iteration, if it may be made now.
fn of_iteration(customer: &Customer, kind: DocumentKind, number: u32) -> Result<String, Refusal> {
    let run = customer
        .iterations
        .iter()
        .find(|iteration| iteration.number == number && iteration.package.is_some());
    if kind != DocumentKind::QcReport || run.is_none() {
        return Err(refusal::ITERATION_UNKNOWN.because(
            format!("customer `{}` has no iteration {number} that has run", customer.id),
            format!("`landfall migration list {}` shows them", customer.id),
        ));
    }
    Ok(customer.next_document(kind))
}

/// Returns the number of the certificate of what an operation destroyed.
fn of_materials(
    customer: &Customer,
    kind: DocumentKind,
    operation: u32,
) -> Result<String, Refusal> {
    let gone = customer
        .materials
        .iter()
        .any(|material| material.operation == Some(operation) && material.destroyed.is_some());
    if kind != DocumentKind::MaterialsCertificate || !gone {
        return Err(refusal::MATERIALS.because(
            format!("operation {operation} of `{}` destroyed no dumps or packages", customer.id),
            format!("`landfall migration destroy {}` destroys what is due", customer.id),
        ));
    }
    Ok(customer.next_document(kind))
}

fn of_environment(
    customer: &Customer,
    kind: DocumentKind,
    label: Label,
    is_plan: bool,
) -> Result<String, Refusal> {
    let target = environment(customer, label)?;
    Ok(match kind {
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
                    super::deviation::none_open(customer, label)?;
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
        DocumentKind::ConfigurationReport => {
            if !target.state.has_content() {
                return Err(super::wrong_state(
                    customer,
                    target,
                    "reported",
                    "there with its content",
                ));
            }
            customer.next_document(kind)
        }
        DocumentKind::GoLiveRecord => {
            if label.kind() != Kind::Prod || customer.status != Status::Live {
                return Err(super::wrong_state(customer, target, "recorded as live", "PROD, live"));
            }
            customer.next_document(kind)
        }
        DocumentKind::DifferenceReport => {
            let standing = target
                .difference
                .as_ref()
                .and_then(|number| customer.documents.get(number))
                .is_some_and(|document| document.rejection.is_none());
            let wanted = label.kind() == Kind::Prod
                && target.state == State::Requested
                && customer.difference().is_some();
            if !wanted || standing {
                return Err(refusal::DIFFERENCE_UNSIGNED.because(
                    format!(
                        "no difference report is to be made for `{}/{label}` now",
                        customer.id
                    ),
                    "it is made once, between the request of PROD and its build, where configurations differ",
                ));
            }
            customer.next_document(kind)
        }
        DocumentKind::QcReport | DocumentKind::MaterialsCertificate => {
            return Err(refusal::DOCUMENT_UNKNOWN.because(
                format!("a {} is not about an environment", kind.as_str()),
                format!("`landfall document list {}` shows the documents", customer.id),
            ));
        }
    })
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
    still_stands(customer, document)?;
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
        (DocumentKind::DifferenceReport, _, Some(facts)) => {
            Ok((Record::Difference, facts, &document.signatures))
        }
        (DocumentKind::Iq | DocumentKind::DifferenceReport, None, None)
        | (DocumentKind::DifferenceReport, Some(_), None)
        | (
            DocumentKind::MaskingCertificate
            | DocumentKind::DestructionCertificate
            | DocumentKind::ConfigurationReport
            | DocumentKind::QcReport
            | DocumentKind::GoLiveRecord
            | DocumentKind::MaterialsCertificate,
            _,
            _,
        ) => Err(refusal::SIGNATURE_NOT_ASKED.because(
            format!("document `{}` takes no signature: it states facts", document.number),
            format!(
                "`landfall document verify {}` checks it; customer `{}`",
                document.number, customer.id
            ),
        )),
    }
}

/// Refuses for a document whose environment was given up: what is signed for now is another.
fn still_stands(customer: &Customer, document: &Document) -> Result<(), Refusal> {
    let Some(label) = document.label() else { return Ok(()) };
    let target = environment(customer, label)?;
    let current = match document.kind {
        DocumentKind::Iq => target.iq.as_ref(),
        DocumentKind::DifferenceReport => target.difference.as_ref(),
        DocumentKind::MaskingCertificate
        | DocumentKind::DestructionCertificate
        | DocumentKind::ConfigurationReport
        | DocumentKind::QcReport
        | DocumentKind::GoLiveRecord
        | DocumentKind::MaterialsCertificate => return Ok(()),
    };
    if current == Some(&document.number) && target.state != State::Destroyed {
        return Ok(());
    }
    Err(refusal::ALREADY_REJECTED.because(
        format!(
            "document `{}` is about a `{}/{label}` that was given up",
            document.number, customer.id
        ),
        format!("`landfall customer show {}` shows what comes next", customer.id),
    ))
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
    still_stands(customer, document)?;
    let person = context.person()?;
    // Who rejects stands where they would sign: with the first meaning that they could give.
    let mut refused = refusal::SIGNATURE_NOT_ASKED.because(
        format!("document `{number}` awaits no signature of a {}", person.role.title()),
        format!("`landfall document show {number}` says whose signature is awaited"),
    );
    let mut may = None;
    for (meaning, role) in signature::awaited(record, given) {
        if role != person.role {
            continue;
        }
        match not_twice(given, person, meaning)
            .and_then(|()| independent(customer, document, person, meaning))
        {
            Ok(()) => {
                may = Some(meaning);
                break;
            }
            Err(refusal) => refused = refusal,
        }
    }
    let meaning = may.ok_or(refused)?;
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
    let Some(label) = document.label().filter(|_| document.kind == DocumentKind::Iq) else {
        return Ok(());
    };
    let target = environment(customer, label)?;
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
        | Meaning::DestructionApproval
        | Meaning::Declaration
        | Meaning::WithdrawalReview
        | Meaning::WithdrawalApproval
        | Meaning::Rejection
        | Meaning::DeviationApproval
        | Meaning::ChangeDecision
        | Meaning::Adoption => None,
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
        Meaning::TechnicalReview
        | Meaning::ExecutionReview
        | Meaning::CustomerReview
        | Meaning::WithdrawalReview => Group::Reviews,
        Meaning::PlanApproval
        | Meaning::ReportApproval
        | Meaning::CustomerApproval
        | Meaning::DestructionApproval
        | Meaning::Declaration
        | Meaning::WithdrawalApproval
        | Meaning::Rejection
        | Meaning::DeviationApproval
        | Meaning::ChangeDecision
        | Meaning::Adoption => Group::Approves,
    }
}
