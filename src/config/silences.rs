//! `silences.toml`: what team leaders are not to be told of for a while, who says so and why.
//!
//! A silence holds what meets all that it names: a customer, and in the post an area, a phrase, the tag of a campaign.
//! Knows no post: what is found in one is decided where texts are read.

use super::moment::{Edge, moment};
use super::reader::{Document, Source, Table, Value};
use crate::post::Millis;
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Silences that the document may hold.
const MAX_SILENCES: usize = 1_000;

/// A silence as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// What it is called; no two are called alike.
    pub name: String,
    /// First moment.
    pub from: Millis,
    /// Last moment, inclusive.
    pub until: Millis,
    /// Who says so.
    pub author: String,
    /// Why.
    pub reason: String,
    /// `<platform>:<id>` of customers, of which one must be it; any, if empty.
    pub customers: Vec<String>,
    /// Lists of entries, in the notation of lexicons, of each of which one must stand in the post.
    pub words: Vec<Vec<Spotted<String>>>,
    /// Where it is written.
    pub spot: Spot,
}

impl Silence {
    /// Whether it holds at `now`.
    pub fn is_active(&self, now: Millis) -> bool {
        self.from <= now && now <= self.until
    }
}

/// The silences in `source`; wrong ones are reported and left out.
pub fn parse(source: &Source, reporter: &Reporter) -> Vec<Silence> {
    let document = Document::parse(source, reporter);
    let root = document.root();
    let tables = root.optional("silence").tables();
    root.finish();
    if let Some(table) = tables.get(MAX_SILENCES) {
        reporter.error(&table.spot(), format!("there are more than {MAX_SILENCES} silences, the rest is not read"));
    }
    let mut silences: Vec<Silence> = Vec::new();
    for silence in tables.into_iter().take(MAX_SILENCES).filter_map(read) {
        match silences.iter().find(|other| other.name == silence.name) {
            Some(first) => {
                let what = format!("the silence `{}` is there already, at {}", silence.name, first.spot);
                reporter.report(Problem::error(&silence.spot, what).hint("give each silence a name of its own"));
            }
            None => silences.push(silence),
        }
    }
    silences
}

fn read(table: Table<'_>) -> Option<Silence> {
    let (spot, reporter) = (table.spot(), table.reporter());
    let name = said(&table.required("name"));
    let end = table.required("until");
    let (from, until) = (moment(&table.required("from"), Edge::Start), moment(&end, Edge::End));
    let (author, reason) = (said(&table.required("author")), said(&table.required("reason")));
    let customers = customers(&table.optional("customer"));
    let campaigns = table.optional("campaign").spotted_strings().into_iter().map(as_tag).collect::<Vec<_>>();
    let words = [campaigns, table.optional("area").spotted_strings(), table.optional("phrase").spotted_strings()];
    if customers.is_empty() && words.iter().all(Vec::is_empty) {
        let problem = Problem::error(&spot, "nothing tells what this silence holds");
        reporter.report(problem.hint("give `customer`, `campaign`, `area` or `phrase`"));
        table.finish();
        return None;
    }
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        reporter.error(&end.spot(), "the silence ends before it begins");
    }
    table.finish();
    let words = words.into_iter().filter(|words| !words.is_empty()).collect();
    Some(Silence { name: name?, from: from?, until: until?, author: author?, reason: reason?, customers, words, spot })
}

/// A text that says something.
fn said(value: &Value<'_>) -> Option<String> {
    let text = value.string()?;
    if text.trim().is_empty() {
        value.reporter().error(&value.spot(), "this says nothing");
        return None;
    }
    Some(text)
}

/// Keys of customers; what cannot be one is reported.
fn customers(value: &Value<'_>) -> Vec<String> {
    let key = |Spotted { value: key, spot }: Spotted<String>| {
        if !key.split_once(':').is_some_and(|(platform, id)| !platform.is_empty() && !id.is_empty()) {
            let problem = Problem::error(&spot, "this names no customer");
            value.reporter().report(problem.hint("write it as records do: `<platform>:<id>`, as in `x:17`"));
        }
        key
    };
    value.spotted_strings().into_iter().map(key).collect()
}

fn as_tag(Spotted { value, spot }: Spotted<String>) -> Spotted<String> {
    Spotted { value: format!("tag:{}", value.trim_start_matches('#')), spot }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Silence>, String) {
        let reporter = Reporter::default();
        let source = Source::new("silences.toml", text);
        reporter.show_lines_of(source.file(), source.text());
        let silences = parse(&source, &reporter);
        (silences, reporter.into_problems().render())
    }

    #[test]
    fn mistakes() {
        let head = "[[silence]]\nname = \"a\"\nauthor = \"TL 1\"\nreason = \"gangguan massal\"\n";
        let cases = [
            ("nothing said", "[[silence]]\n".to_owned()),
            ("misspelt table", "[[silences]]\nname = \"a\"\n".to_owned()),
            ("nothing held", format!("{head}from = 2025-01-07\nuntil = 2025-01-08\n")),
            ("ends first", format!("{head}area = \"kota contoh\"\nfrom = 2025-01-09\nuntil = 2025-01-08\n")),
            ("no times", format!("{head}area = \"kota contoh\"\nfrom = \"pagi\"\nuntil = \"7 Jan\"\n")),
            ("no customer", format!("{head}customer = \"pelanggan_17\"\nfrom = 2025-01-07\nuntil = 2025-01-08\n")),
            ("no reason", "[[silence]]\nname = \"a\"\nauthor = \"TL 1\"\nreason = \" \"\narea = \"kota contoh\"\nfrom = 2025-01-07\nuntil = 2025-01-08\n".to_owned()),
            ("twice", format!("{0}{0}", format!("{head}area = \"kota contoh\"\nfrom = 2025-01-07\nuntil = 2025-01-08\n"))),
        ];
        let rendered: String = cases.iter().map(|(name, text)| format!("## {name}\n{}\n", read(text).1)).collect();
        insta::assert_snapshot!(rendered);
    }

    #[test]
    fn a_silence() {
        let (silences, problems) = read(concat!(
            "[[silence]]\nname = \"a\"\nauthor = \"TL 1\"\nreason = \"gangguan massal\"\ncampaign = \"#Contoh\"\n",
            "area = [\"kota contoh\", \"kab contoh\"]\nfrom = 2025-01-07T09:00:00+07:00\nuntil = 2025-01-08\n"
        ));
        assert_eq!(problems, "");
        let [silence] = &silences[..] else { panic!("{silences:?}") };
        let words = silence.words.iter().map(|list| list.iter().map(|word| word.value.as_str()).collect::<Vec<_>>());
        assert_eq!(words.collect::<Vec<_>>(), [vec!["tag:Contoh"], vec!["kota contoh", "kab contoh"]]);
        let check = |at: &str, active: bool| assert_eq!(silence.is_active(Millis::parse(at).unwrap()), active, "{at}");
        check("2025-01-07T08:59:59.999+07:00", false);
        check("2025-01-07T09:00:00+07:00", true);
        check("2025-01-08T23:59:59.999+07:00", true);
        check("2025-01-09T00:00:00+07:00", false);
    }
}
