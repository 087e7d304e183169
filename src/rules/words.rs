//! The section `[text]`: how words are spelt, before any of them means anything.

use super::spelling;
use crate::config::reader::{Folder, Source, Table};
use crate::problem::{Reporter, Spotted};
use crate::text::{Acronyms, SlangTable};

/// What is known of words.
pub(super) struct Words {
    pub(super) slang: SlangTable,
    pub(super) acronyms: Acronyms,
    /// Endings that leave a word what it is.
    pub(super) clitics: Vec<String>,
    /// Letters of a mathematical alphabet from which on a text is styled.
    pub(super) styled_letters: Option<u32>,
    /// The files of the classes that all lexicons share.
    pub(super) classes: Vec<Spotted<String>>,
    /// The documents read, for the hash.
    pub(super) sources: Vec<Source>,
}

impl Words {
    pub(super) fn read(folder: &Folder, text: Table<'_>, reporter: &Reporter) -> Self {
        let mut sources = Vec::new();
        let slang = spelling::slang_table(folder, &text, &mut sources, reporter);
        let acronyms = spelling::acronyms(folder, &text, &mut sources, reporter);
        let clitics = text.optional("clitics").strings();
        let styled_letters = text.optional("styled_letters").integer(1..=1_000);
        let classes = text.optional("classes").spotted_strings();
        text.finish();
        Words { slang, acronyms, clitics, styled_letters, classes, sources }
    }
}
