//! The facts of an IQ: the plan before the run, plan and evidence side by side after it.

use std::collections::BTreeMap;

use landfall_core::{
    customer::{DocumentKind, Environment, IterationState},
    environment::Kind,
    ids::Label,
    operation::TestResult as Recorded,
    plan::{self, Content, PackageFacts, PackageKind, Probe, REQUIREMENTS, Test},
    time::Timestamp,
};
use landfall_documents::{facts as shared, iq};
use serde_json::Value;

use super::{About, environment_words, label_words, required, value};
use crate::{Result, StepView};

/// Returns the facts and how many checks failed.
pub(crate) fn facts(about: &About<'_>, is_plan: bool) -> Result<(Value, u32)> {
    let target = about.environment()?;
    let place = label_words(about.label);
    let done = if is_plan { Vec::new() } else { last_attempt(about) };
    let results = results(&done);
    let tests: Vec<iq::Test> = target
        .plan
        .tests
        .iter()
        .map(|test| test_of(about, test, results.get(test.id.as_str())))
        .collect();
    let failed = tests.iter().filter(|test| test.result == iq::TestResult::Fail).count();
    let passed = tests.iter().filter(|test| test.result == iq::TestResult::Pass).count();
    let names: Vec<_> = target
        .plan
        .content
        .packages()
        .iter()
        .map(|p| format!("{} package {} from {}", p.kind.as_str(), p.digest.short(), p.source))
        .collect();
    let summary = if is_plan {
        format!(
            "This plan says how {} of {} is to be installed on release {} (build {}) from the {}. {} tests will compare what is found with what this plan expects.",
            place,
            about.state.name,
            target.plan.release.release,
            target.plan.release.build,
            names.join(" and the "),
            tests.len()
        )
    } else {
        format!(
            "{} of {} was installed on release {} (build {}) from the {}. {passed} of {} tests found what the signed plan expects; {failed} did not.",
            place,
            about.state.name,
            target.plan.release.release,
            target.plan.release.build,
            names.join(" and the "),
            tests.len()
        )
    };
    let facts = iq::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: place.clone(),
        product: target.plan.release.product.clone(),
        release: target.plan.release.release.to_string(),
        build: target.plan.release.build.clone(),
        summary,
        instances: about.instances()?,
        plan_digest: if is_plan { None } else { document_plan(about, target) },
        purpose: format!("To show, with evidence, that {} is installed as its approved plan says.", environment_words(about.state, target)),
        scope: "The installation of the database instances named here: release and schema, general configuration, migration output, identity, references, accounts, and the ledger that records them.".to_owned(),
        exclusions: vec![
            "Operational and performance qualification, and the customer's own validation, are documented elsewhere.".to_owned(),
            "Integration settings and credentials are not installed: they belong to each environment and are entered there.".to_owned(),
            "The correctness of the migrated data is reviewed and signed by the customer per iteration; this document shows that the signed output arrived.".to_owned(),
        ],
        references: references(about, target),
        definitions: definitions(),
        roles: roles(about, target),
        system: system(&done),
        prerequisites: prerequisites(about, target),
        packages: target.plan.content.packages().into_iter().map(|package| package_of(about, package)).collect(),
        installation: installation(about, target, &done),
        trace: trace(&tests),
        tests,
        comparison: comparison(about, target),
        deviations: Vec::new(),
        conclusion: (!is_plan).then(|| conclusion(failed)),
        attachments: attachments(about),
        revisions: vec![shared::Revision {
            revision: 1,
            date: about.now.date(),
            author: format!("{} ({})", about.author.name, about.author.role.title()),
            change: if is_plan { "First issue: the plan." } else { "First issue: the plan was carried out; results added." }.to_owned(),
        }],
        retention: format!("This document and the ledger are kept as long as the records they describe and survive the environment. The environment itself: {}.", plan::retention(about.label.kind(), &about.material.policy)),
        timeline: about.timeline(),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::Iq, about.label.kind()),
    };
    Ok((value(&facts)?, u32::try_from(failed).unwrap_or(u32::MAX)))
}

fn document_plan(about: &About<'_>, target: &Environment) -> Option<landfall_core::digest::Digest> {
    target.iq.as_ref().and_then(|number| about.state.documents.get(number))?.plan
}

