//! Errors that a broker may answer to each request of a transaction, and how far the lane goes back for each: not at
//! all, to the beginning of the transaction, or to fresh clients. The imitated broker is told what to answer; it hides no
//! aborted records, so what was written is no matter here.

use std::sync::atomic::{AtomicBool, Ordering};

use rdkafka::bindings::rd_kafka_resp_err_t as Code;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::RDKafkaApiKey as Request;
use triage::kafka::{Counts, Refusal};

use super::broker::{Record, long, mock, wait_until};
use super::counting::{Counting, Fault, Lanes, Run};

/// How far the lane goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Back {
    /// The client tries again by itself.
    Nowhere,
    /// To the beginning of the transaction.
    Abort,
    /// To the last commit, with fresh clients and restored state.
    Restart,
}

use Back::{Abort, Nowhere, Restart};

/// What a broker may answer to each request, and how far back that must lead.
const CASES: [(Request, &[(Code, Back)]); 5] = [
    (
        Request::Produce,
        &[
            (Code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, Restart),
            (Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Restart),
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN, Abort),
        ],
    ),
    (
        Request::AddPartitionsToTxn,
        &[
            (Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Abort),
            (Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Restart),
            (Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Restart),
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN, Abort),
        ],
    ),
    (
        Request::AddOffsetsToTxn,
        &[
            (Code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Abort),
            (Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Restart),
            (Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Abort),
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN, Abort),
        ],
    ),
    (
        Request::TxnOffsetCommit,
        &[
            (Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, Abort),
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, Abort),
            (Code::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, Abort),
            (Code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Abort),
            (Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Restart),
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN, Abort),
        ],
    ),
    (
        Request::EndTxn,
        &[
            (Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
            (Code::RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Restart),
            (Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Restart),
            (Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Restart),
            // If the broker has committed all the same, it refuses the abort, and that is a restart.
            (Code::RD_KAFKA_RESP_ERR_UNKNOWN, Abort),
        ],
    ),
];

/// Records fed for each case.
const RECORDS: u64 = 20;

/// The lane, and what it has read so far.
struct Observed<'a> {
    held: &'static AtomicBool,
    cluster: &'a MockCluster<'static, DefaultProducerContext>,
    run: &'a Run,
    lanes: &'a Lanes,
    cases: u64,
    /// The numbers when the lane was last begun anew: it reads everything again then, for the imitation keeps no offsets of
    /// transactions.
    begun: Counts,
}

impl Observed<'_> {
    /// Has one `request` of the next transaction refused, and tells what the lane does about it.
    fn refuse(&mut self, request: Request, error: Code) -> Back {
        let before = self.lanes.counts();
        // The answers are meant for the lane and not for who feeds it.
        self.held.store(true, Ordering::SeqCst);
        self.feed();
        self.cluster.request_errors(request, &[error]);
        self.held.store(false, Ordering::SeqCst);
        let after = self.settle();
        self.cluster.clear_request_errors(request);
        match (after.restarts - before.restarts, after.aborted - before.aborted) {
            (0, 0) => Nowhere,
            (0, _) => Abort,
            _ => Restart,
        }
    }

    fn feed(&mut self) {
        let case = self.cases;
        let record = |number| Record { timestamp: 1_700_000_000_000, ..Record::new(&format!("case{case}-{number}"), "x") };
        self.run.feed((0..RECORDS).map(record));
        self.cases += 1;
    }

    /// Waits until the lane has committed everything.
    fn settle(&mut self) -> Counts {
        wait_until("the lane goes on", || {
            let counts = self.lanes.counts();
            if counts.restarts != self.begun.restarts {
                self.begun = counts;
            }
            counts.records - self.begun.records == self.cases * RECORDS
        });
        self.lanes.counts()
    }
}

/// The lane's answers to refusals of `request` that are not as expected.
fn surprises(request: Request, cases: &[(Code, Back)]) -> Vec<String> {
    let (service, cluster) = mock("errors", 1);
    let run = Run::new(&service);
    let held: &'static AtomicBool = Box::leak(Box::default());
    let mut lanes = run.start_stage(1, move || Counting::with(Fault::HeldWhile(held)));
    let mut observed = Observed { held, cluster: &cluster, run: &run, lanes: &lanes, cases: 0, begun: Counts::default() };
    observed.feed();
    observed.settle();
    let mut surprises = Vec::new();
    // In the long form each comes after every other.
    let rounds = if long() { 2 } else { 1 };
    for &(code, expected) in std::iter::repeat_n(cases, rounds).flatten() {
        let back = observed.refuse(request, code);
        if back != expected {
            surprises.push(format!("{request:?} answered {code:?}: {back:?}, not {expected:?}"));
        }
    }
    lanes.stop().expect("drained");
    surprises
}

#[test]
fn every_error_of_a_transaction_leads_back_as_far_as_it_must() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let each = CASES.map(|(request, cases)| scope.spawn(move || surprises(request, cases)));
        each.into_iter().flat_map(|thread| thread.join().expect("an answer")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_allowed_ends_the_lane() {
    let (service, cluster) = mock("forbidden", 1);
    let run = Run::new(&service);
    let held: &'static AtomicBool = Box::leak(Box::default());
    let mut lanes = run.start_stage(1, move || Counting::with(Fault::HeldWhile(held)));
    held.store(true, Ordering::SeqCst);
    run.feed([Record { timestamp: 1_700_000_000_000, ..Record::new("one", "x") }]);
    cluster.request_errors(Request::Produce, &[Code::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 10]);
    held.store(false, Ordering::SeqCst);
    let refusal = lanes.wait().expect_err("no right, no work");
    assert!(matches!(refusal, Refusal::NotAllowed { .. }), "{refusal}");
    assert_eq!(refusal.exit_code(), 77);
}
