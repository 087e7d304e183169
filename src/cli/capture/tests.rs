use std::path::Path;

use proptest::{prop_assert, proptest};

use super::*;
use crate::problem::Reporter;
use crate::rules;

fn shipped() -> Rules {
    let reporter = Reporter::default();
    rules::compile(Path::new("config"), &reporter).unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
}

fn capturing<'r>(rules: &'r Rules, key: &[u8]) -> Capturing<'r> {
    let scrubber = Scrubber::new(rules, Key::new(key).unwrap()).unwrap_or_else(|_| panic!("a pattern"));
    Capturing { rules, scrubber, before: Replay::default(), after: Replay::default(), unread: Unread::default(), differ: Vec::new() }
}

fn samples() -> Vec<Line> {
    let mut documents: Vec<String> = std::fs::read_to_string("config/samples/demo.jsonl").unwrap().lines().map(str::to_owned).collect();
    for entry in std::fs::read_dir("config/samples/formats").unwrap() {
        documents.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    let line = |(number, text): (usize, String)| Line {
        number,
        bytes: text.into_bytes(),
        at: None,
        format: None,
        source: format!("input/0/{number}"),
    };
    (1..).zip(documents).map(line).collect()
}

#[test]
fn samples_are_decided_as_before_and_name_no_customer() {
    let rules = shipped();
    let mut capture = capturing(&rules, b"a key of sixteen");
    let captured: Vec<String> = samples().iter().flat_map(|line| capture.line(line, None)).collect();
    assert!(captured.len() >= 68, "{}", captured.len());
    assert_eq!(capture.differ, Vec::<String>::new(), "verdicts stay");
    let all = captured.join("\n");
    for person in ["pelanggan_01", "Contoh 01", "9000000000000100001", "2990000000000000001"] {
        assert!(!all.contains(person), "{person} is still there");
    }
    assert!(all.contains("@TelkomCare"), "institutions stay");
}

#[test]
fn people_are_found_inside_texts() {
    let rules = shipped();
    let scrubber = Scrubber::new(&rules, Key::new(b"a key of sixteen").unwrap()).unwrap_or_else(|_| panic!("a pattern"));
    let check = |text: &str, gone: &[&str], kept: &[&str]| {
        let post = Post { text: text.into(), ..Post::default() };
        let new = scrubber.post(&post).text.as_str().to_owned();
        gone.iter().for_each(|part| assert!(!new.contains(part), "{part} is still in {new}"));
        kept.iter().for_each(|part| assert!(new.contains(part), "{part} is gone from {new}"));
    };
    check("@.budi_contoh @.TelkomCare", &["budi_contoh"], &["@.pelanggan_", "@.TelkomCare"]);
    check("@TelkomCare tolong @budi_contoh juga", &["budi_contoh"], &["@TelkomCare tolong @pelanggan_", " juga"]);
    check("hubungi 0812-0000-1234 ya", &["0000-1234"], &["hubungi 08", " ya"]);
    check("no internet 122 000 111 222, 3 hari, 50 Mbps", &["000 111 222"], &["no internet 12", ", 3 hari, 50 Mbps"]);
    check("kirim ke budi+x@contoh.org saja", &["budi", "contoh.org"], &["kirim ke pelanggan.", "@contoh.example saja"]);
    check(
        "lihat https://x.com/budi_contoh/status/1234567890?s=20",
        &["budi", "1234567890", "s=20"],
        &["https://x.com/pelanggan_", "/status/"],
    );
    check("wa.me/620000001111", &["620000001111"], &["wa.me/"]);
    check("baca https://contoh.example/berita/gangguan-internet", &[], &["https://contoh.example/berita/gangguan-internet"]);
}

#[test]
fn series_stay_together_and_keys_apart() {
    let rules = shipped();
    let document = |key: &[u8]| {
        let mut capture = capturing(&rules, key);
        samples().iter().flat_map(|line| capture.line(line, None)).collect::<Vec<_>>()
    };
    assert!(document(b"a key of sixteen") == document(b"a key of sixteen"), "the same key gives the same");
    assert!(document(b"a key of sixteen") != document(b"another key, too"), "another key gives others");
    let customers = |customer: &dyn Fn(&Capturing<'_>, &Post<'_>) -> String| {
        let capture = capturing(&rules, b"a key of sixteen");
        let mut last: Vec<String> = Vec::new();
        for line in &samples() {
            for recorded in input::read(line, &rules).map(|(all, _)| all).unwrap_or_default() {
                if let Input::Post(post) = &recorded.input {
                    last.push(customer(&capture, post));
                }
            }
        }
        // Each post by the first of the same customer.
        last.iter().map(|one| last.iter().position(|other| other == one)).collect::<Vec<_>>()
    };
    let before = customers(&|_, post| rules.own.customer_of(post).as_str().to_owned());
    let after = customers(&|capture, post| rules.own.customer_of(&capture.scrubber.post(post)).as_str().to_owned());
    assert_eq!(before, after);
}

#[test]
fn nobody_is_left_whatever_stands_around() {
    let rules = shipped();
    let scrubber = Scrubber::new(&rules, Key::new(b"a key of sixteen").unwrap()).unwrap_or_else(|_| panic!("a pattern"));
    proptest!(|(before in "\\PC{0,20}", handle in "[a-z]{4}_[a-z]{8}", number in "08[1-9][0-9]{8}", after in "\\PC{0,20}")| {
        let text = format!("{before} @{handle} {number} https://x.com/{handle}?s={number} {handle}@contoh.org {after}");
        let new = scrubber.post(&Post { text: text.as_str().into(), ..Post::default() }).text.as_str().to_owned();
        prop_assert!(!new.contains(&handle) && !new.contains(&number), "{text} became {new}");
    });
}
