//! The regional languages, as far as their affixes stand at Indonesian roots.

use super::sounds::{Prefix, Root};
use super::spoken;

pub(super) fn forms(root: &Root) -> Vec<String> {
    let mut forms = javanese(root);
    forms.extend(sundanese(root));
    if !root.one_syllable {
        forms.extend(minang_and_the_east(root));
    }
    forms
}

/// Returns `takkirimno`, `dakkirim`, `dikirimake`, `ngirimke`, `nglaporno`, `kirimen`, `tulise`, `kirimane`.
fn javanese(root: &Root) -> Vec<String> {
    let text = &root.text;
    // After a vowel these endings begin with a `k`.
    let causative = if root.ends_in_vowel() { ["kno", "kake", "ke"] } else { ["no", "ake", "ke"] };
    let own = if root.ends_in_vowel() { ["ne", "nen", "ane"] } else { ["e", "en", "ane"] };
    let mut forms = with_each(std::slice::from_ref(text), &own);
    let stems: Vec<String> = active(root).into_iter().chain(["", "di", "tak", "dak"].map(|prefix| format!("{prefix}{text}"))).collect();
    forms.extend(with_each(&stems, &causative));
    forms.extend(active(root));
    let volition: Vec<&str> = ["", "i", "kan", "in"].into_iter().filter(|suffix| root.takes(suffix)).collect();
    forms.extend(with_each(&[format!("tak{text}"), format!("dak{text}")], &volition));
    forms
}

/// Returns the nasal before a sound that does not give way to it: `mbalas`, `ndaftar`, `njual`, `ngganti`, `nglapor`.
fn active(root: &Root) -> Vec<String> {
    let nasal = match root.text.as_bytes()[0] {
        b'b' => "m",
        b'd' | b'j' => "n",
        b'g' | b'l' | b'r' => "ng",
        _ => return spoken::active_stems(root).into_iter().take(1).collect(),
    };
    vec![format!("{nasal}{}", root.text)]
}

/// Returns `kirimkeun`, `dikirimkeun`, `ngirimkeun`, `ngalaporkeun`, `kakirim`.
fn sundanese(root: &Root) -> Vec<String> {
    let text = &root.text;
    let mut forms = with_each(std::slice::from_ref(text), &["keun", "eun", "na"]);
    forms.extend(with_each(&[format!("di{text}")], &["keun", "an"]));
    let active = match root.text.as_bytes()[0] {
        b'b' | b'd' | b'g' | b'j' | b'l' | b'm' | b'n' | b'r' | b'w' | b'y' => format!("nga{text}"),
        _ => spoken::active_stems(root).swap_remove(0),
    };
    forms.extend(with_each(&[active], &["", "keun", "an"]));
    if !root.one_syllable {
        forms.push(format!("ka{text}"));
    }
    forms
}

/// Returns `mangirim`, `mangiriman`, `bakirim`, `takirim`, `mokirim`, `nakirim`, `kirimmi`, `kirimki`.
fn minang_and_the_east(root: &Root) -> Vec<String> {
    let active: Vec<String> = root.behind(Prefix::Nasal("ma")).into_iter().take(1).collect();
    let mut forms = with_each(&active, &["", "an", "kan"]);
    forms.extend(["ba", "ta", "mo", "na"].map(|prefix| format!("{prefix}{}", root.text)));
    forms.extend(with_each(std::slice::from_ref(&root.text), &["mi", "ki"]));
    forms
}

fn with_each(stems: &[String], suffixes: &[&str]) -> Vec<String> {
    stems.iter().flat_map(|stem| suffixes.iter().map(move |suffix| format!("{stem}{suffix}"))).collect()
}
