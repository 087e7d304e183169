//! The documents that analysts and operators write, read so that every mistake is found at once.
//!
//! | module | document |
//! | --- | --- |
//! | [`reader`] | the one way into a TOML document: places, types, unknown keys |
//! | [`lexicon`] | phrase lists, `lexicon/*.txt` |
//! | [`slang`] | the slang table, `lexicon/*.tsv` |
//! | [`campaigns`] | the quiz registry, `lists/campaigns.toml` |
//! | [`silences`] | what team leaders are not to be told of for a while, `silences.toml` |
//! | [`moment`] | times in these documents |
//! | [`points`] | weights and thresholds in these documents |
//! | [`parties`] | who hands in complaints of others, `lists/ct0.toml` |
//! | [`service`] | `triage.toml`: brokers, topics, how the program runs |
//! | [`watch`] | whether a folder has changed |
//!
//! Nothing here judges a post.

pub mod campaigns;
pub mod lexicon;
pub mod moment;
pub mod parties;
pub mod points;
pub mod reader;
pub mod service;
pub mod silences;
pub mod slang;
pub mod watch;
