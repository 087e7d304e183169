//! The journal record of a customer's state: compact JSON, times as numbers.
//!
//! Unknown fields are ignored and missing ones empty, so that a state written by an older or a newer version can be
//! read.

use super::AuthorState;
use crate::signals::Evidence;

/// Evidence, independent of the bytes it was read from.
pub(super) fn owned_evidence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Evidence<'static>>, D::Error> {
    let evidence: Vec<Evidence<'de>> = serde::Deserialize::deserialize(deserializer)?;
    Ok(evidence.into_iter().map(Evidence::into_owned).collect())
}

/// A journal record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the state record of a customer cannot be read ({0}): it was not written by this program")]
pub struct CorruptState(#[from] serde_json::Error);

impl AuthorState {
    /// The journal record; `None` is a tombstone: nothing is left to remember.
    pub fn encode(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        sonic_rs::to_vec(self).ok()
    }

    /// Reads a journal record.
    pub fn decode(record: &[u8]) -> Result<Self, CorruptState> {
        Ok(serde_json::from_slice(record)?)
    }
}

/// A time as a number of milliseconds.
pub(super) mod number {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::post::Millis;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.get())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
        i64::deserialize(deserializer).map(Millis::new)
    }
}

/// A time that may be missing.
pub(super) mod optional_number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::post::Millis;

    pub(crate) fn serialize<S: Serializer>(at: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Millis::get).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Millis>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Millis::new))
    }
}

/// Several times.
pub(super) mod numbers {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::post::Millis;

    pub(crate) fn serialize<S: Serializer>(times: &[Millis], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(times.iter().map(|at| at.get()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Millis>, D::Error> {
        Ok(Vec::<i64>::deserialize(deserializer)?.into_iter().map(Millis::new).collect())
    }
}
