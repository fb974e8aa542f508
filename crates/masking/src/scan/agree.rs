//! However many threads read, the same is found; and wherever a value stands, it is found.

use std::{collections::BTreeSet, path::Path};

use rusqlite::Connection;

use super::{ColumnResult, Sides, Survivor, compare};
use crate::{MaskKey, Masking, Overrides, Plan, sample};

struct Pair {
    folder: tempfile::TempDir,
    catalogue: landfall_catalogue::Catalogue,
}

impl Pair {
    /// A package and its masked instance; several parts for each table.
    fn new(volunteers: i64) -> Self {
        let pair = Self { folder: tempfile::tempdir().unwrap(), catalogue: sample::catalogue() };
        sample::package(&pair.path("package"), &pair.catalogue, volunteers);
        let plan = Plan::new(&pair.catalogue, &Overrides::default()).unwrap();
        pair.load("instance", &plan);
        pair
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(format!("{name}.sqlite"))
    }

    fn load(&self, name: &str, plan: &Plan) {
        let key = MaskKey::from_bytes([5; 32]);
        let masking = Masking::new(plan, &key, &self.catalogue);
        sample::load(&self.path("package"), &self.path(name), &self.catalogue, &masking).unwrap();
    }

    fn compared(&self, instance: &Path, threads: usize) -> Compared {
        let package = self.path("package");
        let sides = Sides { package: &package, configuration: None, instance };
        let mut told = Vec::new();
        let compared = compare(sides, &self.catalogue, threads, &mut |progress| {
            told.push(format!("{:?} {} {}", progress.phase, progress.table, progress.done));
        })
        .unwrap();
        let columns = compared.columns(&self.catalogue);
        let read = (compared.extent.tables, compared.extent.cells);
        Compared { survivors: compared.survivors, columns, read, told }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Compared {
    survivors: Vec<Survivor>,
    columns: Vec<ColumnResult>,
    read: (u64, u64),
    told: Vec<String>,
}

#[test]
fn any_number_of_threads_reports_the_same() {
    let pair = Pair::new(60);
    let plan = Plan::new(&pair.catalogue, &Overrides::default()).unwrap();
    let open = ["email", "last_name", "birth_date", "city", "notes"]
        .iter()
        .fold(plan, |plan, column| plan.with_identity("volunteer", column));
    pair.load("open", &open);
    for name in ["instance", "open"] {
        let alone = pair.compared(&pair.path(name), 1);
        assert_eq!(alone.survivors.is_empty(), name == "instance");
        for threads in 2..5 {
            assert_eq!(pair.compared(&pair.path(name), threads), alone);
        }
    }
}

#[test]
fn a_value_is_found_at_every_kind_of_place() {
    let pair = Pair::new(30);
    let source = Connection::open(pair.path("package")).unwrap();
    let cell = |column: &str| -> String {
        source
            .query_row(&format!("SELECT {column} FROM volunteer WHERE id = 21"), [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    let phone = cell("mobile_phone");
    let national = phone.strip_prefix("+44").unwrap();
    let email = cell("email");
    let birth = cell("birth_date");
    let written = format!("see {} {}", cell("last_name"), cell("first_name"));
    let set = |table: &str, column: &str, id: i64, value: &str| {
        (
            format!("UPDATE {table} SET {column} = {value} WHERE id = {id}"),
            table.to_owned(),
            column.to_owned(),
        )
    };
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let plants = [
        // A whole cell of a column that is kept, after many rows that hold the same harmless text.
        set("volunteer", "status", 29, &quoted(&email)),
        // A run of words in a text, in other letters.
        set("volunteer", "status", 3, &quoted(&format!("ask <{}>!", email.to_uppercase()))),
        // Both forms in which a number is written at home, the second as a run.
        set("volunteer", "status", 17, &quoted(&format!("0{national}"))),
        set("volunteer", "status", 1, &quoted(&format!("ring {national} now"))),
        // A number as a number.
        set("appointment", "duration_minutes", 40, phone.trim_start_matches('+')),
        // A value in a column of its class, in another person's row.
        set("volunteer", "national_id", 4, &quoted(&cell("national_id"))),
        set("volunteer", "first_name", 2, &quoted(&cell("first_name"))),
        // First and last name that stand together.
        set("volunteer", "status", 8, &quoted(&written)),
        // A date and a town in the person's own rows.
        set("volunteer", "last_contact_on", 21, &quoted(&birth)),
        set("volunteer", "city", 21, &quoted(&cell("city"))),
        // A file that is a text.
        set("volunteer_file", "content", 33, &format!("CAST({} AS BLOB)", quoted(&email))),
        // A table that no catalogue knows, behind many rows.
        (
            format!(
                "CREATE TABLE elsewhere (remark TEXT);
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                 INSERT INTO elsewhere SELECT 'nothing ' || (i % 3) FROM n;
                 INSERT INTO elsewhere VALUES ({})",
                quoted(&email)
            ),
            "elsewhere".to_owned(),
            "remark".to_owned(),
        ),
    ];
    let instance = pair.path("planted");
    for (sql, table, column) in plants {
        std::fs::copy(pair.path("instance"), &instance).unwrap();
        let connection = Connection::open(&instance).unwrap();
        connection.execute_batch("UPDATE volunteer SET status = 'active and well'").unwrap();
        connection.execute_batch(&sql).unwrap();
        drop(connection);
        let found: BTreeSet<(String, String)> = pair
            .compared(&instance, 2)
            .survivors
            .into_iter()
            .map(|one| (one.found_table, one.found_column))
            .collect();
        assert_eq!(found, BTreeSet::from([(table, column)]), "{sql}");
    }
}
