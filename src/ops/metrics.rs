//! A snapshot for Prometheus, in its text format. The names and what they count stand in `config/names.md`.
//!
//! Labels have values from closed sets: stages, topics, classes and conditions of the configuration, types, codes and reasons
//! of the program, numbers of partitions, hashes of rules.

use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::reloads::Outcome;
use super::snapshot::{LaneSnapshot, Snapshot};
use crate::kafka::{Histogram, Measures, Named, OVERDUE};
use crate::post::Millis;

/// Names and values of labels.
type Labels = Vec<(&'static str, String)>;

/// A part of what a lane has measured.
type Of<T> = fn(&Measures) -> &T;

/// A number of a lane.
type Number = fn(&LaneSnapshot) -> u64;

/// Returns the metrics in the text format of Prometheus, version 0.0.4.
///
/// # Errors
/// None: it writes to memory.
pub fn metrics(snapshot: &Snapshot) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("triage");
    registry.register_collector(Box::new(Scrape(snapshot.clone())));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Scrape(Snapshot);

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page { encoder, snapshot: &self.0 };
        page.decisions()?;
        page.work()?;
        page.durations()?;
        page.distance()?;
        page.memory()?;
        page.clients()?;
        page.rules()?;
        page.program()
    }
}

/// What is being written.
struct Page<'e, 's> {
    encoder: DescriptorEncoder<'e>,
    snapshot: &'s Snapshot,
}

