//! Three brokers that keep everything three times, of which one dies: the leader of partitions, or the coordinator of the
//! transactions.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::Metadata;
use triage::config::service::Service;

use super::broker::{Node, long, service_on_three, wait_until};
use super::calm::Progress;
use super::crew::Crew;
use super::load::Load;
use super::program::Process;

/// After a broker has died work goes on within this.
const RETURN: Duration = Duration::from_secs(60);

const QUESTION: Duration = Duration::from_secs(5);
const TRANSACTIONS: &str = "__transaction_state";

struct Cluster {
    nodes: [Node; 3],
    client: BaseConsumer,
}

impl Cluster {
    fn new(nodes: [Node; 3]) -> Self {
        let brokers = nodes.iter().map(|node| node.bootstrap.as_str()).collect::<Vec<_>>().join(",");
        let client = ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client");
        Cluster { nodes, client }
    }

    fn ask(&self, topic: &str) -> Option<Metadata> {
        self.client.fetch_metadata(Some(topic), QUESTION).ok()
    }

    /// The number of the node that leads `partition` of `topic`, if there is one.
    fn leader(&self, topic: &str, partition: i32) -> Option<usize> {
        let metadata = self.ask(topic)?;
        let found = metadata.topics()[0].partitions().iter().find(|found| found.id() == partition)?.leader();
        usize::try_from(found - 1).ok()
    }

    /// The number of the node that coordinates the transactions of `id`, by the way that brokers share them out.
    fn coordinator(&self, id: &str) -> Option<usize> {
        let partitions = self.ask(TRANSACTIONS)?.topics()[0].partitions().len() as i32;
        let hash = id.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
        self.leader(TRANSACTIONS, (hash & i32::MAX) % partitions)
    }

    /// Whether every partition that matters is kept three times: the next node may die.
    fn is_whole(&self, topics: &[&str]) -> bool {
        topics.iter().all(|topic| {
            self.ask(topic).is_some_and(|metadata| metadata.topics()[0].partitions().iter().all(|partition| partition.isr().len() == 3))
        })
    }
}

fn all_topics(service: &Service) -> [&str; 5] {
    let topics = &service.topics;
    [&topics.posts[0], &topics.inbox, &topics.state, TRANSACTIONS, "__consumer_offsets"]
}

#[test]
#[ignore = "three brokers want a machine of their own"]
fn work_goes_on_without_the_leader_or_the_coordinator() {
    let nodes = Node::start_three("-three");
    let service = service_on_three(&nodes, "cluster", 12);
    let cluster = Cluster::new(nodes);
    let mut crew = Crew::new(&service, "cluster", "5s");
    let progress = Progress::new(&service);
    let load = Load::start(&service, 300, 47);
    let processes: Vec<Process> = [Some("pod-0"), None].into_iter().map(|name| crew.start(name, None)).collect();
    progress.wait_for_more();
    let id = format!("{}-triage-pod-0-0", service.run.group);
    let kills = if long() { 10 } else { 2 };
    let mut slowest = Duration::ZERO;
    for kill in 0..kills {
        wait_until("all copies", || cluster.is_whole(&all_topics(&service)));
        let mut victim = None;
        wait_until("a victim", || {
            victim = if kill % 2 == 0 { cluster.leader(&service.topics.inbox, kill % 12) } else { cluster.coordinator(&id) };
            victim.is_some()
        });
        let node = &cluster.nodes[victim.expect("a node")];
        node.tell("crash");
        let died = Instant::now();
        progress.wait_for_more();
        let took = died.elapsed();
        slowest = slowest.max(took);
        let what = if kill % 2 == 0 { "leader" } else { "coordinator" };
        println!("cluster: the {what} died, work went on after {took:.1?}");
        assert!(took <= RETURN, "work goes on within {RETURN:?}");
        node.tell("resume");
    }
    println!("cluster: {kills} kills, work went on after {slowest:.1?} at the latest");
    wait_until("all copies", || cluster.is_whole(&all_topics(&service)));
    crew.finish(load, processes);
    cluster.nodes.iter().for_each(|node| node.tell("stop"));
}
