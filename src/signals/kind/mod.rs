//! The closed set of kinds of signals, one file each: its keys, how it is compiled, how it looks at a post.

pub mod burst;
pub mod campaign;
pub mod capitals;
pub mod continuation;
pub mod mentions;
pub mod part;
pub mod pattern;
pub mod phrases;
pub mod profile;
pub mod score;
pub mod tags;