impl Page<'_, '_> {
    fn decisions(&mut self) -> fmt::Result {
        let mut verdicts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (class, route, number) in self.snapshot.lanes.iter().flat_map(|lane| lane.measures.tally.verdicts()) {
            *verdicts.entry((class, route)).or_default() += number;
        }
        let verdicts = verdicts.into_iter().map(|((class, route), number)| (labels(&[("class", class), ("route", route)]), number));
        counters(&mut self.encoder, "verdicts", "Verdicts on posts", verdicts)?;
        let named: [(&str, &str, &'static str, Of<Named>); 4] = [
            ("conditions_met", "Posts that meet a condition of the hard complaint themselves", "condition", |m| &m.tally.conditions),
            ("escalations", "Records for team leaders, reminders left out", "type", |m| &m.tally.escalations),
            ("reminders", "Reminders to team leaders", "type", |m| &m.tally.reminders),
            ("skipped", "Posts that nobody needs to see, by reason", "reason", |m| &m.tally.skipped),
        ];
        for (name, help, label, of) in named {
            let all = sum(self.snapshot.lanes.iter().map(|lane| of(&lane.measures)));
            counters(&mut self.encoder, name, help, all.into_iter().map(|(value, number)| (labels(&[(label, value)]), number)))?;
        }
        let letters = self.by_stage_and("code", |measures| &measures.tally.dead_letters);
        counters(&mut self.encoder, "dead_letters", "Records that could not be used", letters)?;
        let late = self.total(|lane| lane.measures.tally.late);
        counters(&mut self.encoder, "late_posts", "Posts older than the newest of their author by more than is allowed", late)?;
        let silenced = self.total(|lane| lane.counts.silenced);
        counters(&mut self.encoder, "silenced", "Records for team leaders that a silence holds", silenced)
    }

    fn work(&mut self) -> fmt::Result {
        let consumed = self.by_stage_and("topic", |measures| &measures.consumed);
        counters(&mut self.encoder, "posts_consumed", "Records taken in by committed transactions", consumed)?;
        let results: [(&str, Number); 2] = [("committed", |lane| lane.counts.committed), ("aborted", |lane| lane.counts.aborted)];
        let transactions = results.into_iter().flat_map(|(result, of)| {
            self.by_stage(of).into_iter().map(move |(stage, number)| (labels(&[("stage", stage), ("result", result)]), number))
        });
        let transactions: Vec<_> = transactions.collect();
        counters(&mut self.encoder, "transactions", "Transactions, by how they ended", transactions)?;
        let rebalances = self.of_stages(|lane| lane.measures.rebalances);
        counters(&mut self.encoder, "rebalances", "Times that the group gave a lane partitions", rebalances)?;
        let restarts = self.of_stages(|lane| lane.counts.restarts);
        counters(&mut self.encoder, "lane_restarts", "Times that a lane failed and began anew", restarts)
    }

    fn durations(&mut self) -> fmt::Result {
        let all: [(&str, &str, Of<Histogram>); 3] = [
            ("transaction_duration_seconds", "From the first record of a committed transaction to its commit", |m| &m.transactions),
            ("step_duration_seconds", "Time to judge one record of the inbox; what those read together took is shared evenly", |m| {
                &m.steps
            }),
            ("end_to_end_latency_seconds", "From the timestamp of a raw record to the commit of its verdict", |m| &m.latencies),
        ];
        for (name, help, of) in all {
            let none = Measures::default();
            let mut total = of(&none).clone();
            self.snapshot.lanes.iter().for_each(|lane| total.merge(of(&lane.measures)));
            let bounds = total.bounds.iter().copied().chain([f64::INFINITY]);
            let cells: Vec<(f64, u64)> = bounds.zip(total.cells).collect();
            let count = total.cells.iter().sum();
            let mut family = self.encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
            family.encode_histogram::<NoLabelSet>(total.sum, count, &cells, None)?;
        }
        Ok(())
    }

    fn distance(&mut self) -> fmt::Result {
        let now = self.snapshot.now;
        let mut lags: BTreeMap<(&str, i32), i64> = BTreeMap::new();
        for lane in &self.snapshot.lanes {
            for partition in &lane.measures.partitions {
                if let Some(lag) = partition.lag() {
                    *lags.entry((lane.stage, partition.partition)).or_default() += lag;
                }
            }
        }
        let lags = lags.into_iter().map(|((stage, partition), lag)| {
            let partition = partition.to_string();
            (labels(&[("stage", stage), ("partition", &partition)]), lag)
        });
        gauges(&mut self.encoder, "consumer_lag", "Records of a partition that have not been taken in", lags)?;
        let waits = self.most(|lane| Some(lane.lag(now).1));
        gauges(&mut self.encoder, "consumer_lag_seconds", "How long the oldest of them has been waiting", waits)?;
        let commits = self.most(|lane| lane.measures.last_commit.map(in_seconds));
        gauges(&mut self.encoder, "last_commit_timestamp_seconds", "When a transaction was committed last", commits)?;
        let mut shares: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (topic, records, unusable) in self.snapshot.lanes.iter().flat_map(|lane| lane.measures.shares()) {
            let share = shares.entry(topic).or_default();
            (share.0, share.1) = (share.0 + records, share.1 + unusable);
        }
        let shares = shares.into_iter().map(|(topic, (records, unusable))| (labels(&[("topic", topic)]), share(records, unusable)));
        gauges(&mut self.encoder, "dead_letter_share", "Share of the last records of a topic that could not be used", shares)?;
        let paused = self.of_stages(|lane| lane.counts.paused);
        gauges(&mut self.encoder, "topics_paused", "Topics that are not read because too much of them cannot be used", as_i64(paused))
    }

    fn memory(&mut self) -> fmt::Result {
        let customers = self.total(|lane| lane.measures.standing.customers);
        gauges(&mut self.encoder, "customers_tracked", "Customers of whom something is remembered", as_i64(customers))?;
        let open = self.total(|lane| lane.measures.standing.open_cases);
        gauges(&mut self.encoder, "open_cases", "Cases that are open", as_i64(open))?;
        let overdue = OVERDUE.iter().enumerate().flat_map(|(place, kind)| {
            let total = self.total(|lane| lane.measures.standing.overdue[place]);
            total.into_iter().map(move |(_, number)| (labels(&[("type", kind)]), number))
        });
        let overdue: Vec<_> = overdue.collect();
        gauges(&mut self.encoder, "cases_overdue", "Hard cases in which something should have been done", as_i64(overdue))?;
        let restores = self.most(|lane| Some(lane.measures.restore?.as_secs_f64()));
        let restore = restores.into_iter().map(|(_, seconds)| seconds).reduce(f64::max).unwrap_or(0.0);
        let help = "How long it took last to read the state of partitions back";
        gauges(&mut self.encoder, "state_restore_duration_seconds", help, [(Vec::new(), restore)])
    }

    fn clients(&mut self) -> fmt::Result {
        let clients = |lane: &'_ LaneSnapshot| lane.measures.clients.clone().into_iter().flatten();
        let trips = self.most(|lane| clients(lane).map(|client| client.round_trip).reduce(f64::max));
        gauges(&mut self.encoder, "broker_round_trip_seconds", "Mean time of an answer of the slowest broker", trips)?;
        let queued = self.most(|lane| Some(clients(lane).map(|client| client.queued).sum::<u64>() as f64));
        gauges(&mut self.encoder, "client_queue_records", "Records that wait in the client library, of the fullest lane", queued)?;
        let up = self.most(|lane| lane.measures.clients[0].as_ref().map(|client| client.brokers_up as f64));
        gauges(&mut self.encoder, "brokers_connected", "Brokers that a consumer is connected to", up)
    }

    fn rules(&mut self) -> fmt::Result {
        let loaded = [self.snapshot.rules.as_str()].map(|hash| (labels(&[("hash", hash)]), 1));
        gauges(&mut self.encoder, "rules_info", "The rules that the next transactions use", loaded)?;
        let mut used: BTreeMap<&str, i64> = BTreeMap::new();
        let lanes = self.snapshot.lanes.iter().map(|lane| lane.measures.rules.as_str());
        lanes.filter(|hash| !hash.is_empty()).for_each(|hash| *used.entry(hash).or_default() += 1);
        let used = used.into_iter().map(|(hash, lanes)| (labels(&[("hash", hash)]), lanes));
        gauges(&mut self.encoder, "rules_in_use", "Lanes by the rules of their last transaction", used)?;
        let reloads = &self.snapshot.reloads;
        let results = Outcome::ALL.into_iter().zip(reloads.counts).map(|(outcome, n)| (labels(&[("result", outcome.name())]), n));
        counters(&mut self.encoder, "config_reloads", "Rules and silences that were read again, by what became of them", results)?;
        let successful = [(Vec::new(), i64::from(reloads.is_success()))];
        gauges(&mut self.encoder, "config_last_reload_successful", "Whether what was read last is in use", successful)?;
        let at = [(Vec::new(), in_seconds(reloads.last_success))];
        gauges(&mut self.encoder, "config_last_reload_success_timestamp_seconds", "When something was read last and used", at)
    }

    fn program(&mut self) -> fmt::Result {
        let version = [(labels(&[("version", env!("CARGO_PKG_VERSION"))]), 1)];
        gauges(&mut self.encoder, "build_info", "The program", version)?;
        let dropped = [(Vec::new(), self.snapshot.dropped)];
        counters(&mut self.encoder, "log_lines_dropped", "Lines of the log that could not be written in time", dropped)
    }

    /// A number of all lanes together.
    fn total(&self, of: impl Fn(&LaneSnapshot) -> u64) -> [(Labels, u64); 1] {
        [(Vec::new(), self.snapshot.lanes.iter().map(of).sum())]
    }

    fn by_stage(&self, of: impl Fn(&LaneSnapshot) -> u64) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        self.snapshot.lanes.iter().for_each(|lane| *all.entry(lane.stage).or_default() += of(lane));
        all
    }

