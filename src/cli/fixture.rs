//! A rule set that is small enough to be read in one go, for the tests of the commands.

use std::path::Path;

use tempfile::TempDir;

use crate::problem::Reporter;
use crate::rules::{self, Rules};

pub const RULES: &str = r#"
[time]
allowed_lateness = "120s"
max_future_skew = "10m"
[case]
idle_ttl = "24h"
max_age = "7d"
hard_ttl = "7d"
complaint = "complaint"
[escalation]
notify = ["TL"]
monitor = "1h"
callback = "6h"
basis = "W-10 5.2 (Inbound)"
[channel_class]
x = "social"
email = "non_social"
[accounts]
file = "accounts.txt"
[text]
slang = "slang.tsv"
acronyms = "acronyms.txt"
[tagging]
Category = "Lainnya"
[evidence]
close = 0.6
most = 3

[signals.complaint]
kind = "phrases"
file = "complaint.txt"
[signals.threat]
kind = "phrases"
file = "threat.txt"
[signals.shouting]
kind = "capitals"
min_letters = 10
min_share = 0.6
run_words = 4
run_letters = 15
[signals.burst]
kind = "burst"
posts = 5
within = { social = "300s", non_social = "900s" }
[signals._own]
kind = "mentions"
own = true
[signals._quiz]
kind = "campaign"
registry = "campaigns.toml"
evidence = "post"

[conditions.capitals]
clause = "W-10 TelkomCare (1)"
when = { all = ["shouting", "complaint"] }
[conditions.burst]
clause = "W-10 TelkomCare (2)"
when = "burst"
[conditions.media_threat]
clause = "W-10 TelkomCare (4)"
when = "threat"
[hard]
when = { all = ["case.complaint"], at_least = 2, of = ["capitals", "burst", "media_threat"] }
watch_at = 1

[[classes]]
name = "quiz"
clause = "W-21 Kuis"
when = { all = ["_quiz"], none = ["complaint"] }
route = "oot"
note = "[Kuis]"
feeds = false
[[classes]]
name = "skipped"
reason = "not_addressed"
when = { none = ["_own", "complaint"] }
route = "skipped"
feeds = false
[[classes]]
name = "hard_complaint"
clause = "W-10 TelkomCare"
when = "case.hard"
route = "escalations"
[[classes]]
name = "normal"
route = "agents"
"#;

const FILES: [(&str, &str); 7] = [
    ("rules.toml", RULES),
    ("accounts.txt", "#@group brand_handles weight=strong\n@telkomcare\n"),
    ("slang.tsv", "gangguan\tgangguan\n"),
    ("acronyms.txt", "#@group acronyms weight=strong\nLOS\n"),
    ("complaint.txt", "#@group outage weight=strong\ninternet mati\nlos merah\nmati total\n"),
    ("threat.txt", "#@group mass_media weight=strong\nke media massa\n"),
    ("campaigns.toml", ""),
];

/// Returns the rule set on disk.
pub fn folder() -> TempDir {
    folder_with(&[])
}

/// Returns the rule set on disk after `changes`: in the file named first, the text named second becomes the third.
pub fn folder_with(changes: &[(&str, &str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        let of_file = changes.iter().filter(|(file, ..)| *file == name);
        let text = of_file.fold(text.to_owned(), |text, (_, from, to)| {
            assert!(text.contains(from), "{from} is not in {name}");
            text.replacen(from, to, 1)
        });
        fs_err::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Returns the rule set in `folder`, compiled.
pub fn compiled(folder: &Path) -> Rules {
    let reporter = Reporter::default();
    let rules = rules::compile(folder, &reporter);
    rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
}

/// Returns the compiled rule set.
pub fn rules() -> Rules {
    compiled(folder().path())
}

/// Returns the compiled rule set after `changes`: in the file named first, the text named second becomes the third.
pub fn changed(changes: &[(&str, &str, &str)]) -> Rules {
    compiled(folder_with(changes).path())
}
