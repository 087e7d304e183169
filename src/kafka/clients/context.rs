//! What the clients tell us from inside librdkafka: log lines, errors, rebalances, failed deliveries. It is only noted
//! here; the lane acts on it, on its own thread, when it is between two steps.
//!
//! No context can be made without the settings of the brokers: each hands over the token where one is asked for.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, TopicPartitionList};

use crate::config::service::Kafka;

use super::login::Login;
use super::reach::{News, REACH};
use super::statistics::Told;
use crate::kafka::errors::cause::{cause, explained};
use crate::kafka::errors::recovery::{Call, Recovery, denied, not_allowed, recovery};
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::failpoint::{Point, pass};

/// A topic and a partition of it.
pub(in crate::kafka) type Partition = (String, i32);

/// The client's login and its last errors, for whoever has to say why nothing works.
pub(in crate::kafka) struct Health {
    login: Login,
    last_error: Mutex<Option<String>>,
    /// The last time that a broker would not let us in, or was not who we think.
    denial: Mutex<Option<String>>,
    /// What librdkafka says of itself.
    pub(in crate::kafka) told: Told,
}

impl Health {
    fn new(kafka: &Kafka) -> Self {
        Health { login: Login::new(kafka), last_error: Mutex::default(), denial: Mutex::default(), told: Told::default() }
    }

    /// Notes an error of a client; that a partition ends is none.
    fn note(&self, error: &KafkaError, reason: &str) {
        if matches!(error, KafkaError::Global(RDKafkaErrorCode::PartitionEOF)) {
            return;
        }
        // librdkafka's own log has the lost connections, and counts those that repeat.
        match recovery(Call::Other, error) {
            Recovery::Retry => tracing::debug!(target: "kafka", %error, reason, "client error"),
            Recovery::Abort | Recovery::Fatal => tracing::warn!(target: "kafka", %error, reason, "client error"),
        }
        let mut last = lock(if denied(error) { &self.denial } else { &self.last_error });
        // That all are down says less than what was said of one of them.
        if !matches!(error, KafkaError::Global(RDKafkaErrorCode::AllBrokersDown)) || last.is_none() {
            *last = Some(reason.to_owned());
        }
    }

    /// Notes a line of the log about a connection, where it says more than any error: that a broker hangs up is none.
    fn note_hint(&self, facility: &str, line: &str) {
        if facility == "FAIL" && cause(line).is_some() {
            *lock(&self.last_error) = Some(line.to_owned());
        }
    }

    /// Returns why the brokers do not let us in; `None`: nothing says that they do not.
    pub(in crate::kafka) fn denial(&self) -> Option<String> {
        self.login.failure().or_else(|| lock(&self.denial).clone())
    }

    /// Returns why no broker can be used, after `error`: refused for good if they do not let us in, while our own token, which
    /// somebody renews, and brokers that do not answer may only be late.
    pub(in crate::kafka) fn refusal(&self, brokers: &[String], error: &KafkaError) -> Refusal {
        let (brokers, reason) = (brokers.join(","), self.reason(error));
        let refused = self.login.failure().is_none() && lock(&self.denial).is_some();
        if refused { Refusal::NotLetIn { brokers, reason } } else { Refusal::Unreachable { brokers, reason } }
    }

    /// Returns why nothing works, explained.
    pub(in crate::kafka) fn reason(&self, otherwise: &KafkaError) -> String {
        explained(&self.words(otherwise))
    }

    /// Returns why nothing works, in the client's words: the login first, then its last word, else `otherwise`.
    pub(in crate::kafka) fn words(&self, otherwise: &KafkaError) -> String {
        self.denial().or_else(|| lock(&self.last_error).clone()).unwrap_or_else(|| otherwise.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logs what librdkafka says itself. Of connections only that they are lost, and that they stand again.
fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    let mut reach = lock(&REACH);
    let mut news = reach.summary();
    if facility == "FAIL" && (level as i32 <= RDKafkaLogLevel::Warning as i32 || cause(message).is_some()) {
        news.extend(reach.failed(message));
        drop(reach);
        return news.into_iter().for_each(tell);
    }
    // A connection that was closed, perhaps because it was idle, is made anew when it is needed.
    let shown = facility != "FAIL" && !matches!(level, RDKafkaLogLevel::Debug) && reach.shows(facility);
    drop(reach);
    news.into_iter().for_each(tell);
    match level {
        _ if !shown => tracing::debug!(target: "librdkafka", "{facility} {message}"),
        RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", "{facility} {message}"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => tracing::info!(target: "librdkafka", "{facility} {message}"),
        _ => tracing::error!(target: "librdkafka", "{facility} {message}"),
    }
}

/// Logs which connections stand, and what is to be said again.
fn heard(statistics: &Statistics) {
    let mut reach = lock(&REACH);
    let mut news = reach.summary();
    let standing = statistics.brokers.values().filter(|broker| broker.state == "UP");
    news.extend(standing.filter_map(|broker| reach.stands(&broker.nodename)));
    drop(reach);
    news.into_iter().for_each(tell);
}

fn tell(news: News) {
    match news {
        News::Lost { broker, reason } => {
            tracing::warn!(target: "kafka", broker, reason = explained(&reason), "a broker cannot be reached");
        }
        News::StillLost { broker, seconds, tries, reason } => {
            tracing::warn!(target: "kafka", broker, seconds, tries, reason, "a broker still cannot be reached");
        }
        News::Back { broker, seconds, tries } => {
            tracing::info!(target: "kafka", broker, seconds, tries, "a broker can be reached again");
        }
        News::LeftOut { lines } => tracing::info!(target: "kafka", lines, "lines of the client library were left out"),
    }
}

/// Makes a context with a field `health` one of a client: it hands over the token, logs, and notes errors, which `$first`
/// sees before.
macro_rules! tell_health {
    ($context:ty, $first:expr) => {
        impl ClientContext for $context {
            const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

            fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
                self.health.login.token()
            }

            fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
                log(level, facility, message);
                self.health.note_hint(facility, message);
            }

            fn stats(&self, statistics: Statistics) {
                heard(&statistics);
                self.health.told.note(&statistics);
            }

            fn error(&self, error: KafkaError, reason: &str) {
                let first: fn(&Self, &KafkaError) = $first;
                first(self, &error);
                self.health.note(&error, reason);
            }
        }
    };
}

