//! The store, and what becomes of packages that somebody touched.

use landfall_core::digest::Digest;
use landfall_instances::{
    Error,
    instance::LoadOptions,
    package::{Kind, Package, Store, Writer},
};

use crate::sample::{Bench, ROWS, set, write};

fn packed() -> (Bench, Store, Digest) {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let extracted = bench.extract(&source, Kind::Configuration, "aside.sqlite");
    let store = Store::new(bench.path("packages"));
    assert_eq!(store.put(&bench.path("aside.sqlite")).unwrap(), extracted.digest);
    (bench, store, extracted.digest)
}

fn files(store: &Store, digest: &Digest) -> std::collections::BTreeSet<String> {
    std::fs::read_dir(store.path(digest).parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_package_stands_under_its_name_and_can_be_removed() {
    let (bench, store, digest) = packed();
    assert!(!bench.path("aside.sqlite").exists());
    assert_eq!(store.list().unwrap(), [digest]);
    assert_eq!(store.open(&digest).unwrap().digest(), digest);
    assert_eq!(
        files(&store, &digest),
        set([&format!("{digest}.sqlite"), &format!("{digest}.sha256")])
    );
    store.remove(&digest).unwrap();
    store.remove(&digest).unwrap();
    assert!(files(&store, &digest).is_empty());
    assert!(matches!(store.open(&digest), Err(Error::NotInStore { .. })));
    assert!(Store::new(bench.path("nowhere")).list().unwrap().is_empty());
}

#[test]
fn putting_the_same_content_again_keeps_the_file() {
    let (bench, store, digest) = packed();
    let before = std::fs::metadata(store.path(&digest)).unwrap().modified().unwrap();
    bench.extract(&bench.path("source.sqlite"), Kind::Configuration, "again.sqlite");
    assert_eq!(store.put(&bench.path("again.sqlite")).unwrap(), digest);
    assert!(!bench.path("again.sqlite").exists());
    assert_eq!(std::fs::metadata(store.path(&digest)).unwrap().modified().unwrap(), before);
}

#[test]
fn any_flipped_byte_is_noticed_and_putting_again_repairs_it() {
    let (bench, store, digest) = packed();
    let path = store.path(&digest);
    let intact = std::fs::read(&path).unwrap();
    let step = (intact.len() / 40).max(1);
    for at in (0..intact.len()).step_by(step) {
        let mut bytes = intact.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&path, &bytes).unwrap();
        match store.open(&digest) {
            Err(error @ Error::Corrupted { .. }) => {
                assert!(error.to_string().contains("expected"), "{error}");
                assert!(error.hint().is_some());
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
    bench.extract(&bench.path("source.sqlite"), Kind::Configuration, "again.sqlite");
    store.put(&bench.path("again.sqlite")).unwrap();
    store.open(&digest).unwrap();
}

#[test]
fn changed_content_is_refused_and_the_table_named() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    for (statement, named) in [
        ("UPDATE site SET note = 'x' WHERE id = 1", "`site`"),
        ("DELETE FROM device WHERE id = 5", "`device`"),
        ("DROP TABLE lab", "`lab`"),
        ("CREATE TABLE more (a)", "`more`"),
        ("CREATE INDEX quick ON site (name)", "`quick`"),
        ("ALTER TABLE site ADD COLUMN extra TEXT", "`site`"),
        ("UPDATE landfall_manifest SET manifest = replace(manifest, 'needs', 'need')", "manifest"),
        ("UPDATE landfall_manifest SET manifest = ' ' || manifest", "canonical"),
        ("DELETE FROM landfall_manifest", "manifest"),
    ] {
        let extracted = bench.extract(&source, Kind::Configuration, "p.sqlite");
        let path = bench.path("p.sqlite");
        Package::open(&path, Some(&extracted.digest)).unwrap();
        write(&path, statement);
        match Package::open(&path, None) {
            Err(error @ Error::Corrupted { .. }) => {
                assert!(error.to_string().contains(named), "{statement}: {error}");
            }
            other => panic!("{statement}: {other:?}"),
        }
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn another_package_than_the_expected_is_refused() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Configuration, "p.sqlite");
    let other = Digest::of(b"other");
    let error = Package::open(&bench.path("p.sqlite"), Some(&other)).unwrap_err();
    assert!(error.to_string().contains(&other.to_string()), "{error}");
}

#[test]
fn a_written_package_is_the_one_that_would_be_extracted() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let extracted = bench.extract(&source, Kind::Migration, "extracted.sqlite");
    let path = bench.path("written.sqlite");
    let writer = Writer::create(&path, &bench.catalogue, Kind::Migration).unwrap();
    writer
        .connection()
        .execute_batch(
            r#"INSERT INTO participation VALUES (1, 1, 1, 'came twice');
               INSERT INTO volunteer VALUES
                 (2, NULL, 'Bob', 'York', '["York","Haem \"A\""]', NULL, NULL, NULL, 0),
                 (1, 'X1', 'Ada', 'Leeds', '["Leeds","Chem"]', '70.5', '1990-01-02', X'00ff', 1);
               INSERT INTO study VALUES (1, 'P-1', 'archived');"#,
        )
        .unwrap();
    let written = writer.finish(Digest::of(b"policy"), None).unwrap();
    assert_eq!(written.digest, extracted.digest);
    assert_eq!(written.manifest, extracted.manifest);
    let target = bench.begin("target.sqlite");
    bench.load(&target, "written.sqlite", LoadOptions { stub_missing: true }).unwrap();
}

#[test]
fn the_base_and_the_policy_are_part_of_the_name() {
    let bench = Bench::new();
    let mut names = std::collections::BTreeSet::new();
    for (index, (policy, base)) in
        [(b"a", None), (b"b", None), (b"a", Some(Digest::of(b"base")))].into_iter().enumerate()
    {
        let path = bench.path(&format!("{index}.sqlite"));
        let writer = Writer::create(&path, &bench.catalogue, Kind::Migration).unwrap();
        names.insert(writer.finish(Digest::of(policy), base).unwrap().digest);
    }
    assert_eq!(names.len(), 3);
}
