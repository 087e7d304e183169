//! `triage status`: how a running program is, asked over HTTP from any machine.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::{ConfigFolder, Exit, Format, Stop, count};
use crate::config::moment::WIB;
use crate::config::service::Ops;
use crate::ops::{State, Status};
use crate::post::Millis;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an answer: a thousand partitions are less.
const MOST: u64 = 8 << 20;

/// Where the program listens as examples have it.
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Shows how a running program is: what its lanes do, how far behind they are, which rules they use, what is open. Exit code 1
/// unless it is ready.
#[derive(Debug, clap::Args)]
pub struct AskStatus {
    #[command(flatten)]
    config: ConfigFolder,
    /// Where it answers, such as http://10.0.0.7:9464; without it the address of [ops], else http://127.0.0.1:9464
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl AskStatus {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let ops = KafkaOptions::none().load(&self.config)?.ops;
        let url = self.url.unwrap_or_else(|| format!("http://{}", reachable(ops.listen)));
        let status = ask(url.trim_end_matches('/'), &ops)?;
        match self.format {
            Format::Human => Page::of(show(&url, &status)).show(),
            Format::Json => page::json(&status),
        }
        Ok(if status.state == State::Ready { Exit::Ok } else { Exit::Findings })
    }
}

/// Where to ask a program that listens on `listen`; one that listens everywhere answers here too.
fn reachable(listen: Option<SocketAddr>) -> SocketAddr {
    let mut address = listen.unwrap_or(USUAL);
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)),
        _ => (),
    }
    address
}

