//! The people of the demonstration.

use landfall_core::person::Role;

/// Somebody who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
}

/// Vendor quality: the first person of the directory.
pub(super) const QUALITY: Who = who("quentin-abara", "Quentin Abara", Role::VendorQuality);
/// The vendor's pre-sales.
pub(super) const SALES: Who = who("olive-hart", "Olive Hart", Role::VendorSales);
/// The engineer who plans and builds.
pub(super) const ENGINEER: Who = who("erik-lund", "Erik Lund", Role::VendorEngineer);
/// The engineer who reviews.
pub(super) const REVIEWING_ENGINEER: Who = who("mara-voss", "Mara Voss", Role::VendorEngineer);
/// The customer's reviewer.
pub(super) const CUSTOMER_REVIEWER: Who = who("rita-moss", "Rita Moss", Role::CustomerReviewer);
/// The customer's quality.
pub(super) const CUSTOMER_QUALITY: Who = who("carl-quist", "Carl Quist", Role::CustomerQuality);

/// Everybody, the first person first.
pub(super) const EVERYBODY: [Who; 6] =
    [QUALITY, SALES, ENGINEER, REVIEWING_ENGINEER, CUSTOMER_REVIEWER, CUSTOMER_QUALITY];

const fn who(id: &'static str, name: &'static str, role: Role) -> Who {
    Who { id, name, role }
}
