//! Requests to end a transaction, and answers to them, that come late, twice or never, while posts keep coming.
//!
//! librdkafka speaks the transaction protocol in which a late request to commit names the producer, but not the
//! transaction: it ends whichever is open. So a producer of which one may be under way must not be used again.

use super::broker::{Node, long, service_on, wait_until};
use super::crew::{Crew, ended};
use super::load::Load;
use super::oracle::Findings;
use super::program::Process;
use super::proxy::{Fault, Proxy, Report};
use super::seeded_program;

/// A broker behind a proxy.
pub struct Disturbed {
    pub node: Node,
    pub proxy: Proxy,
}

impl Disturbed {
    /// Starts both, told apart by `name`.
    pub fn start(name: &str) -> Disturbed {
        let proxy = Proxy::listen(31);
        let (node, behind) = Node::start_behind(name, proxy.port);
        proxy.hand_on_to(&behind);
        Disturbed { node, proxy }
    }

    /// What the proxy has done and what is wrong after all of `faults`, `pause` milliseconds apart, until there were
    /// `enough`, under load; with the mistake `bug`, if any, in the program.
    pub fn storm(
        &self,
        test: &'static str,
        faults: &[Fault],
        pause: u64,
        bug: Option<&'static str>,
        enough: impl Fn(&Report) -> bool,
    ) -> (Report, Findings) {
        let service = service_on(&self.node, test, 12);
        let mut crew = Crew::new(&service, test, "2s").with("TRIAGE_KAFKA__BROKERS", format!("127.0.0.1:{}", self.proxy.port));
        if let Some(bug) = bug {
            crew = crew.with_program(seeded_program::build(bug));
        }
        let load = Load::start(&service, 600, 37);
        let mut processes: Vec<Process> = (0..2).map(|_| crew.start(None, None)).collect();
        self.proxy.disturb(faults, pause);
        wait_until("enough faults", || {
            for process in &mut processes {
                if let Some(status) = ended(process) {
                    println!("{test}: a process has ended: {status}");
                    *process = crew.start(None, None);
                }
            }
            enough(&self.proxy.report())
        });
        self.proxy.calm();
        let report = self.proxy.report();
        println!("{test}: {report:?}; producers replaced {}", crew.said("replacing the producer"));
        (report, crew.settle(load, processes))
    }
}

#[test]
fn ends_of_transactions_come_late_or_twice_or_never() {
    let broker = Disturbed::start("-proxied");
    let all = [Fault::SlowRequest, Fault::SlowAnswer, Fault::LostRequest, Fault::LostAnswer, Fault::Late];
    let times = if long() { 50 } else { 2 };
    let delivered = |report: &Report| report.late_accepted + report.late_refused;
    let enough = |report: &Report| report.least() >= times && delivered(report) >= times;
    let (report, findings) = broker.storm("endings", &all, 300, None, enough);
    findings.assert_none("endings");
    assert_eq!(report.late_accepted, 0, "a late request has ended a transaction that it was not meant for");
    if long() {
        let (_, findings) = broker.storm("late-ends", &[Fault::Late], 200, None, |report| delivered(report) >= times);
        findings.assert_none("late-ends");
    }
    broker.node.tell("stop");
}
