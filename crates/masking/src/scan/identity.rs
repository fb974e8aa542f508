//! Proof that the scan can fail: for each personal column, its mask is replaced by identity and the scan names it.

use std::{collections::BTreeSet, path::Path};

use landfall_catalogue::Catalogue;

use super::{Report, Sides, Spot, about_a_volunteer, compare};
use crate::{MaskKey, Masking, Overrides, Plan, sample};

fn found(package: &Path, instance: &Path, catalogue: &Catalogue) -> BTreeSet<(String, String)> {
    let sides = Sides { package, configuration: None, instance };
    let compared = compare(sides, catalogue, 2, &mut |_| {}).unwrap();
    compared.survivors.into_iter().map(|one| (one.found_table, one.found_column)).collect()
}

#[test]
fn a_column_whose_mask_is_replaced_by_identity_is_named_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = sample::catalogue();
    let key = MaskKey::from_bytes([5; 32]);
    let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
    let package = folder.path().join("package.sqlite");
    sample::package(&package, &catalogue, 12);

    let instance = folder.path().join("masked.sqlite");
    sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue)).unwrap();
    assert_eq!(found(&package, &instance, &catalogue), BTreeSet::new());

    let mut columns = 0;
    for table in catalogue.tables() {
        for column in table.columns.iter().filter(|column| about_a_volunteer(column)) {
            let open = plan.with_identity(&table.name, &column.name);
            let instance = folder.path().join(format!("identity-{columns}.sqlite"));
            sample::load(&package, &instance, &catalogue, &Masking::new(&open, &key, &catalogue))
                .unwrap();
            let expected = BTreeSet::from([(table.name.clone(), column.name.clone())]);
            assert_eq!(found(&package, &instance, &catalogue), expected);
            std::fs::remove_file(&instance).unwrap();
            columns += 1;
        }
    }
    assert!(columns > 30, "{columns}");
}

#[test]
fn values_are_found_in_other_spellings_and_places() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = sample::catalogue();
    let key = MaskKey::from_bytes([5; 32]);
    let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
    let package = folder.path().join("package.sqlite");
    sample::package(&package, &catalogue, 3);
    let source = rusqlite::Connection::open(&package).unwrap();
    let (email, first, last): (String, String, String) = source
        .query_row("SELECT email, first_name, last_name FROM volunteer WHERE id = 2", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    for (number, hidden) in [
        format!("write to <{}> today", email.to_uppercase()),
        format!("Dr. {last}, {first}: seen"),
        format!("{}-{}", first.to_lowercase(), last.to_uppercase()),
    ]
    .into_iter()
    .enumerate()
    {
        let instance = folder.path().join(format!("{number}.sqlite"));
        sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue))
            .unwrap();
        let masked = rusqlite::Connection::open(&instance).unwrap();
        // A table that no catalogue knows is read like any other.
        masked.execute_batch("CREATE TABLE elsewhere (remark TEXT)").unwrap();
        masked.execute("INSERT INTO elsewhere VALUES (?1)", [&hidden]).unwrap();
        drop(masked);
        let expected = BTreeSet::from([("elsewhere".to_owned(), "remark".to_owned())]);
        assert_eq!(found(&package, &instance, &catalogue), expected, "{number}");
    }
}

#[test]
fn the_whole_scan_reports_every_column_and_the_planted_check() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = sample::catalogue();
    let key = MaskKey::from_bytes([6; 32]);
    let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
    let package = folder.path().join("package.sqlite");
    let instance = folder.path().join("instance.sqlite");
    sample::package(&package, &catalogue, 5);
    sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue)).unwrap();
    let files = super::Files {
        package: &package,
        configuration: None,
        instance: &instance,
        scratch: folder.path(),
    };
    let report: Report = super::scan(files, &catalogue, &mut |_| {}).unwrap();
    assert!(report.survivors.is_empty() && report.coincidences.is_empty());
    assert_eq!(report.planted.planted, report.planted.found);
    let spots: BTreeSet<Spot> = report
        .columns
        .iter()
        .map(|one| Spot { table: one.table.clone(), column: one.column.clone(), rule: one.rule })
        .collect();
    assert_eq!(spots, report.planted.planted.iter().cloned().collect());
    assert!(report.columns.iter().all(|one| one.source_values > 0 && one.values > 0));
    assert!(report.cells_scanned > 0 && report.tables_scanned > 0);
    let rules: Vec<char> = report.rules.iter().map(|one| one.rule.letter()).collect();
    assert_eq!(rules, ['a', 'b', 'c']);
}
