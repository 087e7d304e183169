//! What operators read when the settings are wrong, and that the shipped document says what the defaults are.

use super::*;

/// The shipped document with its commented-out defaults switched on.
fn shipped() -> String {
    let text = include_str!("../../../config/triage.toml");
    let switched_on = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with([' ', ':']) => setting.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|line| switched_on(line) + "\n").collect()
}

fn read(text: &str, env: &[(&str, &str)], options: &[(&str, &str)]) -> (Service, Problems) {
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let options: Vec<_> = options.iter().map(owned).collect();
    let reporter = Reporter::default();
    let service = Service::read(&Source::new("config/triage.toml", text), Overrides::new(env.iter().map(owned), &options), &reporter);
    (service, reporter.into_problems())
}

#[test]
fn the_shipped_document_says_the_defaults() {
    let (defaults, _) = read("", &[], &[]);
    for text in [include_str!("../../../config/triage.toml"), &shipped()] {
        let (service, problems) = read(text, &[], &[]);
        assert_eq!(problems.to_string(), "");
        assert_eq!(service, defaults);
    }
    insta::assert_debug_snapshot!(defaults);
}

#[test]
fn the_shipped_document_names_every_key() {
    let reporter = Reporter::default();
    let source = Source::new("triage.toml", "");
    let document = Document::parse(&source, &reporter);
    let root = document.root();
    Kafka::read(root.section("kafka"));
    Topics::read(root.section("topics"), true, true, true);
    reads_handoffs(root.section("handoff"));
    Ingest::read(root.section("ingest"));
    Run::read(root.section("run"));
    Ops::read(root.section("ops"));
    Output::read(root.section("output"));
    for path in document.asked_paths() {
        let key = path.rsplit('.').next().unwrap();
        assert!(shipped().contains(&format!("{key} = ")) || ["password", "token"].contains(&key), "{path} is not described");
    }
}

#[test]
fn option_beats_variable_beats_file_beats_default() {
    let check = |text: &str, env: &[(&str, &str)], options: &[(&str, &str)], lanes: usize| {
        let (service, problems) = read(text, env, options);
        assert_eq!(problems.to_string(), "");
        assert_eq!(service.run.lanes, lanes);
    };
    let file = "[run]\nlanes = 2\n";
    let env = [("TRIAGE_RUN__LANES", "3"), ("HOME", "/")];
    check("", &[], &[], 1);
    check(file, &[], &[], 2);
    check(file, &env, &[], 3);
    check(file, &env, &[("run.lanes", "4")], 4);
    check(file, &[("TRIAGE_RUN__LANES", "")], &[], 2);
}

#[test]
fn variables_reach_every_kind_of_value() {
    let (service, problems) = read(
        "[kafka.properties]\n\"socket.keepalive.enable\" = true\nfetch.min.bytes = 10\nlinger_ms = 5\n",
        &[
            ("TRIAGE_KAFKA__BROKERS", "a:9092, b:9093"),
            ("TRIAGE_KAFKA__SECURITY__PROTOCOL", "sasl_ssl"),
            ("TRIAGE_KAFKA__SECURITY__MECHANISM", "PLAIN"),
            ("TRIAGE_KAFKA__SECURITY__USERNAME", "u"),
            ("TRIAGE_KAFKA__SECURITY__PASSWORD", "correct, horse"),
            ("TRIAGE_KAFKA__SECURITY__CA_FILE", "ca.pem"),
            ("TRIAGE_KAFKA__PROPERTIES__LINGER_MS", "7"),
            ("TRIAGE_TOPICS__RETENTION__OOT", "2d"),
            ("TRIAGE_INGEST__DEAD_LETTER_LIMIT__SHARE", "0.5"),
            ("TRIAGE_TOPICS__OUTPUT_PREFIX", "try."),
        ],
        &[("topics.posts", "x,y")],
    );
    assert_eq!(problems.to_string(), "");
    assert_eq!(service.kafka.brokers, ["a:9092", "b:9093"]);
    assert_eq!(service.kafka.security.ca_file.as_deref(), Some(Path::new("ca.pem")));
    assert_eq!(service.kafka.security.password().unwrap().unwrap().expose(), "correct, horse");
    let properties: Vec<_> = service.kafka.properties.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
    assert_eq!(properties, ["fetch.min.bytes=10", "linger.ms=7", "socket.keepalive.enable=true"]);
    assert_eq!((service.topics.retention.oot, &*service.topics.dead_letters), (172_800_000, "try.dead-letters"));
    assert_eq!(service.topics.posts, ["x", "y"]);
    assert_eq!(service.ingest.dead_letter_limit.map(|limit| (limit.records, limit.of)), Some((100, 200)));
    assert!(!format!("{service:?}").contains("horse"));
}

