use std::collections::BTreeMap;

use landfall_core::{
    customer::{Customer, Due, Environment, Material, MaterialKind, State},
    entry::Entry,
    environment::Kind,
    ids::{CustomerId, Label},
    plan::Content,
    policy::{Condition, Policy},
    time::Timestamp,
};
use serde::Serialize;

use super::{condition_words, rule_words, who};
use crate::{
    Installation, Result, facts::label_words, installation::customer_stream, story::material_words,
};

/// Whether something is to be destroyed now, or will be by a rule that does not hold yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its rule holds: it is to be destroyed by the last day.
    Due,
    /// Its rule does not hold yet.
    Upcoming,
}

/// Something that is to be destroyed, or will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueView {
    /// Whose it is.
    pub customer: CustomerId,
    /// Whether it is due now.
    pub standing: Standing,
    /// What it is, in words: `VAL 2 (acme/val-2), Main and Test`.
    pub what: String,
    /// The environment's address, where it is one.
    pub address: Option<String>,
    /// The rule of the policy: `prod-is-live`.
    pub rule: String,
    /// The rule in words, with the reason that the policy gives.
    pub rule_text: String,
    /// Since when it is due, or what makes it due: `when PROD is live`.
    pub when: String,
    /// Since when it is due.
    pub since: Option<Timestamp>,
    /// The last day; none where what makes it due has no date.
    pub destroy_by: Option<Timestamp>,
    /// What keeps it: a hold, or what is still to be made from it.
    pub held: Option<String>,
    /// Whether the last day has passed and no hold keeps it.
    pub overdue: bool,
    /// Whose turn it is; nobody's while it is not due.
    pub who: Option<String>,
    /// What is to be done, in words: `destroy the source dump 1a2b3c4d5e6f`; nothing while it is not due.
    pub task: Option<String>,
    /// The command to type.
    pub command: Option<String>,
}

impl Installation {
    /// Lists what is due for destruction or will be, the earliest last day first: environments, masking keys, dumps,
    /// packages, rejected rows and maps of source keys. No customer means every one that may be seen, and the vendor.
    ///
    /// # Errors
    /// When there is no such customer, or the ledger cannot be read.
    pub fn due(&self, customer: Option<&CustomerId>) -> Result<Vec<DueView>> {
        let now = self.now()?;
        let owners = match customer {
            Some(customer) => vec![customer.clone()],
            None => self.customers()?,
        };
        let mut list = Vec::new();
        for owner in &owners {
            let state = self.customer(owner)?;
            let entries = self.ledger.stream(&customer_stream(owner))?;
            list.extend(
                Dues { state: &state, entries: &entries, policy: &self.policy, now }.list(),
            );
        }
        list.sort_by(|one, other| key(one).cmp(&key(other)));
        Ok(list)
    }
}

/// What has a last day comes first, in the order of days.
fn key(view: &DueView) -> (bool, Option<Timestamp>, Standing, &CustomerId, &str) {
    (view.destroy_by.is_none(), view.destroy_by, view.standing, &view.customer, &view.what)
}

/// What keeps something that is due.
struct Kept {
    why: String,
    hold: Option<Label>,
}

/// One customer, looked at for what is due.
struct Dues<'a> {
    state: &'a Customer,
    entries: &'a [Entry],
    policy: &'a Policy,
    now: Timestamp,
}

