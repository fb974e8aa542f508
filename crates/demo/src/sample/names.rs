//! The names of the legacy database's people; the frequent ones stand first.
//!
//! No site of the demonstration set has an investigator with one of these family names.

pub(super) const MALE: &[&str] = &[
    "David", "John", "Michael", "James", "Paul", "Andrew", "Stephen", "Mohammed", "Peter",
    "Robert", "Christopher", "Daniel", "Richard", "Matthew", "Thomas", "Ian", "Kevin", "Simon",
    "Jonathan", "Gary", "Craig", "Adam", "Oliver", "Liam", "Callum", "Ryan", "Nathan", "Joshua",
    "Harry", "Samuel", "Benjamin", "Alexander", "Imran", "Tariq", "Rajesh", "Arjun", "Sanjay",
    "Kwame", "Tunde", "Chidi", "Piotr", "Tomasz", "Krzysztof", "Łukasz", "Paweł", "Seán",
    "Ciarán", "Rhys", "Iwan", "Hamish", "Angus", "José", "Luís", "André", "François", "Jean-Luc",
    "Jürgen", "Søren", "Björn", "Zoltán", "Dmitri", "Yusuf", "Mehmet", "Hiroshi", "Wei", "Minh",
    "Emeka", "Desmond", "Winston", "Leroy", "Noël", "Raphaël",
];

pub(super) const FEMALE: &[&str] = &[
    "Susan", "Sarah", "Karen", "Julie", "Emma", "Claire", "Helen", "Laura", "Rebecca", "Lisa",
    "Nicola", "Amanda", "Rachel", "Louise", "Charlotte", "Jessica", "Hannah", "Lucy", "Katie",
    "Sophie", "Megan", "Olivia", "Eleanor", "Fatima", "Aisha", "Zainab", "Priya", "Anjali",
    "Deepa", "Sunita", "Nadia", "Abena", "Ngozi", "Folake", "Agnieszka", "Katarzyna", "Małgorzata",
    "Zofia", "Siobhán", "Niamh", "Róisín", "Siân", "Carys", "Eilidh", "Morag", "Zoë", "Chloë",
    "Renée", "Chantal", "Anne-Marie", "Mary-Jane", "Inês", "Beatriz", "Núria", "Brünhild",
    "Ingrid", "Åsa", "Ilona", "Svetlana", "Elif", "Yuki", "Mei", "Linh", "Chiamaka", "Shanice",
    "Beverley", "Gwendolyn", "Philippa", "Harriet", "Josephine", "Thérèse", "Zdenka",
];

pub(super) const FAMILY: &[&str] = &[
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel",
    "Robinson", "Wright", "Thompson", "Evans", "Walker", "White", "Roberts", "Green", "Hall",
    "Wood", "Jackson", "Clarke", "Khan", "Hughes", "Harris", "Lewis", "Edwards", "Turner",
    "Ahmed", "Singh", "Hussain", "Begum", "Ali", "Cooper", "Hill", "Ward", "Morris", "Morgan",
    "Bailey", "Shaw", "Bennett", "Carter", "Phillips", "Griffiths", "O'Connor", "O'Brien",
    "O'Neill", "D'Souza", "D'Angelo", "MacDonald", "McCarthy", "McIntyre", "Fitzgerald",
    "Gallagher", "Sutcliffe", "Ackroyd", "Hargreaves", "Ramsbottom", "Braithwaite", "Cartwright",
    "Entwistle", "Featherstone", "Greenhalgh", "Hebblethwaite", "Illingworth", "Kershaw",
    "Lumley", "Micklethwaite", "Normanton", "Ogden", "Pickersgill", "Ravenscroft", "Satterthwaite",
    "Tattersall", "Uttley", "Varley", "Whitehead", "Nowak", "Kowalski", "Wójcik", "Kamiński",
    "Szymańska", "García", "Fernández", "Gonçalves", "Pereira", "Müller", "Schröder", "Weiß",
    "Lefèvre", "Bélanger", "Østergaard", "Lindström", "Horváth", "Novák", "Dvořák", "Popescu",
    "Ivanov", "Petrova", "Yılmaz", "Demir", "Okafor", "Adeyemi", "Mensah", "Owusu", "Abubakar",
    "Diallo", "Nguyen", "Tran", "Chen", "Wang", "Tanaka", "Kim", "Sharma", "Gupta", "Reddy",
    "Chowdhury", "Rahman", "Iqbal", "Malik", "Qureshi", "Mahmood", "Kaur", "Gill", "Bhatt",
    "Desai", "Fernando", "Perera", "Campbell", "Stewart", "Robertson", "Anderson", "Murray",
    "Llewellyn", "Pritchard", "Cadwallader", "Gwilym", "Penhaligon", "Trevithick", "Polkinghorne",
    "Cholmondeley", "Featherstonehaugh", "Wolstenholme", "Zeffirelli", "Achterberg", "Quaye",
];

pub(super) const MIDDLE: &[&str] = &[
    "Anne", "Jane", "Lee", "Marie", "William", "Elizabeth", "Louise", "Edward", "Alan", "George",
    "Kathleen", "Francis", "Patrick", "Leigh", "Margaret", "Henryk", "Kumar", "Kaur", "Chukwuma",
    "Amélie", "Ewan", "Dilys",
];

pub(super) const TITLES_MALE: &[&str] = &["Mr", "Mr.", "MR", "Mr", "Dr"];
pub(super) const TITLES_FEMALE: &[&str] = &["Ms", "Mrs", "Miss", "Mrs.", "Ms", "Dr"];

#[cfg(test)]
mod tests {
    use super::*;

    /// A demonstration set that named a volunteer of the sample would make every residual scan of a VAL fail.
    #[test]
    fn nobody_of_the_demonstration_set_is_in_the_sample() {
        let set = include_str!("../../../operations/demo-set.toml");
        let words: Vec<&str> =
            set.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|word| !word.is_empty()).collect();
        let is_first = |word: &str| MALE.contains(&word) || FEMALE.contains(&word);
        for pair in words.windows(2) {
            let named = is_first(pair[0]) && FAMILY.contains(&pair[1])
                || FAMILY.contains(&pair[0]) && is_first(pair[1]);
            assert!(!named, "{} {}", pair[0], pair[1]);
        }
        for line in set.lines().filter(|line| line.contains("principal_investigator")) {
            let name = line.split("principal_investigator = \"").nth(1).and_then(|rest| rest.split('"').next());
            let family = name.and_then(|name| name.rsplit(' ').next()).unwrap();
            assert!(!FAMILY.contains(&family), "{family}");
        }
    }

    #[test]
    fn names_are_distinct() {
        for list in [MALE, FEMALE, FAMILY, MIDDLE] {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), list.len());
        }
    }
}