#[test]
fn paths_start_from_the_document() {
    let (service, _) = read("[kafka.security]\nca_file = \"ca.pem\"\nprotocol = \"ssl\"\n", &[], &[]);
    assert_eq!(service.kafka.security.ca_file.as_deref(), Some(Path::new("config/ca.pem")));
}

#[test]
fn a_password_file_is_read_without_its_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("triage.toml");
    std::fs::write(folder.path().join("secret"), "s3cret \n").unwrap();
    std::fs::write(
        &path,
        "[kafka.security]\nprotocol = \"sasl_ssl\"\nmechanism = \"PLAIN\"\nusername = \"u\"\npassword_file = \"secret\"\n",
    )
    .unwrap();
    let service = Service::load(Some(&path), std::iter::empty(), &[]).unwrap();
    assert_eq!(service.kafka.security.password().unwrap().unwrap().expose(), "s3cret ");
}

#[test]
fn what_is_odd_is_kept_beside_the_settings() {
    // As Kubernetes names the address of a service called `triage`.
    let env = [("TRIAGE_PORT_9464_TCP".to_owned(), "tcp://10.0.0.1:9464".to_owned())];
    let service = Service::load(None, env.into_iter(), &[]).unwrap();
    assert_eq!(service.warnings.to_string(), "TRIAGE_PORT_9464_TCP: warning: there is no such setting");
    let errors = Service::load(Some(Path::new("/nowhere/triage.toml")), std::iter::empty(), &[]).unwrap_err();
    assert_eq!(errors.to_string(), "/nowhere/triage.toml: error: cannot read the file: there is no such file");
}

#[test]
fn a_secret_that_everybody_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, secret) = (folder.path().join("triage.toml"), folder.path().join("secret"));
    std::fs::write(&secret, "s3cret").unwrap();
    let text = "[kafka.security]\nprotocol = \"sasl_ssl\"\nmechanism = \"PLAIN\"\nusername = \"u\"\npassword_file = \"secret\"\n";
    std::fs::write(&path, text).unwrap();
    for (mode, warned) in [(0o644, true), (0o660, false), (0o604, true), (0o400, false), (0o602, true)] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = Service::load(Some(&path), std::iter::empty(), &[]).unwrap().warnings.to_string();
        assert_eq!(said.contains("triage.toml:5:17: warning: every user of this machine can read this secret"), warned, "{mode:o}: {said}");
    }
}

#[test]
fn only_this_machine_counts_as_loopback() {
    for (broker, here) in
        [("localhost:1", true), ("127.0.0.2:1", true), ("[::1]:1", true), ("10.0.0.1:1", false), ("localhost.contoh.id:1", false)]
    {
        let text = format!(
            "[kafka]\nbrokers = \"{broker}\"\n[kafka.security]\nprotocol = \"sasl_plaintext\"\nmechanism = \"OAUTHBEARER\"\ntoken_file = \"t\"\n"
        );
        assert_eq!(read(&text, &[], &[]).1.has_errors(), !here, "{broker}");
    }
}

/// One set of settings: its name, the document, variables, options.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)]);

