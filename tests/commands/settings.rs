//! `check` says what `run` would say: of the settings, the environment, the rules and those that are only tried.

use std::path::Path;

use super::{shipped_with, triage};

/// What `check` and `run` say of `settings`, with `env` set. Wrong settings only: with right ones `run` would go on.
fn both(settings: &str, env: &[(&str, &str)], break_rules: bool) -> (i32, String) {
    let folder = shipped_with("");
    std::fs::write(folder.path().join("triage.toml"), settings).unwrap();
    if break_rules {
        let rules = folder.path().join("rules.toml");
        let text = std::fs::read_to_string(&rules).unwrap();
        std::fs::write(rules, format!("{text}\nunbekannt = 1\n")).unwrap();
    }
    let said = |command: &str| {
        let result = triage(&[command, "--config", folder.path().to_str().unwrap()]).envs(env.iter().copied()).assert();
        let output = result.get_output();
        let text = if command == "check" { &output.stdout } else { &output.stderr };
        let text = String::from_utf8_lossy(text).replace(folder.path().to_str().unwrap(), "DIR");
        let problems: Vec<&str> = text.lines().collect();
        (output.status.code().unwrap(), problems[..problems.len() - 1].join("\n"))
    };
    let (checked, run) = (said("check"), said("run"));
    assert_eq!(checked, run, "check and run differ");
    checked
}

#[test]
fn senders_of_hand_offs_need_a_topic_for_them() {
    let folder = shipped_with("");
    let list = folder.path().join("lists/ct0.toml");
    let parties = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, parties.replacen("email = []", "email = [\"plasa@contoh.id\"]", 1)).unwrap();
    let check = |env: &[(&str, &str)], code: i32, part: &str| {
        let arguments = ["check", "--config", folder.path().to_str().unwrap()];
        let result = triage(&arguments).envs(env.iter().copied()).assert().code(code);
        let said = String::from_utf8_lossy(&result.get_output().stdout).into_owned();
        assert!(said.contains(part), "{said}");
    };
    check(&[], 78, "triage.toml: error: the list of parties names senders of hand-offs, and there is no topic for hand-offs");
    check(&[("TRIAGE_HANDOFF__ENABLED", "true")], 0, "ok, ");
}

#[test]
fn outages_that_the_rules_know_nothing_of_are_refused() {
    let said = both("[outages]\non = true\n", &[], false);
    assert_eq!(said.0, 78);
    assert!(said.1.starts_with("DIR/triage.toml: error: [outages] is on, and the rules say nothing of outages"), "{}", said.1);
    let (folder, settings) = (shipped_with(""), shipped_with(""));
    let rules = folder.path().join("rules.toml");
    let text = std::fs::read_to_string(&rules).unwrap();
    let on = ["[outages]", "areas = ", "customers = ", "within = "].iter().fold(text, |text, key| text.replace(&format!("# {key}"), key));
    std::fs::write(rules, on).unwrap();
    std::fs::write(settings.path().join("triage.toml"), "[outages]\non = true\n").unwrap();
    let elsewhere = settings.path().join("triage.toml");
    let config = folder.path().to_str().unwrap();
    triage(&["check", "--config", config, "--settings", elsewhere.to_str().unwrap()]).assert().code(0);
}

#[test]
fn settings_may_lie_apart_from_the_rules() {
    let (rules, apart) = (shipped_with(""), tempfile::TempDir::new().unwrap());
    let file = apart.path().join("service.toml");
    std::fs::write(&file, "[run]\nlanes = 0\n").unwrap();
    // What analysts may write is not read then.
    std::fs::write(rules.path().join("triage.toml"), "[kafka\n").unwrap();
    let (config, file) = (rules.path().to_str().unwrap(), file.to_str().unwrap());
    let check = |arguments: &[&str], env: &[(&str, &str)], expected: &str| {
        let result = triage(&[&["check", "--config", config], arguments].concat()).envs(env.iter().copied()).assert().code(78);
        let said = String::from_utf8_lossy(&result.get_output().stdout).into_owned();
        assert!(said.contains(expected), "{said}");
    };
    let wrong = format!("{file}:2:9: error: `lanes` must be between 1 and 64");
    check(&["--settings", file], &[], &wrong);
    check(&[], &[("TRIAGE_SETTINGS", file)], &wrong);
    check(&[], &[], "triage.toml:1");
    check(&["--settings", "/nowhere/service.toml"], &[], "/nowhere/service.toml: error: cannot read the file: there is no such file");
}

#[test]
fn rules_read_no_other_files_and_wait_for_none() {
    let folder = shipped_with("");
    let list = folder.path().join("lists/areas.txt");
    let check = |make: &dyn Fn(), expected: &str| {
        let _ = std::fs::remove_file(&list);
        make();
        let result = triage(&["check", "--config", folder.path().to_str().unwrap()]).assert().code(78);
        let said = String::from_utf8_lossy(&result.get_output().stdout).into_owned();
        assert!(said.contains(expected), "{said}");
    };
    let rules = folder.path().join("rules.toml");
    let text = std::fs::read_to_string(&rules).unwrap();
    let named = text.replace("# [outages]", "[outages]").replace("# areas = ", "areas = ").replace("# customers = ", "customers = ");
    std::fs::write(&rules, named.replace("# within = ", "within = ")).unwrap();
    let link = |to: &str| std::os::unix::fs::symlink(to, &list).unwrap();
    check(&|| link("/etc/hostname"), "lies outside the folder of the rules");
    check(&|| link("/dev/zero"), "lies outside the folder of the rules");
    check(&|| assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success()), "it is no regular file");
}

