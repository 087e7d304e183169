//! Hand-offs: what parties hand in, the desk's steps, a process that is killed between them, and `reconcile` over all of it.

use std::process::Stdio;

use serde_json::{Value, json};

use super::broker::{Record, consume_all, produce, service_with, wait_until};
use super::program::{Process, terminate, triage_with};
use super::ruleset::Rules;

const SENDER: &str = "plasa.bandung@contoh.id";
const AT: i64 = 1_763_004_600_000;

fn mail(id: &str, sender: &str, text: &str) -> Record {
    let value = json!({
        "schema": "telkomcare.post.v1", "platform": "email", "post_id": id, "author": {"id": sender}, "text": text,
        "created_at": "2025-11-13T03:30:00Z",
    });
    Record { timestamp: AT, ..Record::new("any", &value.to_string()) }
}

fn step(id: &str, step: &str, mail: &str) -> Record {
    let value = json!({
        "schema": "telkomcare.case_event.v1", "event_id": id, "event": step, "case_id": format!("email:{SENDER}:{mail}"),
        "agent": "Petugas 1", "note": "catatan", "at": "2025-11-13T04:30:00Z",
    });
    Record { timestamp: AT + 3_600_000, ..Record::new("desk", &value.to_string()) }
}

#[test]
fn a_mail_is_handed_off_and_every_step_answered_once() {
    let topic = format!("handoff-{}", std::process::id());
    let service = service_with("handoff", 2, &[("handoff.enabled", "true"), ("topics.handoff", &topic)]);
    let rules = Rules::copy();
    let config = rules.path();
    rules.name_sender(SENDER);
    let start = || {
        let mut command = triage_with(&config, &service, &["run"]);
        Process(command.stdout(Stdio::null()).spawn().expect("triage starts"))
    };
    let handoffs = || -> Vec<Value> {
        consume_all(&service.kafka, &topic).iter().map(|record| serde_json::from_str(&record.text()).expect("JSON")).collect()
    };
    let mails = [
        mail("surat-1", SENDER, "ND 122000000061 merasa tidak pernah setuju dengan tunggakan 3 bulan Rp 900.000"),
        mail("surat-2", SENDER, "Pelanggan lapor agent membentak saat menawarkan pembayaran"),
        mail("surat-3", SENDER, "Mohon info jam buka loket"),
        mail("surat-4", "pelanggan@contoh.id", "Saya tidak pernah setuju membayar tunggakan yang diinfokan agent"),
    ];
    produce(&service.kafka, &service.topics.posts[0], mails);
    let mut process = start();
    wait_until("hand-offs", || handoffs().len() == 2 && consume_all(&service.kafka, &service.topics.agents).len() == 4);
    process.kill();
    let steps = ["recording_missing", "recording_found", "chronology_written", "spv_validated", "manager_approved", "sent"];
    let mut events: Vec<Record> = (0..).zip(steps).map(|(number, name)| step(&format!("e{number}"), name, "surat-1")).collect();
    events.extend([step("e0", "recording_missing", "surat-1"), step("e9", "sent", "surat-9"), step("e2b", "sent", "surat-2")]);
    produce(&service.kafka, &service.topics.case_events, events);
    let process = start();
    wait_until("answers", || handoffs().len() == 2 + steps.len() + 1);
    wait_until("the letter", || consume_all(&service.kafka, &service.topics.dead_letters).len() == 1);
    wait_until("the repeated step", || consume_all(&service.kafka, &service.topics.skipped).len() == 1);
    assert_eq!(terminate(process), Some(0));
    let records = handoffs();
    let last = records.iter().find(|record| record["step"] == "sent" && record["case_id"] == format!("email:{SENDER}:surat-1"));
    let last = last.expect("the last step");
    assert_eq!(
        (&last["program"], &last["missing"], &last["arrears"]["amount_idr"]),
        (&json!("CT-0"), &json!(["offer_call_date"]), &json!(900_000))
    );
    assert_eq!(last["retention_until"], "2027-11-14");
    for record in consume_all(&service.kafka, &topic) {
        assert_eq!((record.key_text(), record.header("triage.source").is_some()), (format!("email:{SENDER}"), true));
    }
    let letter = &consume_all(&service.kafka, &service.topics.dead_letters)[0];
    assert_eq!(letter.header("triage.error.code").as_deref(), Some("unknown_handoff"));
    let output = triage_with(&config, &service, &["reconcile", "--stage", "both"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
