//! What an analyst reads about mistakes in `[handoff]`, and that rules without it hand nothing off.

use std::fmt::Write;

use crate::rules::tests::{check, with};

/// A section without a mistake.
const SECTION: &str = r#"[handoff]
parties = "parties.toml"
form = "F-01"
application = "Rekaman"
format = "mp3"
kept = "731d"
criteria = [{ name = "not_agreed", clause = "W-02 5.2.1", signal = "complaint" }]
programs = [{ name = "PRANPC", from_months = 1 }, { name = "CT-0", from_months = 3 }]
[handoff.read]
amount = ['rp (?P<value>\d+)']
months = ['(?P<value>\d+|[a-z]+) bulan', 'n\+(?P<after>\d)']
call_date = ['tgl (?P<day>\d+)/(?P<month>\d+)']
numbers = { tiga = 3 }
"#;

/// Name of the mistake, what is replaced, what stands there instead.
const MISTAKES: [(&str, &str, &str); 10] = [
    ("none", "", ""),
    ("no list of parties", "parties = \"parties.toml\"\n", ""),
    ("a list that is not there", "parties.toml", "partis.toml"),
    ("misspelt signal", "signal = \"complaint\"", "signal = \"complain\""),
    ("criterion without a clause", "clause = \"W-02 5.2.1\", ", ""),
    ("programs in another order", "from_months = 3", "from_months = 1"),
    ("a pattern without a value", "rp (?P<value>\\d+)", "rp (\\d+)"),
    ("a date without a month", "/(?P<month>\\d+)", ""),
    ("broken pattern", "n\\+", "n\\+("),
    ("misspelt field", "call_date = ", "cal_date = "),
];

#[test]
fn mistakes_are_named_with_their_place_and_a_hint() {
    let mut answers = String::new();
    for (name, part, instead) in MISTAKES {
        assert!(SECTION.contains(part), "{part}");
        let section = if part.is_empty() { SECTION.to_owned() } else { SECTION.replacen(part, instead, 1) };
        writeln!(answers, "== {name}\n{}", check(&with("", &section))).unwrap();
    }
    insta::assert_snapshot!(answers);
}
