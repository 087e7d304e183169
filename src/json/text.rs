//! A text between quotes: searched in pieces that the compiler compares at once, then copied as a whole.
//!
//! Knows of JSON only which characters need an escape, and how that is written.

/// How many bytes are searched at once.
const PIECE: usize = 16;

/// Appends `text` with its quotes.
pub(super) fn write(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if is_plain(bytes) {
        out.extend_from_slice(bytes)
    } else {
        escape(out, bytes)
    }
    out.push(b'"');
}

/// Returns whether nothing in `bytes` needs an escape. What is left over by whole pieces is searched as the end of the text: some
/// of it twice, none of it byte by byte.
fn is_plain(bytes: &[u8]) -> bool {
    let ends = if let Some(last) = bytes.last_chunk::<PIECE>() {
        return are_plain(bytes.as_chunks().0, last);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        [u64::from_le_bytes(*first), u64::from_le_bytes(*last)]
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let both = u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
        [both, both]
    } else {
        return !bytes.iter().any(|&byte| is_special(byte));
    };
    !ends.into_iter().any(has_special)
}

/// The same of whole pieces. None is left early: few texts need an escape, and so the compiler sees no jump.
fn are_plain(pieces: &[[u8; PIECE]], last: &[u8; PIECE]) -> bool {
    let mut found = [0_u8; PIECE];
    for piece in pieces.iter().chain([last]) {
        for (found, &byte) in found.iter_mut().zip(piece) {
            *found |= u8::from(is_special(byte));
        }
    }
    u128::from_le_bytes(found) == 0
}

/// Returns whether `byte` cannot stand in a string as it is.
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// Returns whether one of eight bytes is special. Subtracting borrows from the highest bit of a byte that is too small, and from
/// the one above only where the one below was.
fn has_special(bytes: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let below = |bytes: u64, bound: u8| bytes.wrapping_sub(ONES * u64::from(bound)) & !bytes;
    let is = |byte: u8| below(bytes ^ (ONES * u64::from(byte)), 1);
    (below(bytes, 0x20) | is(b'"') | is(b'\\')) & (ONES << 7) != 0
}

/// Appends `bytes`, in which something needs an escape.
#[cold]
fn escape(out: &mut Vec<u8>, bytes: &[u8]) {
    let (pieces, rest) = bytes.as_chunks::<PIECE>();
    for piece in pieces {
        if are_plain(&[], piece) { out.extend_from_slice(piece) } else { escape_each(out, piece) }
    }
    escape_each(out, rest);
}

fn escape_each(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => {
                let digit = |number: u8| b"0123456789abcdef"[usize::from(number)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 0xF)]);
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) {
        let mut written = Vec::new();
        write(&mut written, text);
        assert_eq!(String::from_utf8_lossy(&written), serde_json::to_string(text).unwrap());
    }

    /// Every byte that a text can have, at every place of texts of every length about a piece: what is searched twice, and what
    /// borrows from its neighbour.
    #[test]
    fn every_character_at_every_place() {
        let characters = (0..=0xFF).filter_map(char::from_u32).chain(['\u{7FF}', '\u{2028}', '\u{FFFF}', '\u{1F621}']);
        for character in characters {
            for length in 0..=2 * PIECE + 3 {
                for place in 0..=length {
                    let text: String = ["a".repeat(place), character.into(), " ".repeat(length - place)].concat();
                    check(&text);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text(text in any::<String>()) {
            check(&text);
        }

        #[test]
        fn texts_with_many_escapes(text in "[ -~\\x00-\\x1F\"\\\\é😡]{0,80}") {
            check(&text);
        }
    }
}
