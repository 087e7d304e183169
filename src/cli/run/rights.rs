//! What a process says that ends because something is not allowed: which rights are missing, by trying them all.

use super::super::{Exit, Stop};
use crate::config::service::Service;
use crate::kafka;

/// Adds to `stop`, if it is for good, the rights that are missing.
pub(super) fn name(service: &Service, stop: Stop) -> Stop {
    match stop {
        Stop::Because(Exit::Refused, sentence) if sentence.starts_with("kafka: not allowed to ") => {
            let missing = kafka::missing_rights(service).unwrap_or_default().into_iter().map(|sentence| format!("\n{sentence}"));
            Stop::Because(Exit::Refused, std::iter::once(sentence).chain(missing).collect())
        }
        other => other,
    }
}