    fn of_stages(&self, of: impl Fn(&LaneSnapshot) -> u64) -> Vec<(Labels, u64)> {
        self.by_stage(of).into_iter().map(|(stage, number)| (labels(&[("stage", stage)]), number)).collect()
    }

    /// The largest of the lanes of each stage.
    fn most(&self, of: impl Fn(&LaneSnapshot) -> Option<f64>) -> Vec<(Labels, f64)> {
        let mut all: BTreeMap<&str, f64> = BTreeMap::new();
        for lane in &self.snapshot.lanes {
            if let Some(value) = of(lane) {
                let most = all.entry(lane.stage).or_insert(value);
                *most = most.max(value);
            }
        }
        all.into_iter().map(|(stage, value)| (labels(&[("stage", stage)]), value)).collect()
    }

    fn by_stage_and(&self, label: &'static str, of: impl Fn(&Measures) -> &Named) -> Vec<(Labels, u64)> {
        let stages = self.snapshot.stages().into_iter().flat_map(|stage| {
            let lanes = self.snapshot.lanes.iter().filter(move |lane| lane.stage == stage);
            let all = sum(lanes.map(|lane| of(&lane.measures)));
            all.into_iter().map(move |(value, number)| (labels(&[("stage", stage), (label, value)]), number)).collect::<Vec<_>>()
        });
        stages.collect()
    }
}

fn counters<V: EncodeCounterValue>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    rows: impl IntoIterator<Item = (Labels, V)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    rows.into_iter().try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None))
}

fn gauges<V: EncodeGaugeValue>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    rows: impl IntoIterator<Item = (Labels, V)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    rows.into_iter().try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_gauge(&value))
}

fn labels(pairs: &[(&'static str, &str)]) -> Labels {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn as_i64(rows: impl IntoIterator<Item = (Labels, u64)>) -> impl Iterator<Item = (Labels, i64)> {
    rows.into_iter().map(|(labels, number)| (labels, i64::try_from(number).unwrap_or(i64::MAX)))
}

fn sum<'n>(all: impl Iterator<Item = &'n Named>) -> BTreeMap<&'n str, u64> {
    let mut total = BTreeMap::new();
    all.flat_map(Named::iter).for_each(|(name, number)| *total.entry(name).or_default() += number);
    total
}

/// The share of `unusable` among `records`; none of none.
pub(super) fn share(records: u64, unusable: u64) -> f64 {
    if records == 0 { 0.0 } else { unusable as f64 / records as f64 }
}

fn in_seconds(at: Millis) -> f64 {
    at.get() as f64 / 1_000.0
}

#[cfg(test)]
mod tests;
