//! The spoken language of the cities, as it is written in chats.

use super::sounds::{Prefix, Root};

pub(super) fn forms(root: &Root) -> Vec<String> {
    let mut forms = Vec::new();
    for stem in active_stems(root) {
        forms.extend(["", "in", "kan", "i"].iter().filter(|suffix| root.takes(suffix)).map(|suffix| format!("{stem}{suffix}")));
    }
    forms.extend(passive(&root.text));
    forms.extend(root.behind(Prefix::Nasal("me")).iter().map(|stem| format!("{stem}in")));
    if !root.one_syllable {
        let causative = ["pe", "dipe", "mempe"].map(Prefix::R);
        forms.extend(causative.iter().flat_map(|&prefix| root.behind(prefix)).map(|stem| format!("{stem}in")));
    }
    let text = &root.text;
    forms.extend([format!("{text}2an"), format!("{text}2in"), format!("di{text}2in"), format!("di{text}2kan")]);
    forms.extend(as_pronounced(root).iter().flat_map(|root| active_of_pronounced(root).into_iter().chain(passive(&root.text))));
    forms
}

/// Returns the root with the nasal for its first sound and with `nge-`, without `me-`. `c` gives way here too
/// (`nyari`), and `h` vanishes (`ngubungin`), `t` does before another consonant as well (`nransfer`).
pub(super) fn active_stems(root: &Root) -> Vec<String> {
    let with_prefix = format!("nge{}", root.text);
    if root.one_syllable {
        return vec![with_prefix];
    }
    let first_gives_way = match root.text.as_bytes()[0] {
        b'c' if !root.begins_with_cluster() => Some(format!("ny{}", &root.text[1..])),
        b's' if root.text.starts_with("sy") => Some(format!("n{}", &root.text[1..])),
        b't' => Some(format!("n{}", &root.text[1..])),
        b'h' => Some(format!("ng{}", &root.text[1..])),
        _ if root.begins_with_vowel() => Some(format!("ng{}", root.text)),
        _ => root.with_nasal_for_first_sound(),
    };
    first_gives_way.into_iter().chain([with_prefix]).collect()
}

fn passive(root: &str) -> [String; 3] {
    [format!("{root}in"), format!("di{root}in"), format!("ke{root}")]
}

/// Returns the forms of a root written as it is said, which takes few of the others' affixes: `sampe`, `disampe`, `nyampe`,
/// `ilangan`.
fn active_of_pronounced(root: &Root) -> Vec<String> {
    let stems = active_stems(root);
    let active = stems.iter().take(1).flat_map(|stem| [stem.clone(), format!("{stem}in")]);
    [root.text.clone(), format!("di{}", root.text), format!("{}an", root.text)].into_iter().chain(active).collect()
}

/// Returns the root as it is said, where that differs: `sampe` for `sampai`, `ilang` for `hilang`.
fn as_pronounced(root: &Root) -> Vec<Root> {
    let closed = root.text.strip_suffix("ai").filter(|_| !root.one_syllable).map(|stem| format!("{stem}e"));
    // A short root without its `h` is another word: `hal`, `hari`.
    let bare = root.text.strip_prefix('h').filter(|rest| rest.len() >= 4).map(str::to_owned);
    closed.into_iter().chain(bare).filter_map(|text| Root::new(&text)).collect()
}
