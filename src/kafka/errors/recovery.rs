//! What an error of Kafka means for a lane: try again, abort the transaction, or throw the lane away.
//!
//! One table, because this is where exactly-once is won or lost. What it does not know is fatal.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing is lost: the client goes on by itself, or the call may be repeated.
    Retry,
    /// Abort the transaction, rewind, go on.
    Abort,
    /// Nothing of the lane can be trusted any more: begin anew with fresh clients and restored state.
    Fatal,
}

/// What we were doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Anything but ending a transaction.
    Other,
    /// Committing or aborting a transaction.
    End,
}

/// Returns what is to be done about `error`, which came of `call`. What is not known here is fatal.
pub fn recovery(call: Call, error: &KafkaError) -> Recovery {
    match error {
        KafkaError::Transaction(error) => of_transaction(call, error.is_fatal(), error.txn_requires_abort(), error.is_retriable()),
        KafkaError::MessageConsumptionFatal(_) => Recovery::Fatal,
        // The commit flushes first; messages that could not be delivered are a matter of this transaction.
        KafkaError::Flush(_) => Recovery::Abort,
        KafkaError::PartitionEOF(_) => Recovery::Retry,
        error => error.rdkafka_error_code().map_or(Recovery::Fatal, of_code),
    }
}

/// Goes by librdkafka's own judgement of an error of a transaction. A commit or abort whose answer never came is fatal: the
/// request may still be under way and hit the next transaction of the same producer.
fn of_transaction(call: Call, fatal: bool, requires_abort: bool, retriable: bool) -> Recovery {
    match (fatal, requires_abort, retriable, call) {
        (true, ..) => Recovery::Fatal,
        (_, true, ..) => Recovery::Abort,
        (_, _, true, Call::Other) => Recovery::Retry,
        _ => Recovery::Fatal,
    }
}

fn of_code(code: Code) -> Recovery {
    match code {
        // Trouble with a broker or a moment in which nobody leads: the client keeps trying.
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::OperationTimedOut
        | Code::TimedOutQueue
        | Code::WaitingForCoordinator
        | Code::QueueFull
        | Code::PartitionEOF
        | Code::RequestTimedOut
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::BrokerNotAvailable
        | Code::ReplicaNotAvailable
        | Code::NetworkException
        | Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::NotCoordinator
        | Code::FencedLeaderEpoch
        | Code::UnknownLeaderEpoch
        | Code::OffsetNotAvailable
        | Code::UnstableOffsetCommit
        | Code::UnknownTopicOrPartition
        | Code::KafkaStorageError
        | Code::ThrottlingQuotaExceeded
        | Code::RebootstrapRequired
        // The client keeps trying to get in, and says so in the log.
        | Code::Authentication
        | Code::SSL
        | Code::SaslAuthenticationFailed => Recovery::Retry,
        // The group moved on, or messages of this transaction were not delivered.
        Code::PollExceeded
        | Code::AssignmentLost
        | Code::RebalanceInProgress
        | Code::IllegalGeneration
        | Code::UnknownMemberId
        | Code::MessageTimedOut
        | Code::PurgeQueue
        | Code::PurgeInflight
        | Code::MessageSizeTooLarge
        | Code::MessageBatchTooLarge
        | Code::InvalidTimestamp
        | Code::InvalidRecord
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend => Recovery::Abort,
        _ => Recovery::Fatal,
    }
}

/// Returns whether a broker will never take this record, however often it is sent: too large, or with a timestamp that
/// the topic does not allow. Its input becomes a dead letter.
pub fn never_accepted(code: Code) -> bool {
    matches!(code, Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidTimestamp | Code::InvalidRecord)
}

/// Returns whether another client has taken our place (the same transactional or instance id).
pub fn fenced(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::Fenced | Code::ProducerFenced | Code::FencedInstanceId | Code::InvalidProducerEpoch | Code::TransactionCoordinatorFenced
        )
    )
}

/// Returns whether a broker does not let us in, or is not who we think. Only a human can help, but the client goes on
/// trying.
pub fn denied(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(Code::Authentication | Code::SSL | Code::SaslAuthenticationFailed))
}