fn ask(url: &str, ops: &Ops) -> Result<Status, Stop> {
    let token = ops.token().map_err(|error| Stop::Because(Exit::Configuration, format!("ops.token_file: {error}")))?;
    let failed = |why: String| Stop::Because(Exit::Unavailable, format!("{url} {why}"));
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(0).proxy(None);
    let mut request = config.build().new_agent().get(format!("{url}/status"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {}", token.expose()));
    }
    let mut answer = request.call().map_err(|error| failed(format!("does not answer: {error}")))?;
    let text = answer.body_mut().with_config().limit(MOST).read_to_string();
    match answer.status().as_u16() {
        200 => (),
        401 => {
            let sentence = format!("{url} wants a token: set TRIAGE_OPS__TOKEN, or `token_file` of [ops], to the one of that program");
            return Err(Stop::Because(Exit::Refused, sentence));
        }
        429 => return Err(failed("is asked too often: try again in a second".to_owned())),
        code => return Err(failed(format!("answers {code}: it may be another program"))),
    }
    let text = text.map_err(|error| failed(format!("breaks its answer off: {error}")))?;
    serde_json::from_str(&text).map_err(|_| failed("answers something else: it may be another program, or another version".to_owned()))
}

fn show(url: &str, status: &Status) -> String {
    let state = match status.state {
        State::Ready => "ready",
        State::Starting => "starting",
        State::Degraded => "degraded",
    };
    let mut text = format!("{url}  triage {}  {state}\n", status.version);
    for reason in &status.reasons {
        let _ = writeln!(text, "    {reason}");
    }
    rules(status, &mut text);
    lanes(status, &mut text);
    let overdue: Vec<String> = status.cases.overdue.iter().map(|(kind, number)| format!("{kind} {number}")).collect();
    let cases = &status.cases;
    let _ = writeln!(text, "\ncases      {} open of {} customers; overdue: {}", cases.open, cases.customers, overdue.join(", "));
    for (topic, share) in status.dead_letter_share.iter().filter(|(_, share)| **share > 0.0) {
        let _ = writeln!(text, "unusable   {:.1} % of the last records of {topic}", share * 100.0);
    }
    if status.log_lines_dropped > 0 {
        let _ = writeln!(text, "log        {} lost", count(usize::try_from(status.log_lines_dropped).unwrap_or(usize::MAX), "line"));
    }
    text
}

fn rules(status: &Status, text: &mut String) {
    let shadow = status.shadow.as_ref().map(|hash| format!("; on trial {hash}")).unwrap_or_default();
    let _ = writeln!(text, "\nrules      {}{shadow}; {}", status.rules, count(status.silences, "silence"));
    for (set, reload) in &status.reloads {
        let _ = writeln!(text, "           {set} read again {}: {}", wib(reload.at), reload.result);
    }
}

fn lanes(status: &Status, text: &mut String) {
    for lane in &status.lanes {
        let _ = writeln!(
            text,
            "\n{:10} {}, {}, {} behind ({:.0} s), rules {}",
            lane.stage,
            lane.phase,
            count(lane.partitions.len(), "partition"),
            count(usize::try_from(lane.lag).unwrap_or(0), "record"),
            lane.lag_seconds,
            if lane.rules.is_empty() { "-" } else { &lane.rules }
        );
        let committed = lane.last_commit.map_or_else(|| "nothing committed yet".to_owned(), |at| format!("committed {}", wib(at)));
        let _ = writeln!(
            text,
            "           {committed}; {} records in {} transactions, {} aborted, {} restarts",
            lane.records, lane.transactions, lane.aborted, lane.restarts
        );
        if let Some(trouble) = &lane.trouble {
            let _ = writeln!(text, "           failed: {trouble}");
        }
        if lane.restoring > 0 {
            let _ = writeln!(text, "           {} records of its state read so far", lane.restoring);
        }
        if lane.paused > 0 {
            let paused = count(usize::try_from(lane.paused).unwrap_or(0), "topic");
            let _ = writeln!(text, "           {paused} not read: too much of it cannot be used");
        }
        for partition in lane.partitions.iter().filter(|partition| partition.lag.is_some_and(|lag| lag > 0)) {
            let _ = writeln!(text, "           {}/{}: {} behind", partition.topic, partition.partition, partition.lag.unwrap_or(0));
        }
    }
}

fn wib(at: Millis) -> String {
    let shifted = at.plus(WIB).to_string();
    format!("{} WIB", shifted.get(..19).unwrap_or(&shifted).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_here() {
        let check = |listen: &str, asked: &str| assert_eq!(reachable(listen.parse().ok()).to_string(), asked, "{listen}");
        check("", "127.0.0.1:9464");
        check("0.0.0.0:80", "127.0.0.1:80");
        check("[::]:80", "[::1]:80");
        check("10.0.0.7:80", "10.0.0.7:80");
    }

    #[test]
    fn a_status_as_people_read_it() {
        let partition =
            |number: i32, lag: i64| serde_json::json!({ "topic": "telkomcare.triage.inbox", "partition": number, "next": 90, "lag": lag });
        let lane = serde_json::json!({
            "stage": "triage", "phase": "failing", "trouble": "commit: Local: Timed out", "rules": "ab12cd34", "lag": 120, "lag_seconds": 61.2,
            "last_commit": "2026-03-02T03:00:00Z", "records": 5000, "transactions": 40, "aborted": 1, "restarts": 2, "paused": 1,
            "restore_seconds": 0.5, "restoring": 700, "partitions": [partition(0, 120), partition(1, 0)],
        });
        let status = serde_json::json!({
            "version": "0.1.0", "now": "2026-03-02T03:01:00Z", "state": "degraded", "reasons": ["triage: a lane has failed and begins anew"],
            "rules": "ab12cd34", "shadow": "ef56", "reloads": { "rules": { "result": "refused", "at": "2026-03-02T02:00:00Z" } },
            "silences": 2, "lanes": [lane], "dead_letter_share": { "telkomcare.posts": 0.125, "telkomcare.case-events": 0.0 },
            "cases": { "customers": 300, "open": 12, "overdue": { "assign_tl": 1, "callback": 0 } }, "log_lines_dropped": 7,
        });
        let status: Status = serde_json::from_value(status).unwrap();
        insta::assert_snapshot!(show("http://127.0.0.1:9464", &status));
    }
}
