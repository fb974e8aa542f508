//! What a rule says when it says no.

use serde::{Deserialize, Serialize};

/// A command that a rule rejected. Codes are never reused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} [{code}]")]
pub struct Refusal {
    /// The code, such as `ENV-003`.
    pub code: String,
    /// The rule that said no, in words.
    pub rule: String,
    /// What was asked and why it is rejected.
    pub message: String,
    /// What to do instead.
    pub hint: String,
}

/// One kind of refusal: its code and its rule. Messages are made where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// The rule, in words.
    pub rule: &'static str,
}

impl Code {
    /// Makes the refusal.
    pub fn because(self, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal {
            code: self.code.to_owned(),
            rule: self.rule.to_owned(),
            message: message.into(),
            hint: hint.into(),
        }
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal, $rule:literal;)*) => {
        $(#[doc = $rule] pub const $name: Code = Code { code: $code, rule: $rule };)*
        /// Every code with its rule, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    AUTHORITY = "AUT-001", "each command is open to the roles of the authority table only";
    OTHER_CUSTOMER = "AUT-002", "a customer's people act for their own customer only";
    CUSTOMER_UNKNOWN = "CUS-001", "a customer is added as a prospect before anything else happens";
    CUSTOMER_EXISTS = "CUS-002", "a customer is added once";
    RESERVED = "CUS-004", "the identity `vendor` is the vendor's own";
    CONTRACT_TWICE = "CUS-003", "the contract is signed once";
    NOT_YET = "ENV-001", "an environment opens when the conditions of its kind in the policy hold";
    CONTENT = "ENV-002", "the content of an environment comes from where the policy says, and from nowhere else";
    ALREADY_THERE = "ENV-003", "a customer has one environment of a kind, unless the policy lets it repeat";
    UNKNOWN_ENVIRONMENT = "ENV-004", "a command names an environment that exists";
    WRONG_STATE = "ENV-005", "an environment goes through its states in order";
    INSTANCES = "ENV-006", "an environment has the instances that the policy gives its kind";
    FORMALITY = "ENV-007", "only VAL is formal or informal";
    PACKAGES = "ENV-008", "an environment is built from the packages that its rules name";
    NOT_DEMO = "ENV-009", "only a Demo is lent";
    VENDOR_OWNED = "ENV-010", "Community Dev belongs to the vendor and no customer's data may enter it";
    RESET = "ENV-011", "only an environment of the vendor's sample data is reset";
    IQ_KIND = "IQ-001", "an IQ is made for a formal VAL and for PROD, and for nothing else";
    IQ_UNSIGNED = "IQ-002", "a qualified environment's plan is signed by author, reviewer and quality before it runs";
    IQ_REPORT_UNSIGNED = "IQ-003", "a qualified environment is accepted after executor, reviewer and quality have signed its report";
    CHECK_FAILED = "IQ-004", "a report with a failed check and no closed deviation is not approved";
    DOCUMENT_UNKNOWN = "DOC-001", "a command names a document that exists";
    SIGNATURE_NOT_ASKED = "SIG-001", "a record is signed with the meanings and by the roles of the signature table";
    SIGNED_TWICE = "SIG-002", "nobody signs one record twice";
    NOT_INDEPENDENT = "SIG-003", "reviewer and quality are other people than author and executor, and than each other";
    OTHER_CONTENT = "SIG-004", "a signature is bound to the digest of what was shown";
    ALREADY_REJECTED = "SIG-005", "a record that was rejected, or whose environment was given up, is not signed";
    REASON_MISSING = "REA-001", "what undoes, withdraws, holds or destroys needs a reason";
    DUMP_FINAL = "MIG-001", "the final dump is provided by the customer, after validation is completed";
    DUMP_UNKNOWN = "MIG-002", "an iteration runs on a registered dump and a recorded spec";
    ITERATION_UNKNOWN = "MIG-003", "a command names an iteration that exists";
    ITERATION_STATE = "MIG-004", "an iteration is run, published, then signed";
    FINDING_UNKNOWN = "MIG-005", "a command names a finding that exists and is open";
    FINDINGS_OPEN = "MIG-006", "an iteration with open findings is not signed off";
    FINAL_DIFFERS = "MIG-007", "the final run uses the spec, maps and catalogue of the signed iteration";
    SIGNED_OFF_ALREADY = "MIG-008", "after sign-off nothing but the final run follows";
    NO_MIGRATION = "MIG-009", "a customer who declared to have no source database has no migration";
    WITHDRAWAL = "MIG-010", "a sign-off is withdrawn until PROD is live, and before PROD is requested";
    SOURCE_KIND = "CFG-001", "configuration comes from Sandbox or prePROD for VAL, and from VAL or prePROD for PROD";
    SOURCE_NOT_AGREED = "CFG-002", "configuration is extracted from the source that customer quality agreed to";
    DIFFERENCE_UNSIGNED = "CFG-003", "where PROD's configuration differs from the validated one, customer quality signs the difference before the build";
    PROMOTION = "CFG-004", "configuration is promoted from Sandbox to prePROD";
    VALIDATION = "VAL-001", "validation is completed in an accepted formal VAL, once";
    REJECTED = "VAL-002", "what the customer rejected is neither accepted nor validated";
    OUTPUT_CHANGED = "VAL-003", "a formal VAL is built, accepted and validated with the migration output that is signed off";
    DEVIATION_UNKNOWN = "DEV-001", "a command names a deviation that exists";
    DEVIATION_STATE = "DEV-002", "a deviation is opened, resolved with impact, cause and fix, tested again, then closed by vendor quality";
    DEVIATION_OPEN = "DEV-003", "a failed build is repeated when its deviation is resolved, and reported when every deviation is closed";
    CHANGE_UNKNOWN = "REC-001", "a command names a change that exists";
    CHANGE_STATE = "REC-002", "a change of a controlled environment is requested, approved by vendor quality, then made";
    READ_ONLY_IN_TEST = "REC-003", "what Main governs is read-only in Test";
    DESIGN_PLACE = "STU-001", "a study design is imported into Main, exported and pushed from Main to Test where the policy says";
    DESIGN_OID = "STU-002", "an OID goes on meaning what it meant: no import overwrites a version of a design";
    MATERIALS = "MAT-001", "dumps, packages and the like are destroyed when they are due";
    GOLIVE_ORDER = "GOL-001", "the go-live steps happen in order";
    GOLIVE_DONE = "GOL-002", "a go-live step happens once, as long as PROD stands on it";
    HELD = "HLD-001", "a legal hold keeps an environment";
    NOT_HELD = "HLD-002", "only a held environment is released";
    NOT_DUE = "DST-001", "nothing is destroyed before it is due, unless vendor quality signs for it with a reason";
    PROD_STAYS = "DST-002", "PROD that is live is never destroyed";
    NOT_CLOSED = "DST-003", "an environment is closed before it is destroyed";
    NEEDED = "DST-004", "an environment that a running build takes content from is kept";
    PERSON_EXISTS = "PER-001", "a person's identity is given once";
    PERSON_CUSTOMER = "PER-002", "a customer's person belongs to a customer, a vendor's person to none";
    PERSON_NAME = "PER-003", "a printed name is 2 to 80 characters";
    FIRST_PERSON = "PER-004", "the first person is vendor quality; later ones are added by vendor quality";
    ADOPTION = "POL-001", "a changed policy or catalogue is adopted once, by vendor quality";
    CLOCK = "CLK-001", "time is moved only in a directory with the demonstration clock, and only forward";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = ALL.iter().map(|code| code.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
    }
}
