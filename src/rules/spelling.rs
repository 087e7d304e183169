//! How words are spelt: the slang table and the words that are capitals by nature, with what no text can have.

use rustc_hash::FxHashMap;

use crate::config::lexicon::Lexicon;
use crate::config::reader::{Folder, Source, Table};
use crate::config::slang::{self, SlangRow};
use crate::problem::{Problem, Reporter, Spot};
use crate::text::{Acronyms, SlangTable};

/// Reads `slang`, the table of slang; rows that no text can have are reported.
pub(super) fn slang_table(folder: &Folder, text: &Table<'_>, sources: &mut Vec<Source>, reporter: &Reporter) -> SlangTable {
    let file = text.required("slang").spotted_string();
    let source = file.and_then(|file| folder.read(&file.value, Some(&file.spot), reporter));
    let table = table_of(&slang::parse(&source, reporter), reporter);
    sources.extend(source);
    table
}

fn table_of(rows: &[SlangRow], reporter: &Reporter) -> SlangTable {
    let rows = || rows.iter().filter(|row| !row.ambiguous);
    let table = SlangTable::new(rows().map(|row| (row.slang.as_str(), row.standard.as_str())));
    let mut seen: FxHashMap<String, &Spot> = FxHashMap::default();
    for row in rows() {
        let warn = |what: String, hint: &str| reporter.report(Problem::warning(&row.spot, what).hint(hint));
        let slang = &row.slang;
        let Some(key) = SlangTable::key(slang) else {
            warn(format!("`{slang}` is never replaced: no text has it as one word"), "remove the row, or make it an entry of a lexicon");
            continue;
        };
        if let Some(first) = seen.insert(key.clone(), &row.spot) {
            warn(format!("`{slang}` is the same slang as that at {first} once both are normalised"), "remove one of the two");
        }
        match table.get(&key) {
            None => warn(format!("`{slang}` stands for nothing once punctuation is gone"), "write the words it stands for"),
            Some([word]) if **word == *key && SlangTable::key(&row.standard).as_ref() != Some(&key) => {
                warn(format!("`{slang}` is never replaced: `{}` leads back to it", row.standard), "let both rows stand for the same word");
            }
            Some(_) => {}
        }
    }
    table
}

/// Reads `acronyms`, the words that do not shout; those that no text can have are reported.
pub(super) fn acronyms(folder: &Folder, text: &Table<'_>, sources: &mut Vec<Source>, reporter: &Reporter) -> Acronyms {
    let file = text.required("acronyms").spotted_string();
    let source = file.and_then(|file| folder.read(&file.value, Some(&file.spot), reporter));
    let acronyms = acronyms_of(&Lexicon::parse(&source, reporter), reporter);
    sources.extend(source);
    acronyms
}

fn acronyms_of(lexicon: &Lexicon, reporter: &Reporter) -> Acronyms {
    let entries = || lexicon.groups.iter().flat_map(|group| &group.entries);
    for entry in entries().filter(|entry| entry.exclude || !Acronyms::can_occur(&entry.text)) {
        let what = format!("`{}` never counts: an acronym is one word in capitals", entry.text);
        reporter.report(Problem::warning(&entry.spot, what).hint("write it in capitals, without spaces and signs"));
    }
    Acronyms::new(entries().map(|entry| entry.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, file: &str, text: &str) -> String {
        let reporter = Reporter::default();
        let source = Source::new(file, text);
        reporter.show_lines_of(source.file(), source.text());
        match file {
            "slang.tsv" => drop(table_of(&slang::parse([&source], &reporter), &reporter)),
            _ => drop(acronyms_of(&Lexicon::parse([&source], &reporter), &reporter)),
        }
        format!("== {name}\n{}\n", reporter.into_problems().render())
    }

    #[test]
    fn rows_that_no_text_can_have_are_named() {
        let rows = [
            (
                "sound rows",
                "ga\ttidak\nputus2\tputus-putus\nmasalah\tmasalah\ndoank\tdoang\ndoang\tsaja\nDon't\ttidak\ngak2\ttidak-tidak\n",
            ),
            ("a row with a hyphen on the left", "putus-nyambung\tputus nyambung\n"),
            ("a row for a handle", "@tsel\ttelkomsel\n"),
            ("a row for a sign", "🙃\tsenyum\n"),
            ("a row with a sign in it", "ga!\ttidak\n"),
            ("a row for nothing", "ga\t...\n"),
            ("the same slang in another spelling", "Ga\ttidak\nga\tenggak\n"),
            ("the same slang with an apostrophe", "don't\ttidak\ndont\tjangan\n"),
            ("rows that lead in a circle", "ga\tgak\ngak\tga\n"),
            ("an ambiguous row is not applied", "a-b\tdari\tamb\n"),
        ];
        let acronyms = [
            ("sound acronyms", "#@group all\nLOS\n4G\nÉAST\n"),
            ("an acronym in small letters", "#@group all\nWiFi\n"),
            ("an acronym with a hyphen", "#@group all\nWI-FI\n"),
            ("an acronym of two words", "#@group all\nMNC PLAY\n"),
            ("an acronym of digits", "#@group all\n147\n"),
        ];
        let rows = rows.iter().map(|(name, text)| check(name, "slang.tsv", text));
        let acronyms = acronyms.iter().map(|(name, text)| check(name, "acronyms.txt", text));
        insta::assert_snapshot!(rows.chain(acronyms).collect::<String>());
    }
}
