//! Words of ASCII letters and digits, which most are, in one pass over their bytes.

/// What `Reader` needs to know of a word of ASCII letters and digits, counted in one pass.
pub(super) struct PlainWord {
    pub(super) length: usize,
    pub(super) upper: u32,
    pub(super) lower: u32,
}

impl PlainWord {
    /// Scans the word that `bytes` begin with; its length may be 0.
    pub(super) fn scan(bytes: &[u8]) -> Self {
        let (mut length, mut upper, mut lower) = (0, 0, 0);
        for &byte in bytes {
            let class = CLASSES[usize::from(byte)];
            if class == NO_WORD {
                break;
            }
            length += 1;
            upper += u32::from(class == UPPER);
            lower += u32::from(class == LOWER);
        }
        PlainWord { length, upper, lower }
    }
}

const NO_WORD: u8 = 0;
const DIGIT: u8 = 1;
const UPPER: u8 = 2;
const LOWER: u8 = 3;

/// What each byte is in a word of ASCII letters and digits.
const CLASSES: [u8; 256] = {
    let mut classes = [NO_WORD; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            _ => NO_WORD,
        };
        byte += 1;
    }
    classes
};
