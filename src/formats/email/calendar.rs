//! Names of months and weekdays as Indonesian and English mail programs write them, in full or shortened.

/// Names of the months, and the shortened ones that are not how a name begins.
const MONTHS: [(&str, usize); 25] = [
    ("january", 1),
    ("januari", 1),
    ("february", 2),
    ("februari", 2),
    ("pebruari", 2),
    ("march", 3),
    ("maret", 3),
    ("april", 4),
    ("may", 5),
    ("mei", 5),
    ("june", 6),
    ("juni", 6),
    ("july", 7),
    ("juli", 7),
    ("august", 8),
    ("agustus", 8),
    ("agt", 8),
    ("ags", 8),
    ("september", 9),
    ("october", 10),
    ("oktober", 10),
    ("november", 11),
    ("nopember", 11),
    ("december", 12),
    ("desember", 12),
];

const WEEKDAYS: [&str; 16] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "senin",
    "selasa",
    "rabu",
    "kamis",
    "jumat",
    "jum'at",
    "sabtu",
    "minggu",
    "ahad",
];

/// Returns the month, from 1, that `word` names.
pub(super) fn month(word: &str) -> Option<usize> {
    MONTHS.iter().find(|(name, _)| names(word, name)).map(|&(_, number)| number)
}

/// Returns whether `word` names a day of the week.
pub(super) fn is_weekday(word: &str) -> bool {
    WEEKDAYS.iter().any(|name| names(word, name))
}

/// Returns whether `word` is `name` or how it begins, three letters at least, with or without a point.
fn names(word: &str, name: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']);
    word.len() >= 3 && name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_weekdays() {
        for (word, expected) in [
            ("Jan", Some(1)),
            ("Mei", Some(5)),
            ("AGUSTUS", Some(8)),
            ("Agt.", Some(8)),
            ("okt", Some(10)),
            ("Sept", Some(9)),
            ("de", None),
            ("desa", None),
            ("mart", None),
            ("é", None),
        ] {
            assert_eq!(month(word), expected, "{word}");
        }
        for (word, expected) in [("Sel,", true), ("Friday", true), ("Jum'at", true), ("Minggu", true), ("sela", true), ("selalu", false)] {
            assert_eq!(is_weekday(word), expected, "{word}");
        }
    }
}