/// Returns the steps of the attempt that completed the build.
fn last_attempt<'a>(about: &'a About<'_>) -> Vec<&'a StepView> {
    let Some(build) = &about.material.build else { return Vec::new() };
    build.steps.iter().filter(|step| step.attempt == build.attempts).collect()
}

/// Returns the result of each test, with the step that ran it.
fn results<'a>(done: &[&'a StepView]) -> BTreeMap<&'a str, (&'a Recorded, &'a StepView)> {
    done.iter()
        .flat_map(|step| step.tests.iter().map(move |test| (test.id.as_str(), (test, *step))))
        .collect()
}

fn test_of(about: &About<'_>, test: &Test, result: Option<&(&Recorded, &StepView)>) -> iq::Test {
    let (title, purpose, procedure) = describe(&test.probe);
    let requirement = REQUIREMENTS
        .iter()
        .find(|(id, _, _)| *id == test.requirement)
        .map_or("", |(_, text, _)| text);
    let _ = about;
    iq::Test {
        id: test.id.clone(),
        title,
        requirement: test.requirement.clone(),
        purpose: if purpose.is_empty() { requirement.to_owned() } else { purpose },
        procedure: procedure.to_owned(),
        expected: test.expected.clone(),
        actual: result.map(|(recorded, _)| recorded.actual.clone()),
        evidence_digest: result.map(|(recorded, _)| recorded.evidence),
        result: match result {
            None => iq::TestResult::NotRun,
            Some((recorded, _)) if recorded.passed => iq::TestResult::Pass,
            Some(_) => iq::TestResult::Fail,
        },
        executor: result.map(|(_, step)| step.who.clone()),
        time: result.map(|(_, step)| step.time),
        instance: test.role.map_or("", |role| role.title()).to_owned(),
    }
}

/// Returns title, purpose and procedure of a test.
fn describe(probe: &Probe) -> (String, String, &'static str) {
    match probe {
        Probe::BuildIdentity => (
            "Build identity".into(),
            String::new(),
            "Read product, release, build and catalogue digest from the instance's own identity.",
        ),
        Probe::InstanceIdentity => (
            "Instance identity".into(),
            String::new(),
            "Read customer, environment and role from the instance's own identity.",
        ),
        Probe::Schema => (
            "Schema".into(),
            String::new(),
            "Compare every table, column and index of the instance with the release's catalogue and list the differences.",
        ),
        Probe::Table { table } => (
            format!("Content of {table}"),
            String::new(),
            "Count the rows and compute the digest over all of them, in the order of their ids, in the form in which a package carries them.",
        ),
        Probe::UnmaskedColumns { table } => (
            format!("Content of {table}, unmasked columns"),
            String::new(),
            "Count the rows and compute the digest over the columns that masking leaves as they are.",
        ),
        Probe::NeverTravelling => (
            "Nothing else arrived".into(),
            String::new(),
            "Count the rows of every table that never travels between environments.",
        ),
        Probe::References => (
            "References".into(),
            String::new(),
            "Look for rows that refer to a row that does not exist, in every table.",
        ),
        Probe::Integrity => (
            "Database integrity".into(),
            String::new(),
            "Run the database's own integrity check and look for journal files beside it.",
        ),
        Probe::IntegrationSettings => (
            "Integration settings".into(),
            String::new(),
            "List every integration setting, end point and credential that holds a value.",
        ),
        Probe::Accounts => (
            "Accounts".into(),
            String::new(),
            "Count the accounts and look for shared and default names.",
        ),
        Probe::ResidualScan => (
            "Residual scan".into(),
            String::new(),
            "Plant one surviving value per personal column in a scratch instance and see that each is found; then search every cell of the instance for values of the source.",
        ),
        Probe::Ledger => (
            "Ledger".into(),
            String::new(),
            "Verify the whole chain; try to change, delete and replace an entry, and see each attempt refused.",
        ),
        Probe::Agreement => (
            "Main and Test".into(),
            String::new(),
            "Compare schema and content of the two instances, table by table.",
        ),
        Probe::Retention => (
            "Retention".into(),
            String::new(),
            "Read from the policy in force what ends an environment of this kind.",
        ),
    }
}