impl Dues<'_> {
    fn list(&self) -> Vec<DueView> {
        let mut list = Vec::new();
        for environment in self.state.environments.values().filter(|there| stands(there)) {
            self.environment(environment, &mut list);
        }
        self.keys(&mut list);
        for material in self.state.materials.iter().filter(|there| there.destroyed.is_none()) {
            list.push(self.material(material));
        }
        list
    }

    fn environment(&self, environment: &Environment, list: &mut Vec<DueView>) {
        if let Some(due) = &environment.due {
            list.push(self.environment_due(environment, due));
            return;
        }
        for condition in &self.policy.rules(environment.label.kind()).due_when {
            match condition {
                Condition::LifetimeIsOver => list.extend(self.lifetime(environment)),
                Condition::CustomerIsProspect
                | Condition::ContractIsSigned
                | Condition::IterationIsPublished
                | Condition::SourceIsChosen
                | Condition::MigrationOutputIsReady
                | Condition::MigrationIsSignedOff
                | Condition::ValidationIsCompleted
                | Condition::FinalDumpIsReceived
                | Condition::FinalMigrationIsRun
                | Condition::ProdIsLive
                | Condition::ValidationIsCompletedAndProdIsLive
                | Condition::ProdIsNotLive
                | Condition::OwnerIsVendor => {
                    list.push(self.environment_upcoming(environment, *condition));
                }
            }
        }
    }

    /// Returns the entry of an environment without what depends on how it stands.
    fn of_environment(&self, environment: &Environment, rule: &str) -> DueView {
        let kind = environment.label.kind();
        let rules = self.policy.rules(kind);
        let address = format!("{}/{}", self.state.id, environment.label);
        let roles: Vec<_> = environment.plan.instances.iter().map(|role| role.title()).collect();
        DueView {
            customer: self.state.id.clone(),
            standing: Standing::Upcoming,
            what: format!(
                "{} ({address}), {}",
                label_words(environment.label),
                roles.join(" and ")
            ),
            address: Some(address),
            rule: rule.to_owned(),
            rule_text: format!(
                "{} is due when {}, and is destroyed within {} days of that. {}",
                kind.title(),
                rule_words(rule),
                rules.destroy_within_days.unwrap_or(0),
                rules.why
            ),
            when: format!("when {}", rule_words(rule)),
            since: None,
            destroy_by: None,
            held: None,
            overdue: false,
            who: None,
            task: None,
            command: None,
        }
    }

    fn environment_upcoming(&self, environment: &Environment, condition: Condition) -> DueView {
        let mut view = self.of_environment(environment, condition.as_str());
        view.when = format!("when {}", condition_words(condition));
        view.held = environment.hold.as_ref().map(|_| self.hold(environment.label));
        view
    }

    fn environment_due(&self, environment: &Environment, due: &Due) -> DueView {
        let mut view = self.of_environment(environment, &due.rule);
        let kept = self.keeps(environment);
        let (who, task, command) = turn(&self.state.id, environment);
        self.fall(&mut view, due, kept);
        view.who = Some(who.to_owned());
        view.task = Some(task);
        view.command = Some(command);
        view
    }

    /// Returns the entry of an environment whose time is limited, while nobody has closed it.
    fn lifetime(&self, environment: &Environment) -> Option<DueView> {
        let over = environment.lent_until.or(environment.expires)?;
        let ends = match environment.state {
            State::Requested | State::Building | State::Built | State::InUse => true,
            State::Closed | State::Destroying | State::Destroyed => false,
        };
        let mut view = self.of_environment(environment, Condition::LifetimeIsOver.as_str());
        let days = self.policy.rules(environment.label.kind()).destroy_within_days.unwrap_or(0);
        let destroy_by = over.plus_days(i64::from(days));
        if over > self.now {
            view.when = format!("on {}", over.human());
            view.destroy_by = Some(destroy_by);
            view.held = environment.hold.as_ref().map(|_| self.hold(environment.label));
        } else {
            let due = Due { rule: view.rule.clone(), since: over, destroy_by };
            self.fall(&mut view, &due, self.keeps(environment));
            view.who = Some("vendor sales or vendor engineer".to_owned());
            view.task =
                Some(format!("end {}/{}, whose time is over", self.state.id, environment.label));
            view.command = Some(format!(
                "landfall environment expire {}/{}",
                self.state.id, environment.label
            ));
        }
        ends.then_some(view)
    }

    /// Notes in an entry that its rule holds.
    fn fall(&self, view: &mut DueView, due: &Due, kept: Option<Kept>) {
        view.standing = Standing::Due;
        view.when = format!("since {}", due.since.human());
        view.since = Some(due.since);
        view.destroy_by = Some(due.destroy_by);
        let on_hold = kept.as_ref().is_some_and(|kept| kept.hold.is_some());
        view.overdue = due.destroy_by < self.now && !on_hold;
        view.held = kept.map(|kept| kept.why);
    }

    /// Tells what keeps an environment that is due.
    fn keeps(&self, environment: &Environment) -> Option<Kept> {
        let label = environment.label;
        if environment.hold.is_some() {
            return Some(Kept { why: self.hold(label), hold: Some(label) });
        }
        let user = self.state.environments.values().find(|other| {
            pending(other) && matches!(&other.plan.content, Content::Clone { of } if *of == label)
        });
        if let Some(user) = user {
            let why =
                format!("kept until {}/{}, a clone of it, is built", self.state.id, user.label);
            return Some(Kept { why, hold: None });
        }
        let wanted = label.kind() == Kind::Demo
            && environment.state == State::Closed
            && self.state.single(Kind::Sandbox).is_none();
        wanted.then(|| Kept {
            why: "kept while the Sandbox, which does not exist yet, may be a clone of it"
                .to_owned(),
            hold: None,
        })
    }

    /// Returns a hold in words: since when, by whom and why.
    fn hold(&self, label: Label) -> String {
        let address = format!("{}/{label}", self.state.id);
        let entry = self.entries.iter().rev().find(|entry| {
            entry.kind == "customer.environment-held"
                && entry.body.get("label").and_then(serde_json::Value::as_str)
                    == Some(label.to_string().as_str())
        });
        entry.map_or_else(
            || format!("{address} is under a hold"),
            |entry| {
                let why = entry.reason.as_deref().unwrap_or("no reason was recorded");
                format!(
                    "{address} is under a hold since {} by {}: {why}",
                    entry.time.human(),
                    who(entry)
                )
            },
        )
    }

    /// Masking keys go with the last VAL that uses them.
    fn keys(&self, list: &mut Vec<DueView>) {
        let mut users: BTreeMap<&str, Vec<&Environment>> = BTreeMap::new();
        for environment in self.state.environments.values() {
            if let Some(key) = &environment.plan.key {
                users.entry(key).or_default().push(environment);
            }
        }
        for (key, users) in users {
            // A key is drawn when the first of its environments is built.
            let drawn = users.iter().any(|user| user.operation.is_some());
            let left: Vec<&Environment> = users.into_iter().filter(|user| stands(user)).collect();
            let Some(first) = left.first().copied() else { continue };
            if !drawn {
                continue;
            }
            let names: Vec<_> =
                left.iter().map(|user| format!("{}/{}", self.state.id, user.label)).collect();
            let last = left
                .iter()
                .map(|user| user.due.as_ref())
                .collect::<Option<Vec<_>>>()
                .and_then(|dues| dues.into_iter().max_by_key(|due| due.destroy_by));
            let rule = last.map_or_else(
                || {
                    let rules = self.policy.rules(first.label.kind());
                    rules.due_when.first().map_or("", |condition| condition.as_str())
                },
                |due| due.rule.as_str(),
            );
            let mut view = DueView {
                customer: self.state.id.clone(),
                standing: Standing::Upcoming,
                what: format!("masking key {key}, used by {}", names.join(", ")),
                address: None,
                rule: rule.to_owned(),
                rule_text: "A masking key is destroyed with the last environment that uses it: from then on nobody can compute its pseudonyms again.".to_owned(),
                when: format!("with the last of {}", names.join(", ")),
                since: None,
                destroy_by: None,
                held: None,
                overdue: false,
                who: None,
                task: None,
                command: None,
            };
            if let Some(due) = last {
                let kept = left.iter().find_map(|user| self.keeps(user));
                self.fall(&mut view, due, kept);
                let (who, task, command) = turn(&self.state.id, first);
                view.who = Some(who.to_owned());
                view.task = Some(task);
                view.command = Some(command);
            }
            list.push(view);
        }
    }

    fn material(&self, material: &Material) -> DueView {
        let outlives = &self.policy.outlives;
        let (rule, when) = match &material.due {
            Some(due) => (due.rule.as_str(), String::new()),
            None => self.upcoming(material),
        };
        let mut view = DueView {
            customer: self.state.id.clone(),
            standing: Standing::Upcoming,
            what: material_words(material.kind, &material.name),
            address: None,
            rule: rule.to_owned(),
            rule_text: format!(
                "What outlives environments is due when {}, and is destroyed within {} days of that. {}",
                rule_words(rule),
                outlives.destroy_within_days,
                outlives.why
            ),
            when,
            since: None,
            destroy_by: None,
            held: None,
            overdue: false,
            who: None,
            task: None,
            command: None,
        };
        let kept = self.keeps_material(material);
        match &material.due {
            None => view.held = kept.map(|kept| kept.why),
            Some(due) => {
                let release = kept.as_ref().and_then(|kept| kept.hold).map(|label| {
                    format!(
                        "landfall environment release {}/{label} --reason \"...\"",
                        self.state.id
                    )
                });
                self.fall(&mut view, due, kept);
                view.who = Some(if release.is_some() { QUALITY } else { ENGINEER }.to_owned());
                view.task = Some(if release.is_some() {
                    format!("lift the hold that keeps the {}", view.what)
                } else {
                    format!("destroy the {}", view.what)
                });
                let destroy = || format!("landfall migration destroy {}", self.state.id);
                view.command = Some(release.unwrap_or_else(destroy));
            }
        }
        view
    }

    /// Returns the rule that will make a material due, and when that is.
    fn upcoming(&self, material: &Material) -> (&'static str, String) {
        let (signed, live) = (Condition::MigrationIsSignedOff, Condition::ProdIsLive);
        let when = |condition| format!("when {}", condition_words(condition));
        match (self.state.signed_iteration(), material.kind) {
            (Some(_), _) | (None, MaterialKind::KeyMap) => (live.as_str(), when(live)),
            (None, MaterialKind::Dump) => (signed.as_str(), when(signed)),
            (None, MaterialKind::Package | MaterialKind::Rejects) => (
                signed.as_str(),
                format!("{}; if its own iteration is the one signed, {}", when(signed), when(live)),
            ),
        }
    }

    /// Tells what keeps a material: a hold on any environment of the customer, or what is to be built from it.
    fn keeps_material(&self, material: &Material) -> Option<Kept> {
        let environments = || self.state.environments.values();
        if let Some(held) = environments().find(|there| there.hold.is_some() && stands(there)) {
            return Some(Kept { why: self.hold(held.label), hold: Some(held.label) });
        }
        let user = environments().find(|other| {
            pending(other)
                && other
                    .plan
                    .content
                    .packages()
                    .iter()
                    .any(|package| package.digest.to_string() == material.name)
        })?;
        let why = format!("kept until {}/{} is built from it", self.state.id, user.label);
        Some(Kept { why, hold: None })
    }
}

