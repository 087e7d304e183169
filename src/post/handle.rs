//! Where a text names an account: what may stand before the `@`, and where a name ends on which platform (D18).
//!
//! The rules of X are those of twitter-text, its own open library; other platforms share what stands before a name.

use super::Platform;

/// Returns the end of the name of an account that `text` names at byte `at`, where an `@` stands; `None` if it names
/// none: a mail address, a name that goes on in a way that no name does. `after_name`: another name ends right there.
pub fn end(text: &str, at: usize, platform: Platform, after_name: bool) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let name = rest.strip_prefix(['@', '\u{FF20}'])?;
    if !(after_name || may_precede(before)) {
        return None;
    }
    let start = text.len() - name.len();
    let length = length(name, platform);
    let tail = name.get(length..)?;
    let goes_on = match tail.chars().next() {
        Some('@' | '\u{FF20}') => is_address(tail),
        Some(next) => is_accented(next) || tail.starts_with("://"),
        None => false,
    };
    (length > 0 && !goes_on).then_some(start + length)
}

/// Returns how many bytes the account name has that `text` begins with.
pub fn length(text: &str, platform: Platform) -> usize {
    let bytes = text.as_bytes();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let has_dots = matches!(platform, Platform::Instagram | Platform::Facebook);
    let belongs =
        |at: usize, byte: u8| is_name(byte) || (has_dots && byte == b'.' && at > 0 && bytes.get(at + 1).is_some_and(|&next| is_name(next)));
    bytes.iter().enumerate().find(|&(at, &byte)| !belongs(at, byte)).map_or(bytes.len(), |(at, _)| at)
}

/// Returns whether `c` is a letter of the Latin alphabet with a mark, or a mark.
pub fn is_accented(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{253}'..='\u{254}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}

fn may_precede(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    if !(last.is_ascii_alphanumeric() || matches!(last, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '\u{FF20}')) {
        return true;
    }
    // `RT@name`
    let head = before.len().checked_sub(2).and_then(|at| before.split_at_checked(at)).filter(|(_, rt)| rt.eq_ignore_ascii_case("rt"));
    head.is_some_and(|(head, _)| {
        head.chars().next_back().is_none_or(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '~' | '.' | '-')))
    })
}

/// Returns whether `tail`, which begins with the second `@` of `@name@..`, goes on as the host of an address does. Two
/// names without a space between them are two names.
fn is_address(tail: &str) -> bool {
    let name = tail.trim_start_matches(['@', '\u{FF20}']);
    let length = length(name, Platform::X);
    let next = name.as_bytes().get(length..).unwrap_or_default();
    length == 0 || next.first().is_some_and(|byte| *byte == b'.' || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_the_platform_ends_them() {
        let check = |text: &str, platform: Platform, name: Option<&str>| {
            let at = text.find(['@', '\u{FF20}']).unwrap();
            let sign = text[at..].chars().next().unwrap().len_utf8();
            let found = end(text, at, platform, false).map(|end| &text[at + sign..end]);
            assert_eq!(found, name, "{text} {platform:?}");
        };
        for platform in [Platform::X, Platform::Email, Platform::Other] {
            check("@TelkomCare.kapan nyala", platform, Some("TelkomCare"));
        }
        for platform in [Platform::Instagram, Platform::Facebook] {
            check("@toko.contoh kapan", platform, Some("toko.contoh"));
            check("@toko.contoh.", platform, Some("toko.contoh"));
            check("@toko._1..", platform, Some("toko._1"));
            check("@.toko", platform, None);
        }
        check("kirim ke budi@contoh.id", Platform::X, None);
        check("budi_@contoh", Platform::Instagram, None);
        check("\u{FF20}TelkomCare", Platform::X, Some("TelkomCare"));
        check("min, .@TelkomCare", Platform::X, Some("TelkomCare"));
        check("RT@TelkomCare:", Platform::X, Some("TelkomCare"));
        check("start@TelkomCare", Platform::X, None);
        check("@TelkomCare@IndiHome", Platform::X, Some("TelkomCare"));
        check("@contoh@contoh.id", Platform::X, None);
        check("@telkomcar\u{E9}", Platform::X, None);
        check("@ TelkomCare", Platform::X, None);
    }
}