#[test]
fn what_run_would_refuse_check_refuses() {
    let check = |settings: &str, env: &[(&str, &str)], expected: &[&str]| {
        let (code, said) = both(settings, env, false);
        assert_eq!(code, 78, "{said}");
        for part in expected {
            assert!(said.contains(part), "{part} is not in {said}");
        }
    };
    check("[kafka]\nbrokrs = [\"a:1\"]\n", &[], &["DIR/triage.toml:2:1: error: unknown key `brokrs`", "did you mean `brokers`?"]);
    check("[kafka\n", &[], &["DIR/triage.toml:1"]);
    check("[reload]\nwatch = 3\n[reload.guard]\nposts = 1\n", &[], &["`watch` must be", "must be between 10 and 100000"]);
    check("[run]\ntransaction_interval = \"10s\"\n", &[], &["must be at least twice `transaction_interval`"]);
    check("[shadow]\nconfig = \"hilang\"\n", &[], &["DIR/hilang/rules.toml: error: cannot read the file"]);
    check("[kafka.properties]\n\"no.such\" = 1\n", &[], &["DIR/triage.toml:2:1: error: the property `no.such` cannot be set here"]);
    check("[kafka.security]\nprotocol = \"ssl\"\nca_file = \"hilang.pem\"\n", &[], &["ssl.ca.location"]);
    check("[topics]\ninbox = \"a b\"\n", &[], &["DIR/triage.toml:2"]);
    check("", &[("TRIAGE_RUN__LANES", "0")], &["TRIAGE_RUN__LANES: error: `run.lanes` must be between 1 and 64"]);
    check("[run]\nlanes = 0\n", &[("TRIAGE_KAFKA__BROKER", "x")], &["TRIAGE_KAFKA__BROKER: error: there is no such setting", "lanes"]);
}

#[test]
fn mistakes_in_rules_and_settings_are_said_at_once() {
    let (code, said) = both("[kafka]\nbrokrs = 1\n[shadow]\nconfig = \"hilang\"\n", &[], true);
    assert_eq!(code, 78);
    for part in ["unknown key `unbekannt`", "unknown key `brokrs`", "DIR/hilang/rules.toml"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

#[test]
fn what_run_accepts_check_accepts() {
    let check = |settings: Option<&str>, env: &[(&str, &str)], more: &[&str], code: i32, expected: &str| {
        let folder = shipped_with("");
        let shadow = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        if let Some(settings) = settings {
            std::fs::write(folder.path().join("triage.toml"), settings.replace("SHADOW", shadow.to_str().unwrap())).unwrap();
        }
        let arguments = [&["check", "--config", folder.path().to_str().unwrap()], more].concat();
        let result = triage(&arguments).envs(env.iter().copied()).assert().code(code);
        let said = String::from_utf8_lossy(&result.get_output().stdout).into_owned();
        assert!(said.contains(expected), "{expected} is not in {said}");
    };
    // A folder of rules alone: every setting has its default.
    check(None, &[], &["--deny-warnings"], 0, ": ok, ");
    check(Some("[shadow]\nconfig = \"SHADOW\"\n"), &[], &["--deny-warnings"], 0, ": ok, ");
    check(Some("[kafka]\nbrokers = [\"tidak-ada:9092\"]\n"), &[], &[], 0, ": ok, ");
    check(None, &[("TRIAGE_RUN__LANES", "4"), ("TRIAGE_KAFKA__CLIENT_ID", "")], &["--deny-warnings"], 0, ": ok, ");
    check(None, &[("TRIAGE_RUN__LANE", "4")], &[], 78, "did you mean `TRIAGE_RUN__LANES`?");
    check(None, &[("TRIAGE_KAFKA_BROKERS", "a:1")], &[], 78, "did you mean `TRIAGE_KAFKA__BROKERS`?");
    // One that has nothing to do with us.
    let other = [("TRIAGE_SERVICE_HOST", "10.0.0.1")];
    check(None, &other, &[], 0, "(1 warning)");
    check(None, &other, &["--deny-warnings"], 1, "there is no such setting");
    check(None, &other, &["--format", "json"], 0, "\"severity\": \"warning\"");
    // The variable that names the folder is no setting.
    check(None, &[("TRIAGE_CONFIG", "config")], &["--deny-warnings"], 0, "(0 warnings)");
}

#[test]
fn a_port_that_is_taken_ends_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = shipped_with("");
    let run = ["run", "--config", folder.path().to_str().unwrap()];
    let result = triage(&run).env("TRIAGE_OPS__LISTEN", &address).assert().code(69);
    let said = String::from_utf8_lossy(&result.get_output().stderr).into_owned();
    assert!(said.contains(&format!("triage: [ops] cannot listen on {address}: ")), "{said}");
    // Nor is anything answered there that could be a program of ours.
    drop(taken);
    let ask = ["status", "--config", folder.path().to_str().unwrap(), "--url", &format!("http://{address}")];
    let result = triage(&ask).assert().code(69);
    let said = String::from_utf8_lossy(&result.get_output().stderr).into_owned();
    assert!(said.contains("does not answer"), "{said}");
}
