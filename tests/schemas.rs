//! The JSON Schemas that editors check the configuration with: the shipped documents satisfy them, and they know every
//! key that the readers know. Run with `cargo test --test schemas`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("config/schemas").join(name)).unwrap()).unwrap()
}

/// As much of JSON Schema as ours use: what is wrong with `value`, each with its path.
fn wrong(value: &Value, schema: &Value, all: &Value, path: &str, found: &mut Vec<String>) {
    let mut say = |what: String| found.push(format!("{path}: {what}"));
    if let Some(name) = schema["$ref"].as_str() {
        return wrong(value, all.pointer(name.trim_start_matches('#')).unwrap(), all, path, found);
    }
    let kind = schema["type"].as_str().unwrap_or_default();
    let fits = match kind {
        "" => true,
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("{other}"),
    };
    if !fits {
        return say(format!("is no {kind}: {value}"));
    }
    if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
        say(format!("{value} is no choice"));
    }
    if let (Some(number), Some(least)) = (value.as_f64(), schema["minimum"].as_f64())
        && number < least
    {
        say(format!("{number} is below {least}"));
    }
    if let (Some(number), Some(most)) = (value.as_f64(), schema["maximum"].as_f64())
        && number > most
    {
        say(format!("{number} is above {most}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter(|name| value.get(name.as_str().unwrap()).is_none()) {
        say(format!("misses {name}"));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let tried = choices.iter().map(|choice| problems(value, choice, all, path)).collect::<Vec<_>>();
        if let Some(nearest) = tried.iter().min_by_key(|problems| problems.len()).filter(|nearest| !nearest.is_empty()) {
            found.extend(nearest.clone());
        }
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{path}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => found.push(format!("{place}: is unknown")),
            (Value::Null, Value::Null) => {}
            (Value::Null, other) => wrong(inner, other, all, &place, found),
            (known, _) => wrong(inner, known, all, &place, found),
        }
    }
    if schema["items"].is_object() {
        value.as_array().into_iter().flatten().for_each(|item| wrong(item, &schema["items"], all, &format!("{path}[]"), found));
    }
}

fn problems(value: &Value, schema: &Value, all: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    wrong(value, schema, all, path, &mut found);
    found
}

/// The documents in `config/` that a schema is for.
fn documents() -> Vec<(PathBuf, &'static str)> {
    let config = root().join("config");
    let mut all = vec![
        (config.join("rules.toml"), "rules.json"),
        (config.join("triage.toml"), "triage.json"),
        (config.join("lists/campaigns.toml"), "campaigns.json"),
        (config.join("summary.toml"), "summary.json"),
        (config.join("lists/ct0.toml"), "ct0.json"),
        (config.join("feeds/contoh.toml"), "feed.json"),
    ];
    let tests = std::fs::read_dir(config.join("tests")).unwrap().map(|entry| entry.unwrap().path());
    all.extend(tests.map(|path| (path, "tests.json")));
    all
}

#[test]
fn the_shipped_documents_name_their_schema_and_satisfy_it() {
    for (path, name) in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        let named = text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).unwrap_or_default();
        let names = path.parent().unwrap().join(named).canonicalize().unwrap();
        assert_eq!(names, root().join("config/schemas").join(name).canonicalize().unwrap(), "{}", path.display());
        let document: toml::Value = toml::from_str(&text).unwrap();
        let schema = schema(name);
        assert_eq!(problems(&serde_json::to_value(document).unwrap(), &schema, &schema, ""), [""; 0], "{}", path.display());
    }
}

#[test]
fn mistakes_do_not_satisfy_them() {
    let check = |name: &str, text: &str, expected: &[&str]| {
        let document: toml::Value = toml::from_str(text).unwrap();
        let schema = schema(name);
        let found = problems(&serde_json::to_value(document).unwrap(), &schema, &schema, "");
        assert_eq!(found, expected, "{text}");
    };
    check("triage.json", "[run]\nlanes = 100\nstage = \"all\"\n", &[".run.lanes: 100 is above 64", ".run.stage: \"all\" is no choice"]);
    check("triage.json", "[topics]\npartition = 1\n", &[".topics.partition: is unknown"]);
    check("campaigns.json", "[[quiz]]\ntags = 1\n", &[".quiz[]: misses \"name\"", ".quiz[].tags: is no string: 1"]);
    check("ct0.json", "[[party]]\nemail = 1\n", &[".party[]: misses \"name\"", ".party[].email: is no string: 1"]);
    let feed = "name = 1\n[when]\nhas = \"/a\"\n[time]\nzones = \"+07:00\"\n";
    check("feed.json", feed, &[": misses \"post\"", ".name: is no string: 1", ".time.zones: is unknown"]);
    check("tests.json", "[[test]]\nname = \"a\"\npost = [{ txt = \"b\" }]\n", &[".test[].post[].txt: is unknown"]);
}

/// Every key that some source asks a table for.
fn asked(files: &[&str]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(root().join("src").join(file)).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in
            [".optional(\"", ".required(\"", ".section(\"", "durations(table, \"", "text_of(table, \"", "text_of(&table, \"", "all(\""]
        {
            keys.extend(code.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    keys
}

/// Every name of a property in `schema`.
fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            if name == "properties" {
                names.extend(inner.as_object().unwrap().keys().cloned());
            }
            properties(inner, names);
        }),
        Value::Array(items) => items.iter().for_each(|item| properties(item, names)),
        _ => {}
    }
}

#[test]
fn every_key_that_is_read_is_in_a_schema() {
    let check = |name: &str, files: &[&str], least: usize| {
        let (mut known, asked) = (BTreeSet::new(), asked(files));
        properties(&schema(name), &mut known);
        let missing: Vec<&String> = asked.difference(&known).collect();
        assert_eq!(missing, [""; 0], "{name} lacks keys that are read");
        assert!(asked.len() >= least, "only {} keys are found in {files:?}", asked.len());
    };
    let folder = std::fs::read_dir(root().join("src/signals/kind")).unwrap();
    let kinds = folder.map(|entry| format!("signals/kind/{}", entry.unwrap().file_name().to_str().unwrap()));
    let shared = ["channels", "lexicons", "relation", "scope"].map(|name| format!("signals/{name}.rs"));
    let signals: Vec<String> = kinds.filter(|file| file.ends_with(".rs")).chain(shared).collect();
    let mut rules: Vec<&str> = signals.iter().map(String::as_str).collect();
    rules.extend([
        "rules/compile.rs",
        "rules/class.rs",
        "rules/escalation.rs",
        "rules/handoff.rs",
        "rules/handoff/form.rs",
        "rules/hours.rs",
    ]);
    check("rules.json", &rules, 60);
    check("campaigns.json", &["config/campaigns.rs"], 6);
    check("summary.json", &["rules/summary.rs"], 9);
    check("silences.json", &["config/silences.rs"], 9);
    check("ct0.json", &["config/parties.rs"], 4);
    check("feed.json", &["formats/map/compile.rs", "formats/map/sample.rs"], 15);
    check("tests.json", &["cli/test/document.rs", "cli/test/look.rs", "cli/test/post.rs"], 40);
    check(
        "triage.json",
        &["config/service.rs", "config/service/kafka.rs", "config/service/topics.rs", "config/service/ingest.rs", "config/service/run.rs"],
        30,
    );
}
