//! The notation of one entry: words, `a .. b`, `abc*`, `tag:x`, `@x`.

use super::Mistake;

/// Words an entry may have.
const MAX_WORDS: usize = 12;
/// Characters a word may have.
const MAX_LETTERS: usize = 64;

/// Checks `phrase`, from which the `!` of an exclusion was taken.
pub(super) fn check(phrase: &str) -> Result<(), Mistake<'_>> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    match words.as_slice() {
        [] => return Err(Mistake::new(phrase, "`!` needs a phrase to exclude", "write `!mati lampu`")),
        [gap, ..] | [.., gap] if *gap == ".." => {
            return Err(Mistake::new(gap, "`..` must stand between two words", "write `a .. b` for a and b with up to 3 words between"));
        }
        _ if words.len() > MAX_WORDS => {
            let what = format!("an entry may have {MAX_WORDS} words, this one has {}", words.len());
            return Err(Mistake::new(phrase, what, "keep the words that tell, join distant ones with `..`"));
        }
        _ => {}
    }
    if let Some(pair) = words.windows(2).find(|pair| *pair == ["..", ".."]) {
        return Err(Mistake::new(pair[1], "two `..` in a row", "one `..` stands for up to 3 words"));
    }
    words.into_iter().try_for_each(check_word)
}

fn check_word(word: &str) -> Result<(), Mistake<'_>> {
    if word == ".." {
        return Ok(());
    }
    if word.contains("..") {
        return Err(Mistake::new(word, format!("`..` in `{word}` must stand by itself"), "write spaces around it: `a .. b`"));
    }
    if word.starts_with('#') {
        let name = word.trim_start_matches('#');
        return Err(Mistake::new(
            word,
            format!("`{word}` begins like a comment"),
            format!("write `tag:{name}` for a hashtag, comments on lines of their own"),
        ));
    }
    // `*.go.id` is a domain with everything below it.
    let stem = word.strip_prefix("*.").unwrap_or(word);
    if stem.trim_end_matches('*').contains('*') || stem.ends_with("**") {
        return Err(Mistake::new(
            word,
            format!("`*` may only end a word, not as in `{word}`"),
            "`abc*` finds all words that begin with abc",
        ));
    }
    let bare = stem.trim_end_matches('*');
    if ["", "tag:", "@"].contains(&bare) {
        return Err(Mistake::new(word, format!("`{word}` names nothing"), "write the word, tag or handle as well"));
    }
    if word.chars().count() > MAX_LETTERS {
        return Err(Mistake::new(word, format!("this word is longer than {MAX_LETTERS} letters"), "shorten it, or end it with `*`"));
    }
    Ok(())
}
