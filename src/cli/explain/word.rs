//! What a word, a root or a class of the lexicons stands for: `triage explain --word ~kirim`, `--word {medium}`,
//! `--word koran`.

use std::fmt;

use crate::post::Platform;
use crate::rules::Rules;
use crate::text::{Facts, Token, affixes};

/// Columns that a list of words is folded to.
const WIDTH: usize = 100;

/// What `word` stands for in `rules`.
pub struct Word<'a> {
    pub rules: &'a Rules,
    pub word: &'a str,
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(root) = self.word.strip_prefix('~') {
            return root_forms(f, root);
        }
        match self.word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(class) => self.class(f, class),
            None => self.plain(f),
        }
    }
}

impl Word<'_> {
    fn class(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        match self.rules.book.class(name) {
            Some(class) => {
                writeln!(f, "{{{name}}}, {}, {} members:", class.at, class.members.len())?;
                folded(f, class.members.iter().map(|member| &*member.text))
            }
            None => writeln!(f, "there is no class `{{{name}}}`"),
        }
    }

    fn plain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facts = Facts::default();
        facts.read(self.word, None, Platform::X, &self.rules.vocabulary, &self.rules.acronyms);
        for token in &facts.tokens {
            self.token(f, token)?;
        }
        Ok(())
    }

    /// Returns one word as the lexicons read it: every way with the classes and roots that hold it.
    fn token(&self, f: &mut fmt::Formatter<'_>, token: &Token) -> fmt::Result {
        let known: Vec<u32> = token.readings.into_iter().filter(|reading| *reading != 0).collect();
        if known.is_empty() {
            return writeln!(f, "{}: no lexicon knows it", self.word);
        }
        for reading in known {
            let spelling = self.rules.vocabulary.spelling(reading).unwrap_or_default();
            let roots = self.rules.book.roots_of(reading).filter_map(|root| self.rules.vocabulary.spelling(root));
            let classes = self.rules.book.classes_of(reading).map(|class| format!("{{{}}}", class.name));
            let held: Vec<String> = roots.map(str::to_owned).chain(classes).collect();
            let held = if held.is_empty() { "no class".to_owned() } else { held.join(", ") };
            writeln!(f, "{} is read as `{spelling}`: {held}", self.word)?;
        }
        Ok(())
    }
}

/// Returns the forms of a root, layer by layer, each form in the first layer that makes it.
fn root_forms(f: &mut fmt::Formatter<'_>, root: &str) -> fmt::Result {
    let layers = [
        ("written", affixes::formal(root)),
        ("spoken", affixes::spoken(root)),
        ("regional", affixes::regional(root)),
        ("shortened", affixes::shortened(root)),
    ];
    let mut shown: Vec<String> = Vec::new();
    for (name, forms) in layers {
        let new: Vec<String> = forms.into_iter().filter(|form| !shown.contains(form)).collect();
        writeln!(f, "~{root}, {name}, {} forms:", new.len())?;
        folded(f, new.iter().map(String::as_str))?;
        shown.extend(new);
    }
    Ok(())
}

fn folded<'w>(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = &'w str>) -> fmt::Result {
    let mut line = String::from(" ");
    for word in words {
        if line.len() + word.len() >= WIDTH {
            writeln!(f, "{line}")?;
            line = String::from(" ");
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > 1 { writeln!(f, "{line}") } else { Ok(()) }
}
