//! The documents that analysts and operators write, read so that every mistake is found at once.
//!
//! [`reader`] is the one way into a TOML document; [`lexicon`] reads phrase lists.

pub mod lexicon;
pub mod reader;