fn trace(tests: &[iq::Test]) -> Vec<iq::Trace> {
    REQUIREMENTS
        .iter()
        .filter_map(|(number, requirement, source)| {
            let own: Vec<&iq::Test> =
                tests.iter().filter(|test| test.requirement == *number).collect();
            let result = if own.iter().any(|test| test.result == iq::TestResult::Fail) {
                iq::TestResult::Fail
            } else if own.iter().any(|test| test.result == iq::TestResult::NotRun) {
                iq::TestResult::NotRun
            } else {
                iq::TestResult::Pass
            };
            (!own.is_empty()).then(|| iq::Trace {
                number: (*number).to_owned(),
                requirement: (*requirement).to_owned(),
                source: (*source).to_owned(),
                tests: own.iter().map(|test| test.id.clone()).collect(),
                result,
            })
        })
        .collect()
}

fn conclusion(failed: usize) -> iq::Conclusion {
    if failed == 0 {
        iq::Conclusion {
            outcome: iq::Outcome::Accepted,
            conditions: Vec::new(),
            text: "Every test found what the signed plan expects, and there is no deviation. The installation is accepted.".to_owned(),
        }
    } else {
        iq::Conclusion {
            outcome: iq::Outcome::Rejected,
            conditions: Vec::new(),
            text: format!(
                "{failed} tests did not find what the signed plan expects. The installation is rejected."
            ),
        }
    }
}

