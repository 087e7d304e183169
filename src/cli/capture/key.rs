//! Pseudonyms by HMAC-SHA256: the same for the same person and key, and of no use without the key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Returns the key `secret`. HMAC takes every length; the interface that it shares with others of its kind does not
    /// say so.
    pub fn new(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret).ok().map(Key)
    }

    fn authenticate(&self, message: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(message).finalize().into_bytes().into()
    }

    /// `length` hexadecimal digits (at most 64) that stand for `value`, which is of that `kind`.
    pub fn hex(&self, kind: &str, value: &str, length: usize) -> String {
        let code = self.authenticate(format!("{kind}\0{value}").as_bytes());
        code.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(length).collect()
    }

    /// Returns as many decimal digits as `digits` has that stand for it, the first not 0.
    pub fn digits(&self, kind: &str, digits: &str) -> String {
        let mut out = String::with_capacity(digits.len());
        let mut round = 0;
        while out.len() < digits.len() {
            let code = self.authenticate(format!("{kind}\0{round}\0{digits}").as_bytes());
            for digit in code.iter().map(|byte| byte % 10) {
                if digit != 0 || !out.is_empty() {
                    out.push(char::from(b'0' + digit));
                }
            }
            round += 1;
        }
        out.truncate(digits.len());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_rfc_4231_says() {
        let check = |key: &[u8], message: &str, expected: &str| {
            let code: String = Key::new(key).unwrap().authenticate(message.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(code, expected, "{message}");
        };
        check(&[0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        check(b"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        check(
            &[0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }

    #[test]
    fn digits_keep_their_number() {
        let key = Key::new(b"a key of sixteen").unwrap();
        for digits in ["123456", "0812000000", "12345678901234567890123456789012345678901234567890"] {
            let hidden = key.digits("number", digits);
            assert_eq!(hidden.len(), digits.len());
            assert!(!hidden.starts_with('0') && hidden != digits, "{hidden}");
            assert_eq!(hidden, key.digits("number", digits));
        }
    }
}