/// For readers and administrators, which nothing happens to.
pub(in crate::kafka) struct Plain {
    pub(in crate::kafka) health: Health,
}

impl Plain {
    pub(in crate::kafka) fn new(kafka: &Kafka) -> Self {
        Plain { health: Health::new(kafka) }
    }
}

tell_health!(Plain, |_, _| ());

impl ConsumerContext for Plain {}

/// How long a reader without partitions is polled: long enough for all that has piled up.
const SERVICE: Duration = Duration::from_millis(1);

/// Lets a reader do what it can do only when it is polled: get a token, tell what it has to tell. It has no partition
/// yet, so no record comes of it, but maybe an error.
pub(in crate::kafka) fn serve(reader: &BaseConsumer<Plain>) -> Option<KafkaError> {
    reader.poll(SERVICE).and_then(Result::err)
}

impl ProducerContext for Plain {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// A change of the partitions that the group has given us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) enum Change {
    /// These are ours from now on. The group waits for [`Consumer::assign`].
    Assigned(Vec<Partition>),
    /// We are to give up everything. The group waits for [`Consumer::unassign`], unless the partitions are `lost`
    /// already: then others may have them.
    Revoked {
        /// Too late for a commit.
        lost: bool,
    },
}

/// For the consumer of a lane. Rebalances are not carried out inside `poll` but noted: librdkafka waits for the lane
/// to assign or unassign, so that a transaction can be ended before its partitions are given up.
pub(in crate::kafka) struct Membership {
    pub(in crate::kafka) health: Health,
    changes: Mutex<VecDeque<Change>>,
    changed: AtomicBool,
    closing: AtomicBool,
}

impl Membership {
    pub(in crate::kafka) fn new(kafka: &Kafka) -> Self {
        let (changes, changed, closing) = Default::default();
        Membership { health: Health::new(kafka), changes, changed, closing }
    }

    /// Returns whether the group wants something of us.
    pub(in crate::kafka) fn has_changes(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Returns what the group wants next, and forgets it.
    pub(in crate::kafka) fn next_change(&self) -> Option<Change> {
        let mut changes = lock(&self.changes);
        let change = changes.pop_front();
        self.changed.store(!changes.is_empty(), Ordering::Relaxed);
        change
    }

    /// Gives partitions up as soon as the group asks from now on: nobody will read the notes any more.
    pub(in crate::kafka) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

tell_health!(Membership, |_, _| ());

impl ConsumerContext for Membership {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, what: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        pass(Point::InRebalance);
        if self.closing.load(Ordering::Relaxed) {
            if let Err(error) = consumer.unassign() {
                tracing::warn!(target: "kafka", %error, "could not give up partitions");
            }
            return;
        }
        let change = if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let given = partitions.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect();
            Change::Assigned(given)
        } else {
            Change::Revoked { lost: consumer.assignment_lost() }
        };
        lock(&self.changes).push_back(change);
        self.changed.store(true, Ordering::Relaxed);
    }
}

/// For the producer of a lane. The opaque number of a message is the lane's own name for the input it comes from.
pub(in crate::kafka) struct Deliveries {
    pub(in crate::kafka) health: Health,
    failures: Mutex<Vec<(usize, RDKafkaErrorCode)>>,
    /// A topic that may not be written to.
    forbidden: Mutex<Option<String>>,
    failed: AtomicBool,
    disturbed: AtomicBool,
}

impl Deliveries {
    pub(in crate::kafka) fn new(kafka: &Kafka) -> Self {
        let (failures, forbidden, failed, disturbed) = Default::default();
        Deliveries { health: Health::new(kafka), failures, forbidden, failed, disturbed }
    }

    /// Returns whether a message of this transaction was not delivered.
    pub(in crate::kafka) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Returns the messages that were not delivered, with the reason, and forgets them.
    pub(in crate::kafka) fn take_failures(&self) -> Vec<(usize, RDKafkaErrorCode)> {
        let mut failures = lock(&self.failures);
        self.failed.store(false, Ordering::Relaxed);
        std::mem::take(&mut *failures)
    }

    /// Returns the topic that a message could not be written to because that is not allowed.
    pub(in crate::kafka) fn forbidden(&self) -> Option<String> {
        lock(&self.forbidden).clone()
    }

    /// Returns whether a connection broke: a request may have been sent twice.
    pub(in crate::kafka) fn disturbed(&self) -> bool {
        self.disturbed.load(Ordering::Relaxed)
    }
}

tell_health!(Deliveries, |deliveries, error| {
    use RDKafkaErrorCode::{AllBrokersDown, BrokerTransportFailure, OperationTimedOut};
    if matches!(error, KafkaError::Global(BrokerTransportFailure | AllBrokersDown | OperationTimedOut)) {
        deliveries.disturbed.store(true, Ordering::Relaxed);
    }
});

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: usize) {
        if let Err((error, message)) = result {
            let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown);
            if not_allowed(code) {
                *lock(&self.forbidden) = Some(message.topic().to_owned());
            }
            lock(&self.failures).push((opaque, code));
            self.failed.store(true, Ordering::Relaxed);
        }
    }
}