const ENGINEER: &str = "vendor engineer";
const QUALITY: &str = "vendor quality or customer quality";

/// Returns whose turn it is with an environment that is due, what is to be done, and the command to type.
fn turn(customer: &CustomerId, environment: &Environment) -> (&'static str, String, String) {
    let address = format!("{customer}/{}", environment.label);
    let command = |verb: &str, rest: &str| {
        format!("landfall environment {verb} {customer}/{}{rest}", environment.label)
    };
    if environment.hold.is_some() {
        let task = format!("lift the hold of {address}");
        return (QUALITY, task, command("release", " --reason \"...\""));
    }
    let (task, command) = match environment.state {
        State::Requested => ("give up", command("close", " --reason \"...\"")),
        State::Building => ("finish building", command("build", "")),
        State::Built | State::InUse => ("close", command("close", "")),
        State::Closed | State::Destroying | State::Destroyed => ("destroy", command("destroy", "")),
    };
    (ENGINEER, format!("{task} {address}"), command)
}

/// Tells whether there is still something to destroy.
fn stands(environment: &Environment) -> bool {
    match environment.state {
        State::Requested
        | State::Building
        | State::Built
        | State::InUse
        | State::Closed
        | State::Destroying => true,
        State::Destroyed => false,
    }
}

/// Tells whether an environment is still to be built.
fn pending(environment: &Environment) -> bool {
    match environment.state {
        State::Requested | State::Building => true,
        State::Built | State::InUse | State::Closed | State::Destroying | State::Destroyed => false,
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::{customer::Event, environment::Role};

    use super::{
        super::fixture::{Told, demo, label, time},
        *,
    };

    fn dues(told: &Told, now: &str) -> Vec<DueView> {
        let policy = Policy::embedded().unwrap();
        let state = told.state();
        let mut list =
            Dues { state: &state, entries: told.entries(), policy: &policy, now: time(now) }.list();
        list.sort_by(|one, other| key(one).cmp(&key(other)));
        list
    }

    fn lent() -> Told {
        let mut told = Told::of_acme("2026-01-05T09:00:00Z");
        told.add("2026-01-05T10:00:00Z", &demo("2026-02-04T10:00:00Z"));
        told.add("2026-01-05T11:00:00Z", &Event::EnvironmentOpened { label: label("demo") });
        told.add(
            "2026-01-05T12:00:00Z",
            &Event::DemoLent { label: label("demo"), until: time("2026-01-19T12:00:00Z") },
        );
        told
    }

    #[test]
    fn a_loan_falls_due_on_its_day_and_by_the_policy_otherwise() {
        let told = lent();
        let before = dues(&told, "2026-01-10T00:00:00Z");
        let [lifetime, live] = before.as_slice() else { panic!("{before:?}") };
        assert_eq!(lifetime.standing, Standing::Upcoming);
        assert_eq!(lifetime.when, "on 2026-01-19 12:00:00 UTC");
        assert_eq!(lifetime.destroy_by, Some(time("2026-02-02T12:00:00Z")));
        assert_eq!((live.rule.as_str(), live.when.as_str()), ("prod-is-live", "when PROD is live"));
        assert_eq!((live.destroy_by, &live.command), (None, &None));

        let after = dues(&told, "2026-01-20T00:00:00Z");
        let first = after.first().unwrap();
        assert_eq!((first.standing, first.overdue), (Standing::Due, false));
        assert_eq!(first.command.as_deref(), Some("landfall environment expire acme/demo"));
        assert_eq!(first.task.as_deref(), Some("end acme/demo, whose time is over"));
        let late = dues(&told, "2026-02-03T00:00:00Z");
        assert!(late.first().unwrap().overdue);
    }

    #[test]
    fn a_hold_says_since_when_by_whom_and_why_and_is_not_overdue() {
        let mut told = lent();
        told.add(
            "2026-01-20T09:00:00Z",
            &Event::DemoExpired {
                label: label("demo"),
                rule: "lifetime-is-over".to_owned(),
                destroy_by: time("2026-02-03T09:00:00Z"),
            },
        );
        let closed = dues(&told, "2026-02-10T00:00:00Z");
        let demo = closed.first().unwrap();
        assert!(demo.overdue);
        assert!(demo.held.as_deref().unwrap().contains("may be a clone of it"), "{demo:?}");
        assert_eq!(demo.command.as_deref(), Some("landfall environment destroy acme/demo"));

        told.add_because(
            "2026-01-21T09:00:00Z",
            &Event::EnvironmentHeld { label: label("demo") },
            "a dispute about the loan",
        );
        let held = dues(&told, "2026-02-10T00:00:00Z");
        let demo = held.first().unwrap();
        assert!(!demo.overdue);
        assert_eq!(
            demo.held.as_deref(),
            Some(
                "acme/demo is under a hold since 2026-01-21 09:00:00 UTC by Erik Lund (vendor engineer): a dispute about the loan"
            )
        );
        assert_eq!(
            demo.command.as_deref(),
            Some("landfall environment release acme/demo --reason \"...\"")
        );
    }

    #[test]
    fn what_is_gone_is_not_due() {
        let mut told = lent();
        told.add(
            "2026-01-22T09:00:00Z",
            &Event::EnvironmentDestroyed { label: label("demo"), operation: 2, key: None },
        );
        assert!(dues(&told, "2026-03-01T00:00:00Z").is_empty());
    }

    #[test]
    fn a_dump_waits_for_the_sign_off_and_is_then_destroyed_in_time() {
        let mut told = Told::of_acme("2026-01-05T09:00:00Z");
        let digest = landfall_core::digest::Digest::of(b"a dump");
        told.add(
            "2026-02-02T09:00:00Z",
            &Event::DumpRegistered {
                digest,
                purpose: landfall_core::customer::DumpPurpose::Iteration,
                files: 3,
                bytes: 90,
            },
        );
        let before = dues(&told, "2026-02-03T00:00:00Z");
        let [dump] = before.as_slice() else { panic!("{before:?}") };
        assert_eq!(dump.what, format!("source dump {}", digest.short()));
        assert_eq!(dump.when, "when the migration is signed off");
        told.add(
            "2026-02-20T09:00:00Z",
            &Event::MaterialsDue {
                materials: told.state().materials.iter().map(Material::named).collect(),
                rule: "migration-is-signed-off".to_owned(),
                destroy_by: time("2026-03-06T09:00:00Z"),
            },
        );
        let after = dues(&told, "2026-03-07T00:00:00Z");
        let [dump] = after.as_slice() else { panic!("{after:?}") };
        assert!(dump.overdue);
        assert_eq!(dump.command.as_deref(), Some("landfall migration destroy acme"));
        assert_eq!(dump.task, Some(format!("destroy the source dump {}", digest.short())));
        assert_eq!(dump.since, Some(time("2026-02-20T09:00:00Z")));
    }

    #[test]
    fn an_environment_is_named_with_its_instances() {
        let told = lent();
        let list = dues(&told, "2026-01-10T00:00:00Z");
        let main = Role::Main.title();
        assert!(list.iter().all(|view| view.what == format!("Demo (acme/demo), {main}")));
    }
}