#[test]
fn mistakes() {
    let sasl = "[kafka.security]\nprotocol = \"sasl_ssl\"\n";
    let cases: &[Case<'_>] = &[
        ("misspelt section", "[kafak]\nbrokers = \"a:1\"\n", &[], &[]),
        ("key in the wrong section", "[run]\nbrokers = \"a:1\"\n", &[], &[]),
        ("brokers without port", "[kafka]\nbrokers = [\"a\", \"b:9092\", \":9092\", \"c:0\"]\n", &[], &[]),
        ("no broker", "[kafka]\nbrokers = []\n", &[], &[]),
        ("bad choices", "[run]\nstage = \"ingst\"\nstart = \"begin\"\nlog_format = \"xml\"\n[output]\ntext = true\n", &[], &[]),
        (
            "out of range",
            "[run]\nlanes = 0\nbatch = 1000000\nsession_timeout = \"1s\"\n[topics]\npartitions = 0\nretention.oot = \"1ms\"\n",
            &[],
            &[],
        ),
        (
            "a limit on dead letters that a few records reach",
            "[ingest]\ndead_letter_limit = { share = 0.05, of = 100, puase = \"1m\" }\n",
            &[],
            &[],
        ),
        ("a limit that is none", "[ingest.dead_letter_limit]\nshare = 1.5\nof = 10\npause = \"1ms\"\n", &[], &[]),
        ("timeout too short for the interval", "[run]\ntransaction_interval = \"4s\"\n", &[], &[]),
        ("name that cannot be one", "[run]\ngroup = \"a b\"\ninstance = \"\"\n", &[], &[]),
        ("the same topic twice", "[topics]\nposts = [\"a\", \"b\"]\ninbox = \"b\"\noot = \"telkomcare.triage.agents\"\n", &[], &[]),
        ("no name for a topic", "[topics]\nposts = \"posts & comments\"\noutput_prefix = \"triage/\"\n", &[], &[]),
        ("identity without mechanism", sasl, &[], &[]),
        ("mechanism without what it needs", &format!("{sasl}mechanism = \"SCRAM-SHA-512\"\n"), &[], &[]),
        ("token missing", &format!("{sasl}mechanism = \"OAUTHBEARER\"\n"), &[], &[]),
        ("misspelt mechanism", &format!("{sasl}mechanism = \"SCRAM-SHA512\"\n"), &[], &[]),
        (
            "two passwords",
            &format!("{sasl}mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"secret\"\npassword_file = \"f\"\n"),
            &[],
            &[],
        ),
        ("password of no use", "[kafka.security]\npassword = \"secret\"\n", &[], &[]),
        ("certificates of no use", "[kafka.security]\nca_file = \"a\"\n", &[], &[]),
        ("key missing", "[kafka.security]\nprotocol = \"ssl\"\ncertificate_file = \"a\"\n", &[], &[]),
        (
            "password in the open",
            "[kafka.security]\nprotocol = \"sasl_plaintext\"\nmechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"secret\"\n",
            &[],
            &[],
        ),
        (
            "password in the open, to another machine",
            "[kafka]\nbrokers = [\"localhost:9092\", \"kafka-1:9092\"]\n[kafka.security]\nprotocol = \"sasl_plaintext\"\nmechanism = \
             \"SCRAM-SHA-512\"\nusername = \"u\"\npassword = \"secret\"\n",
            &[],
            &[],
        ),
        (
            "the same with consent",
            "[kafka]\nbrokers = [\"kafka-1:9092\"]\n[kafka.security]\nprotocol = \"sasl_plaintext\"\nmechanism = \"SCRAM-SHA-512\"\n\
             username = \"u\"\npassword = \"secret\"\nallow_cleartext_login = true\n",
            &[],
            &[],
        ),
        ("beyond loopback without a token", "[ops]\nlisten = \"0.0.0.0:9464\"\n", &[], &[]),
        ("no address, and a token that can be guessed", "[ops]\nlisten = \"localhost\"\ntoken = \"secret\"\n", &[], &[]),
        ("two tokens", "[ops]\ntoken_file = \"f\"\n", &[("TRIAGE_OPS__TOKEN", "0123456789abcdef")], &[]),
        ("misspelt password is not shown", "[kafka.security]\npasword = \"secret\"\n", &[], &[]),
        (
            "reserved properties",
            "[kafka.properties]\ngroup.id = \"a\"\n\"sasl.password\" = \"secret\"\nisolation_level = \"x\"\n\"a.b\" = []\n",
            &[],
            &[],
        ),
        (
            "properties that load code, write elsewhere, or are unknown",
            "[kafka.properties]\nplugin.library.paths = \"/tmp/x.so\"\ndebug = \"all\"\nstatistics.interval.ms = 1\nlinger_msec = 5\n\
             ssl.engine.location = \"x\"\nlog_level = 7\n",
            &[],
            &[],
        ),
        (
            "nobody looks who the brokers are",
            "[kafka.properties]\nssl.endpoint.identification.algorithm = \"none\"\nenable.ssl.certificate.verification = false\n",
            &[],
            &[],
        ),
        (
            "nobody looks who the brokers are, with consent",
            "[kafka.properties]\nssl.endpoint.identification.algorithm = \"none\"\n",
            &[("TRIAGE_KAFKA__SECURITY__ALLOW_UNVERIFIED_BROKERS", "true")],
            &[],
        ),
        ("variable of the wrong type", "", &[("TRIAGE_RUN__LANES", "two"), ("TRIAGE_RUN__SESSION_TIMEOUT", "10")], &[]),
        ("variable out of range", "", &[("TRIAGE_RUN__LANES", "100")], &[]),
        ("variable with a bad choice", "", &[("TRIAGE_RUN__START", "earlyest")], &[]),
        ("unknown variables", "", &[("TRIAGE_KAFKA_BROKERS", "a:1"), ("TRIAGE_COLOUR", "x"), ("TRIAGE_KAFKA__SECURITY", "x")], &[]),
        ("unknown option", "", &[], &[("run.lane", "2")]),
        ("option of the wrong type", "", &[], &[("topics.partitions", "many")]),
        ("broken document", "[run\nlanes = 2\n[kafka]\nbrokers = a:1\n[output]\ntext = 1\n", &[], &[]),
    ];
    let render = |(name, text, env, options): &Case<'_>| format!("## {name}\n{}\n", read(text, env, options).1.render());
    let rendered: String = cases.iter().map(render).collect();
    assert!(!rendered.contains("secret\""));
    insta::assert_snapshot!(rendered);
}
