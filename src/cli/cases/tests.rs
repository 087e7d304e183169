//! What `triage cases` shows.

use insta::assert_snapshot;
use serde_json::json;

use super::view::OpenCase;
use super::*;
use crate::author::{AuthorState, Case};
use crate::cli::fixture;
use crate::kafka::Coordinates;
use crate::post::Millis;
use crate::signals::Evidence;

/// 7 January 2025, 03:00 UTC.
const OPENED: i64 = 1_736_218_800_000;
const HOUR: i64 = 3_600_000;

fn place(offset: i64) -> Coordinates {
    Coordinates { topic: "telkomcare.triage.state".to_owned(), partition: 2, offset }
}

/// A customer with one case; hard if `conditions` are three.
fn customer(id: u64, conditions: &[&str], tl_name: Option<&str>) -> Customer {
    let at = Millis::new(OPENED - HOUR);
    let mut case = Case::begin("101", at);
    for (number, post) in (0..).zip(["101", "102", "103"]) {
        case.add_post(post, at.plus(number * 60_000));
    }
    for name in conditions {
        case.add_condition(name, "102");
        let quote = format!("kutipan untuk {name}").into();
        case.add_evidence(name, &Evidence { post_id: "102".into(), quote: Some(quote), ..Evidence::default() });
    }
    case.hard = conditions.len() >= 3;
    case.opened_at = case.hard.then(|| Millis::new(OPENED));
    case.tl_name = tl_name.map(Into::into);
    let state = AuthorState { case: Some(case), ..AuthorState::default() };
    Customer { key: format!("x:{id}"), place: place(10), state }
}

/// A hard case of nobody, one of `TL 1`, and one with two conditions.
fn customers() -> Vec<Customer> {
    let hard = ["burst", "capitals", "profile"];
    vec![customer(7, &["burst", "profile"], None), customer(17, &hard, Some("TL 1")), customer(27, &hard, None)]
}

fn cases(now: i64) -> Vec<OpenCase> {
    let rules = fixture::rules();
    customers().iter().filter_map(|customer| OpenCase::of(&rules, customer, Millis::new(now))).collect()
}

fn list(arguments: &[&str]) -> List {
    #[derive(clap::Parser)]
    struct Parsed {
        #[command(flatten)]
        list: List,
    }
    let Parsed { list } = clap::Parser::parse_from([&["list"], arguments].concat());
    list
}

#[test]
fn cases_are_selected() {
    let check = |arguments: &[&str], now: i64, expected: &[&str]| {
        let listing = list(arguments).select(cases(now));
        let found: Vec<&str> = listing.cases.iter().map(|case| case.case_id.as_str()).collect();
        assert_eq!(found, expected, "{arguments:?}");
        assert_eq!((listing.open, listing.hard), (3, 2), "{arguments:?}");
    };
    check(&[], OPENED, &["x:17:101", "x:27:101", "x:7:101"]);
    check(&["--hard"], OPENED, &["x:17:101", "x:27:101"]);
    check(&["--overdue"], OPENED + HOUR, &[]);
    check(&["--overdue"], OPENED + 7 * HOUR, &["x:17:101", "x:27:101"]);
    check(&["--tl", "tl 1"], OPENED, &["x:17:101"]);
    check(&["--tl", "", "--hard"], OPENED, &["x:27:101"]);
    check(&["--limit", "1"], OPENED, &["x:17:101"]);
}

#[test]
fn cases_are_listed() {
    let listing = list(&["--limit", "2"]).select(cases(OPENED + 7 * HOUR));
    assert_snapshot!(show::listing(&listing));
}

#[test]
fn a_life_is_shown() {
    let told = |kind: &str, at: &str, offset, note: Option<&str>| Told {
        place: Coordinates { topic: "telkomcare.triage.escalations".to_owned(), partition: 2, offset },
        record: json!({"type": kind, "at": at, "desk_note": note}),
    };
    let told = vec![
        told("opened", "2025-01-07T03:00:00.000Z", 4, None),
        told("progress", "2025-01-07T03:30:00.000Z", 9, Some("menunggu teknisi")),
    ];
    let open = cases(OPENED).into_iter().find(|case| case.case_id == "x:17:101");
    assert_snapshot!("a_life_is_shown", show::life("x:17:101", &Life { open, told: told.clone() }));
    assert_snapshot!("a_closed_life_is_shown", show::life("x:17:90", &Life { open: None, told }));
}

#[test]
fn what_is_left_of_a_customer_is_shown() {
    let held =
        |topic: &str, records: Option<u64>, until: Option<i64>| Held { topic: topic.to_owned(), records, until: until.map(Millis::new) };
    let held = vec![
        held("telkomcare.posts", None, Some(OPENED)),
        held("telkomcare.triage.agents", Some(3), Some(OPENED)),
        held("telkomcare.triage.state", Some(1), None),
    ];
    let event_id = Some("forget:x:17:1736218800000".to_owned());
    assert_snapshot!(show::forgetting(&Forgetting { customer: "x:17".to_owned(), event_id, held }));
}