/// Returns whether a broker does not allow what was asked of it, which no waiting mends: an ACL is missing.
pub fn not_allowed(code: Code) -> bool {
    matches!(
        code,
        Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
            | Code::ClusterAuthorizationFailed
    )
}

/// Returns whether the records a consumer wants to go on with are gone.
pub fn offset_gone(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(Code::OffsetOutOfRange | Code::AutoOffsetReset))
}

#[cfg(test)]
mod tests {
    use super::Recovery::{Abort, Fatal, Retry};
    use super::*;

    #[test]
    fn librdkafkas_judgement_is_kept_and_an_unanswered_end_is_fatal() {
        let table = [
            (Call::Other, true, true, true, Fatal),
            (Call::Other, false, true, true, Abort),
            (Call::Other, false, false, true, Retry),
            (Call::Other, false, false, false, Fatal),
            (Call::End, true, false, false, Fatal),
            (Call::End, false, true, false, Abort),
            (Call::End, false, false, true, Fatal),
            (Call::End, false, false, false, Fatal),
        ];
        for (call, fatal, abort, retriable, expected) in table {
            assert_eq!(of_transaction(call, fatal, abort, retriable), expected, "{call:?} {fatal} {abort} {retriable}");
        }
    }

    #[test]
    fn every_error_has_one_recovery() {
        let table = [
            (KafkaError::MessageConsumption(Code::BrokerTransportFailure), Retry),
            (KafkaError::MessageConsumption(Code::AllBrokersDown), Retry),
            (KafkaError::MessageConsumption(Code::PollExceeded), Abort),
            (KafkaError::MessageConsumption(Code::AutoOffsetReset), Fatal),
            (KafkaError::MessageConsumption(Code::TopicAuthorizationFailed), Fatal),
            (KafkaError::MessageConsumptionFatal(Code::FencedInstanceId), Fatal),
            (KafkaError::MessageConsumptionFatal(Code::BrokerTransportFailure), Fatal),
            (KafkaError::PartitionEOF(3), Retry),
            (KafkaError::MessageProduction(Code::QueueFull), Retry),
            (KafkaError::MessageProduction(Code::MessageTimedOut), Abort),
            (KafkaError::MessageProduction(Code::MessageSizeTooLarge), Abort),
            (KafkaError::MessageProduction(Code::Fatal), Fatal),
            (KafkaError::MessageProduction(Code::ProducerFenced), Fatal),
            (KafkaError::MessageProduction(Code::OutOfOrderSequenceNumber), Fatal),
            (KafkaError::Flush(Code::OperationTimedOut), Abort),
            (KafkaError::MetadataFetch(Code::OperationTimedOut), Retry),
            (KafkaError::MetadataFetch(Code::UnstableOffsetCommit), Retry),
            (KafkaError::MetadataFetch(Code::GroupAuthorizationFailed), Fatal),
            (KafkaError::Global(Code::Unknown), Fatal),
            (KafkaError::Subscription("?".into()), Fatal),
            (KafkaError::Canceled, Fatal),
        ];
        for (error, expected) in table {
            assert_eq!(recovery(Call::Other, &error), expected, "{error:?}");
        }
    }

    #[test]
    fn missing_rights_are_no_matter_of_time() {
        for (code, expected) in [
            (Code::TopicAuthorizationFailed, true),
            (Code::GroupAuthorizationFailed, true),
            (Code::TransactionalIdAuthorizationFailed, true),
            (Code::ClusterAuthorizationFailed, true),
            (Code::SaslAuthenticationFailed, false),
            (Code::BrokerTransportFailure, false),
        ] {
            assert_eq!(not_allowed(code), expected, "{code:?}");
        }
    }

    #[test]
    fn some_errors_are_told_apart() {
        for (code, never, is_fenced, gone) in [
            (Code::MessageSizeTooLarge, true, false, false),
            (Code::InvalidTimestamp, true, false, false),
            (Code::MessageTimedOut, false, false, false),
            (Code::ProducerFenced, false, true, false),
            (Code::FencedInstanceId, false, true, false),
            (Code::AutoOffsetReset, false, false, true),
        ] {
            let error = KafkaError::MessageConsumption(code);
            assert_eq!((never_accepted(code), fenced(&error), offset_gone(&error)), (never, is_fenced, gone), "{code:?}");
        }
    }
}
