//! The section `[text]`: how words are spelt, before any of them means anything.

use crate::config::lexicon::Lexicon;
use crate::config::reader::{Folder, Source, Table};
use crate::config::slang;
use crate::problem::{Reporter, Spotted};
use crate::text::{Acronyms, SlangTable};

/// What is known of words.
pub(super) struct Words {
    pub(super) slang: SlangTable,
    pub(super) acronyms: Acronyms,
    /// Endings that leave a word what it is.
    pub(super) clitics: Vec<String>,
    /// The files of the classes that all lexicons share.
    pub(super) classes: Vec<Spotted<String>>,
    /// The documents read, for the hash.
    pub(super) sources: Vec<Source>,
}

impl Words {
    pub(super) fn read(folder: &Folder, text: Table<'_>, reporter: &Reporter) -> Self {
        let mut sources = Vec::new();
        let slang = slang_table(folder, &text, &mut sources, reporter);
        let acronyms = acronyms(folder, &text, &mut sources, reporter);
        let clitics = text.optional("clitics").strings();
        let classes = text.optional("classes").spotted_strings();
        text.finish();
        Words { slang, acronyms, clitics, classes, sources }
    }
}

fn slang_table(folder: &Folder, text: &Table<'_>, sources: &mut Vec<Source>, reporter: &Reporter) -> SlangTable {
    let file = text.required("slang").spotted_string();
    let source = file.and_then(|file| folder.read(&file.value, Some(&file.spot), reporter));
    let rows = slang::parse(&source, reporter);
    sources.extend(source);
    SlangTable::new(rows.iter().filter(|row| !row.ambiguous).map(|row| (row.slang.as_str(), row.standard.as_str())))
}

fn acronyms(folder: &Folder, text: &Table<'_>, sources: &mut Vec<Source>, reporter: &Reporter) -> Acronyms {
    let file = text.required("acronyms").spotted_string();
    let source = file.and_then(|file| folder.read(&file.value, Some(&file.spot), reporter));
    let lexicon = Lexicon::parse(&source, reporter);
    sources.extend(source);
    Acronyms::new(lexicon.groups.iter().flat_map(|group| &group.entries).map(|entry| entry.text.as_str()))
}
