//! A customer's state as JSON: how it is shown, and how its journal record was written before [`super::codec`].
//!
//! Unknown fields are ignored and missing ones empty. Times are numbers.

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

/// A list of times as numbers of milliseconds.
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
