//! What stops a lane in the middle of something, and how far it has to go back.

use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, KafkaResult};

use super::recovery::{Call, Recovery, fenced, not_allowed, recovery};
use super::refusal::Refusal;

/// How far to go back.
#[derive(Debug)]
pub(in crate::kafka) enum Trouble {
    /// To the beginning of the transaction.
    Abort(String),
    /// The same, and this input of it (by number) must become a dead letter: no broker will ever take what it became.
    NeverAccepted(usize),
    /// To the last commit, with fresh clients and restored state.
    Restart {
        /// What happened, for the log.
        reason: String,
        /// Whether somebody else has taken our place.
        fenced: bool,
    },
    /// Out: only a human can help.
    Refuse(Refusal),
}

impl Trouble {
    /// Returns the trouble that `error` means, met while `doing` something that cannot be repeated.
    pub(in crate::kafka) fn of(call: Call, doing: &str, error: &KafkaError) -> Self {
        if error.rdkafka_error_code().is_some_and(not_allowed) {
            return Refusal::NotAllowed { doing: doing.to_owned(), reason: error.to_string() }.into();
        }
        match recovery(call, error) {
            Recovery::Abort | Recovery::Retry => Trouble::Abort(format!("{doing}: {error}")),
            Recovery::Fatal => Trouble::Restart { reason: format!("{doing}: {error}"), fenced: fenced(error) },
        }
    }

    /// Makes the trouble of a lane that begins anew because of `reason`.
    pub(in crate::kafka) fn restart(reason: impl Into<String>) -> Self {
        Trouble::Restart { reason: reason.into(), fenced: false }
    }

    /// Returns the same trouble, met in a transaction that was open for longer than its timeout because the process stood
    /// still: the broker has given it up, which looks as if somebody else had taken our place.
    pub(in crate::kafka) fn of_old_transaction(self) -> Self {
        match self {
            Trouble::Restart { reason, .. } => Trouble::restart(reason),
            other => other,
        }
    }

    /// Returns the same trouble where there is no transaction to abort.
    pub(in crate::kafka) fn outside(self) -> Self {
        match self {
            Trouble::Abort(reason) => Trouble::restart(reason),
            Trouble::NeverAccepted(_) => Trouble::restart("the broker refuses a record"),
            other => other,
        }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Trouble::Refuse(refusal)
    }
}

/// Repeats `call` while its error says that this may help, and begins no further one after `patience`; `between` runs after
/// each failure. Must not be used to end a transaction.
pub(in crate::kafka) fn persist<T>(
    doing: &str,
    patience: Duration,
    mut between: impl FnMut(),
    mut call: impl FnMut() -> KafkaResult<T>,
) -> Result<T, Trouble> {
    let begun = Instant::now();
    loop {
        match call() {
            Ok(value) => return Ok(value),
            Err(error) if recovery(Call::Other, &error) == Recovery::Retry && begun.elapsed() < patience => between(),
            Err(error) => return Err(Trouble::of(Call::Other, doing, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::error::RDKafkaErrorCode as Code;

    use super::*;

    #[test]
    fn what_is_not_allowed_is_out_and_everything_else_is_tried_again() {
        let check = |code: Code, refused: bool| {
            let trouble = Trouble::of(Call::Other, "read", &KafkaError::MessageConsumption(code));
            let said = match &trouble {
                Trouble::Refuse(refusal) => Some((refusal.exit_code(), refusal.to_string())),
                _ => None,
            };
            assert_eq!(said.as_ref().map(|(code, _)| *code), refused.then_some(77), "{code:?}");
            assert!(said.is_none_or(|(_, said)| said.starts_with("kafka: not allowed to read: ")), "{code:?}");
        };
        check(Code::TopicAuthorizationFailed, true);
        check(Code::GroupAuthorizationFailed, true);
        check(Code::TransactionalIdAuthorizationFailed, true);
        check(Code::ClusterAuthorizationFailed, true);
        check(Code::BrokerTransportFailure, false);
        check(Code::ProducerFenced, false);
    }
}
