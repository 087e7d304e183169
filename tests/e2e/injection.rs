//! Errors that a broker may answer to each request of a transaction, and how far the lane goes back for each: not at
//! all, to the beginning of the transaction, or to fresh clients. The imitated broker is told what to answer; it hides no
//! aborted records, so what was written is no matter here.

use std::time::{Duration, Instant};

use rdkafka::bindings::rd_kafka_resp_err_t as Code;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::RDKafkaApiKey as Request;
use triage::kafka::Counts;

use super::broker::{Record, mock, wait_until};
use super::counting::{Counting, Lanes, Run};

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

const CASES: [(Request, Code, Back); 32] = [
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Nowhere),
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Nowhere),
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Nowhere),
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, Nowhere),
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Nowhere),
    (Request::Produce, Code::RD_KAFKA_RESP_ERR_UNKNOWN, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Nowhere),
    (Request::AddPartitionsToTxn, Code::RD_KAFKA_RESP_ERR_UNKNOWN, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Nowhere),
    (Request::AddOffsetsToTxn, Code::RD_KAFKA_RESP_ERR_UNKNOWN, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Nowhere),
    (Request::TxnOffsetCommit, Code::RD_KAFKA_RESP_ERR_UNKNOWN, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Nowhere),
    (Request::EndTxn, Code::RD_KAFKA_RESP_ERR_UNKNOWN, Nowhere),
];

/// How often the request is refused: once, and so often that the client's patience does not hide it.
const TIMES: [usize; 2] = [1, 3];

const RECORDS: u64 = 20;

fn feed(run: &Run, case: usize) {
    run.feed((0..RECORDS).map(|number| Record { timestamp: 1_700_000_000_000, ..Record::new(&format!("case{case}-{number}"), "x") }));
}

/// Waits until the lane has read so much more, and nothing happens any more: after a restart it reads everything again.
fn settled(lanes: &Lanes, before: &Counts) -> Counts {
    const QUIET: Duration = Duration::from_millis(300);
    let mut last = (lanes.counts(), Instant::now());
    wait_until("the lane goes on", || {
        let counts = lanes.counts();
        if counts != last.0 {
            last = (counts, Instant::now());
        }
        counts.records >= before.records + RECORDS && counts.partitions > 0 && last.1.elapsed() >= QUIET
    });
    last.0
}

fn observe(
    cluster: &MockCluster<'_, DefaultProducerContext>,
    run: &Run,
    lanes: &Lanes,
    case: usize,
    request: Request,
    errors: &[Code],
) -> Back {
    let before = lanes.counts();
    cluster.request_errors(request, errors);
    feed(run, case);
    let after = settled(lanes, &before);
    cluster.clear_request_errors(request);
    match (after.restarts - before.restarts, after.aborted - before.aborted) {
        (0, 0) => Nowhere,
        (0, _) => Abort,
        _ => Restart,
    }
}

#[test]
fn every_error_of_a_transaction_leads_back_as_far_as_it_must() {
    let (service, cluster) = mock("errors", 1);
    let run = Run::new(&service);
    let mut lanes = run.start(1, Counting::new);
    feed(&run, 0);
    wait_until("the first records", || lanes.counts().records == RECORDS);
    let mut wrong = Vec::new();
    let cases = CASES.iter().flat_map(|&(request, code, expected)| TIMES.map(|times| (request, code, expected, times)));
    for (number, (request, code, expected, times)) in cases.enumerate() {
        let observed = observe(&cluster, &run, &lanes, number + 1, request, &vec![code; times]);
        println!("{request:?} answered {times} x {code:?}: {observed:?}");
        if observed != expected {
            wrong.push(format!("{request:?} answered {times} x {code:?}: {observed:?}, not {expected:?}"));
        }
    }
    lanes.stop().expect("drained");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
