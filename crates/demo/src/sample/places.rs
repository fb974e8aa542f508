//! Where the legacy database's people live.

/// A town: its name, county, postcode area, the outward districts used, and the digits of a dialling code whose
/// numbers `496 0000` to `496 0999` (or the like) the regulator keeps for fiction: that of the next large town where
/// phone libraries do not know the own one (Nottingham has numbers of Leicester).
#[derive(Debug, Clone, Copy)]
pub(super) struct Town {
    pub(super) name: &'static str,
    pub(super) county: &'static str,
    pub(super) area: &'static str,
    pub(super) districts: i64,
    pub(super) dialling: &'static str,
}

const fn town(
    name: &'static str,
    county: &'static str,
    area: &'static str,
    districts: i64,
    dialling: &'static str,
) -> Town {
    Town { name, county, area, districts, dialling }
}

/// The towns; those near the units stand first.
pub(super) const TOWNS: &[Town] = &[
    town("Leeds", "West Yorkshire", "LS", 28, "113496"),
    town("Nottingham", "Nottinghamshire", "NG", 17, "116496"),
    town("Bradford", "West Yorkshire", "BD", 24, "113496"),
    town("Sheffield", "South Yorkshire", "S", 36, "114496"),
    town("Wakefield", "West Yorkshire", "WF", 17, "113496"),
    town("Huddersfield", "West Yorkshire", "HD", 9, "113496"),
    town("York", "North Yorkshire", "YO", 32, "113496"),
    town("Harrogate", "North Yorkshire", "HG", 5, "113496"),
    town("Derby", "Derbyshire", "DE", 24, "116496"),
    town("Leicester", "Leicestershire", "LE", 19, "116496"),
    town("Mansfield", "Nottinghamshire", "NG", 21, "116496"),
    town("Loughborough", "Leicestershire", "LE", 12, "116496"),
    town("Halifax", "West Yorkshire", "HX", 7, "113496"),
    town("Doncaster", "South Yorkshire", "DN", 12, "114496"),
    town("Rotherham", "South Yorkshire", "S", 66, "114496"),
    town("Barnsley", "South Yorkshire", "S", 75, "114496"),
    town("Manchester", "Greater Manchester", "M", 50, "161496"),
    town("Oldham", "Greater Manchester", "OL", 16, "161496"),
    town("Liverpool", "Merseyside", "L", 37, "151496"),
    town("Birmingham", "West Midlands", "B", 50, "121496"),
    town("Newcastle upon Tyne", "Tyne and Wear", "NE", 46, "191498"),
    town("Edinburgh", "City of Edinburgh", "EH", 17, "131496"),
    town("Glasgow", "City of Glasgow", "G", 53, "141496"),
    town("Bristol", "City of Bristol", "BS", 16, "117496"),
    town("Reading", "Berkshire", "RG", 31, "118496"),
    town("London", "Greater London", "SE", 28, "207946"),
];

/// Streets, without the number.
pub(super) const STREETS: &[&str] = &[
    "High Street",
    "Station Road",
    "Church Lane",
    "Victoria Terrace",
    "Park Avenue",
    "Mill Lane",
    "Chapel Street",
    "Otley Road",
    "Kirkstall Grove",
    "Burley Mount",
    "Meanwood Close",
    "Roundhay Crescent",
    "Hyde Park Road",
    "Cardigan Lane",
    "Lenton Boulevard",
    "Wollaton Vale",
    "Sneinton Dale",
    "Radford Way",
    "Carlton Hill",
    "Beeston Rylands",
    "St John's Walk",
    "St Mary's Place",
    "Queen's Drive",
    "King's Approach",
    "Albert Row",
    "Spring Bank",
    "Woodhouse Cliff",
    "Beckett Garth",
    "Calverley Fold",
    "Harehills Parade",
    "Elmete View",
    "Tinshill Rise",
    "Cross Flatts",
    "Dewsbury Turnpike",
    "Ashfield Gardens",
    "Bramley Ings",
    "Cowper Mews",
    "Delph Yard",
    "Elland Brow",
    "Far Royds",
    "Grange Holt",
    "Hollin Bank",
    "Ings Crescent",
    "Jubilee Wharf",
    "Knowle Top",
    "Lidgett Chase",
    "Moorside Nook",
    "Newall Carr",
    "Oakwood Glade",
    "Pasture End",
    "Quarry Dene",
    "Rein Court",
    "Scott Hall Bend",
    "Thorner Gate",
    "Upland Ridge",
    "Vesper Hollow",
    "Weetwood Copse",
    "Yew Tree Paddock",
];

/// How the county is typed: the name and the ways in which it is misspelt or shortened.
pub(super) const COUNTIES: &[(&str, &[&str])] = &[
    (
        "West Yorkshire",
        &["West Yorkshire", "W Yorks", "West Yorks", "W. Yorkshire", "WEST YORKSHIRE"],
    ),
    ("South Yorkshire", &["South Yorkshire", "S Yorks", "South Yorks", "Sth Yorkshire"]),
    ("North Yorkshire", &["North Yorkshire", "N Yorks", "North Yorks"]),
    ("Nottinghamshire", &["Nottinghamshire", "Notts", "Notts.", "Nottinghamshre"]),
    ("Derbyshire", &["Derbyshire", "Derbys", "Derbyshir"]),
    ("Leicestershire", &["Leicestershire", "Leics", "Leics.", "Liecestershire"]),
    ("Greater Manchester", &["Greater Manchester", "Gtr Manchester", "Manchester (Gtr)"]),
    ("Merseyside", &["Merseyside", "Mersyside"]),
    ("West Midlands", &["West Midlands", "W Midlands"]),
    ("Tyne and Wear", &["Tyne and Wear", "Tyne & Wear"]),
    ("City of Edinburgh", &["City of Edinburgh", "Edinburgh", "Midlothian"]),
    ("City of Glasgow", &["City of Glasgow", "Glasgow", "Lanarkshire"]),
    ("City of Bristol", &["City of Bristol", "Avon"]),
    ("Berkshire", &["Berkshire", "Berks", "Berks."]),
    ("Greater London", &["Greater London", "London", "Gtr London"]),
];

const UNKNOWN: &[&str] = &["Unknown county"];

/// Returns the ways in which a county is typed.
pub(super) fn spellings(county: &str) -> &'static [&'static str] {
    COUNTIES.iter().find(|(name, _)| *name == county).map_or(UNKNOWN, |(_, spellings)| *spellings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_has_its_spellings_and_they_lead_to_one_county() {
        for town in TOWNS {
            assert!(spellings(town.county).contains(&town.county), "{}", town.county);
        }
        let mut all: Vec<_> = COUNTIES.iter().flat_map(|(_, spellings)| *spellings).collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
    }
}