fn references(about: &About<'_>, target: &Environment) -> Vec<shared::Reference> {
    let plan = &target.plan;
    let mut list = vec![
        shared::Reference {
            name: "Lifecycle policy".to_owned(),
            version: format!("{} {}", about.material.policy.name, about.material.policy.version),
            digest: Some(plan.policy),
        },
        shared::Reference {
            name: format!("Catalogue of {}", plan.release.product),
            version: plan.release.release.to_string(),
            digest: Some(plan.release.catalogue),
        },
        shared::Reference {
            name: "Plan of the installation".to_owned(),
            version: String::new(),
            digest: Some(target.plan_digest),
        },
    ];
    for package in plan.content.packages() {
        list.push(shared::Reference {
            name: format!("{} package", capital(package.kind.as_str())),
            version: package.source.clone(),
            digest: Some(package.digest),
        });
        if let Some(iteration) =
            about.state.iterations.iter().find(|iteration| {
                iteration.package.as_ref().map(|p| p.digest) == Some(package.digest)
            })
        {
            list.push(shared::Reference {
                name: "Migration spec".to_owned(),
                version: format!("of iteration {}", iteration.number),
                digest: Some(iteration.spec),
            });
            list.push(shared::Reference {
                name: "Source dump".to_owned(),
                version: format!("of iteration {}", iteration.number),
                digest: Some(iteration.dump),
            });
        }
    }
    list
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn definitions() -> Vec<iq::Definition> {
    [
        ("Environment", "A pair (Main, Test) or a single instance of the product, made for one purpose."),
        ("Package", "An immutable extract named by the digest of its content; what moves between environments moves as a package."),
        ("Digest", "A SHA-256 over canonical content: equal content has an equal digest."),
        ("Plan", "What shall be done and what must be found, signed before the run."),
        ("Probe", "A program that says what it finds in an instance; it knows nothing of the plan."),
        ("Ledger", "The append-only, hash-chained record of all that happened; a head is the hash of its last entry."),
        ("Masked", "Volunteer identities are replaced before the first byte is written."),
    ]
    .map(|(term, meaning)| iq::Definition { term: term.to_owned(), meaning: meaning.to_owned() })
    .to_vec()
}

fn roles(about: &About<'_>, target: &Environment) -> Vec<iq::RolePerson> {
    let mut list = vec![iq::RolePerson {
        role: "Author of the plan".to_owned(),
        person: about.person(&target.author),
    }];
    if let Some(executor) = &target.executor {
        list.push(iq::RolePerson { role: "Executor".to_owned(), person: about.person(executor) });
    }
    let document = target.iq.as_ref().and_then(|number| about.state.documents.get(number));
    for signature in document.iter().flat_map(|document| &document.plan_signatures) {
        let role = match signature.meaning {
            landfall_core::signature::Meaning::TechnicalReview => "Technical reviewer of the plan",
            landfall_core::signature::Meaning::PlanApproval => "Quality approval of the plan",
            _ => continue,
        };
        list.push(iq::RolePerson {
            role: role.to_owned(),
            person: about.person(&signature.person),
        });
    }
    list
}

fn system(done: &[&StepView]) -> iq::System {
    let text = |step: &StepView, key: &str| {
        step.facts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let provision = done.iter().find(|step| step.facts.get("engine").is_some());
    let mut start_up = Vec::new();
    for step in done {
        let Some(identity) = step.facts.get("identity").and_then(Value::as_object) else {
            continue;
        };
        let instance = step.facts.get("instance").and_then(Value::as_str).unwrap_or_default();
        for (name, value) in identity {
            start_up.push(iq::StartUpFact {
                instance: capital(instance),
                name: name.clone(),
                value: value.as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    iq::System {
        engine: provision.map_or_else(
            || format!("SQLite {}", landfall_instances::probe::sqlite_version()),
            |step| text(step, "engine"),
        ),
        server: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        components: vec![
            iq::Component {
                name: "Landfall".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            iq::Component {
                name: "SQLite".to_owned(),
                version: landfall_instances::probe::sqlite_version().to_owned(),
            },
        ],
        start_up,
    }
}

fn prerequisites(about: &About<'_>, target: &Environment) -> Vec<iq::Prerequisite> {
    let state = about.state;
    let mut list = Vec::new();
    let mut add = |statement: &str, evidence: String, kind: &str, met: bool| {
        list.push(iq::Prerequisite {
            statement: statement.to_owned(),
            evidence,
            reference: about
                .entry(kind)
                .map_or_else(String::new, |entry| format!("entry {}", entry.sequence)),
            met,
        });
    };
    add(
        "The contract is signed.",
        "recorded by vendor sales".to_owned(),
        "contract-signed",
        state.since.contains_key("contracted"),
    );
    if let Some(source) = state.sources.get(&about.label.kind()) {
        add(
            "Customer quality agreed on the source of the configuration.",
            format!("{}, signed by {}", source.label, source.signature.name),
            "source-chosen",
            true,
        );
    }
    add(
        "The configuration was extracted from that source.",
        packages_words(&target.plan.content, PackageKind::Configuration),
        "configuration-extracted",
        true,
    );
    match about.label.kind() {
        Kind::Val => {
            let signed = state
                .iterations
                .iter()
                .rev()
                .find(|iteration| iteration.state == IterationState::Signed);
            add(
                "The migration output is signed off by the customer.",
                signed.map_or_else(String::new, |iteration| {
                    format!("iteration {}", iteration.number)
                }),
                "iteration-signed",
                signed.is_some(),
            );
        }
        Kind::Prod => {
            add(
                "Validation is completed and signed.",
                state.validation.as_ref().map_or_else(String::new, |(label, signature)| {
                    format!("{label}, signed by {}", signature.name)
                }),
                "validation-completed",
                state.validation.is_some(),
            );
            add(
                "The customer provided the final source dump.",
                "registered and copied".to_owned(),
                "dump-registered",
                true,
            );
            add(
                "The migration program ran on the final dump with the signed spec.",
                packages_words(&target.plan.content, PackageKind::Migration),
                "iteration-run",
                true,
            );
        }
        Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::CommunityDev => {}
    }
    list
}

fn packages_words(content: &Content, kind: PackageKind) -> String {
    content
        .packages()
        .iter()
        .filter(|package| package.kind == kind)
        .map(|package| format!("package {}", package.digest.short()))
        .collect()
}

fn package_of(about: &About<'_>, package: &PackageFacts) -> iq::Package {
    let left_out = about
        .material
        .entries
        .iter()
        .rev()
        .find(|entry| {
            entry.kind == "customer.configuration-extracted"
                && entry.body.pointer("/package/digest").and_then(Value::as_str)
                    == Some(package.digest.to_string().as_str())
        })
        .and_then(|entry| entry.body.get("left-out"))
        .and_then(|left| serde_json::from_value::<Vec<(String, String, u64)>>(left.clone()).ok())
        .unwrap_or_default();
    iq::Package {
        kind: package.kind.as_str().to_owned(),
        digest: package.digest,
        source: package.source.clone(),
        tables: package
            .tables
            .iter()
            .map(|table| iq::TableContent {
                name: table.name.clone(),
                rows: table.rows,
                digest: table.digest,
            })
            .collect(),
        left_out: left_out
            .into_iter()
            .map(|(table, reason, rows)| iq::LeftOut { table, reason, rows })
            .collect(),
    }
}

fn installation(about: &About<'_>, target: &Environment, done: &[&StepView]) -> Vec<iq::Step> {
    let attempts = about.material.build.as_ref().map_or(1, |build| build.attempts);
    let mut started: Timestamp = target.since.get("building").copied().unwrap_or(about.now);
    target
        .plan
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let executed = done.iter().find(|view| view.number == number).map(|view| {
                let failed = view.tests.iter().any(|test| !test.passed);
                let execution = iq::Execution {
                    what: view.title.clone(),
                    who: view.who.clone(),
                    started,
                    ended: view.time,
                    outcome: if failed {
                        iq::StepOutcome::Failed
                    } else {
                        iq::StepOutcome::Completed
                    },
                    evidence_digest: view.evidence,
                    attempts,
                };
                started = view.time;
                execution
            });
            iq::Step {
                number,
                instance: step.role().map_or("", |role| role.title()).to_owned(),
                planned: step.title(),
                executed,
            }
        })
        .collect()
}

/// Says, for PROD, what it shares with the validated VAL and where it differs.
fn comparison(about: &About<'_>, target: &Environment) -> Option<iq::Comparison> {
    if about.label.kind() != Kind::Prod {
        return None;
    }
    let (label, _) = about.state.validation.as_ref()?;
    let validated = about.state.environment(*label)?;
    let mut equal = Vec::new();
    let mut different = Vec::new();
    let mut put = |name: &str,
                   there: Option<landfall_core::digest::Digest>,
                   here: Option<landfall_core::digest::Digest>,
                   reason: &str| {
        match (there, here) {
            (Some(there), Some(here)) if there == here => {
                equal.push(iq::Equal { name: name.to_owned(), digest: here })
            }
            (validated, here) => different.push(iq::Different {
                name: name.to_owned(),
                validated,
                here,
                reason: reason.to_owned(),
            }),
        }
    };
    put(
        "Policy",
        Some(validated.plan.policy),
        Some(target.plan.policy),
        "the policy was adopted anew between the two",
    );
    put(
        "Catalogue of the release",
        Some(validated.plan.release.catalogue),
        Some(target.plan.release.catalogue),
        "another release is installed",
    );
    let of = |environment: &Environment, kind: PackageKind| {
        environment
            .plan
            .content
            .packages()
            .iter()
            .find(|package| package.kind == kind)
            .map(|package| package.digest)
    };
    put(
        "Configuration package",
        of(validated, PackageKind::Configuration),
        of(target, PackageKind::Configuration),
        "the configuration was predefined for PROD",
    );
    put(
        "Migration package",
        of(validated, PackageKind::Migration),
        of(target, PackageKind::Migration),
        "PROD holds the output of the migration program on the final source dump",
    );
    let run = |environment: &Environment| {
        let package = of(environment, PackageKind::Migration)?;
        about
            .state
            .iterations
            .iter()
            .find(|iteration| iteration.package.as_ref().map(|p| p.digest) == Some(package))
    };
    put(
        "Migration spec and maps",
        run(validated).map(|i| i.spec),
        run(target).map(|i| i.spec),
        "the final run must use the signed spec",
    );
    put(
        "Source dump",
        run(validated).map(|i| i.dump),
        run(target).map(|i| i.dump),
        "the customer provided the final dump after validation",
    );
    Some(iq::Comparison {
        validated: validated.iq.clone().unwrap_or_else(|| address(about, *label)),
        equal,
        different,
    })
}

fn address(about: &About<'_>, label: Label) -> String {
    format!("{}/{label}", about.state.id)
}

fn attachments(about: &About<'_>) -> Vec<shared::Attachment> {
    about
        .state
        .documents
        .values()
        .filter(|document| document.label == about.label && document.kind != DocumentKind::Iq)
        .filter_map(|document| {
            document.facts.map(|digest| shared::Attachment {
                name: format!(
                    "{} {}",
                    capital(&document.kind.as_str().replace('-', " ")),
                    document.number
                ),
                digest,
            })
        })
        .collect()
}
