//! The list of parties, `lists/ct0.toml`: who hands in complaints about the calls of CT-0 and PRANPC (W-02 5.1), and from
//! which addresses and numbers (D102).

use super::reader::{Document, Source, Table, Value};
use crate::post::{Parties, parties};
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Parties a list may hold.
const MAX_PARTIES: usize = 1_000;

/// Returns the parties in `source`; wrong ones are reported and left out.
pub fn parse(source: &Source, reporter: &Reporter) -> Parties {
    let document = Document::parse(source, reporter);
    let root = document.root();
    let tables = root.optional("party").tables();
    root.finish();
    if let Some(table) = tables.get(MAX_PARTIES) {
        reporter.error(&table.spot(), format!("there are more than {MAX_PARTIES} parties, the rest is not read"));
    }
    let mut parties = Parties::default();
    let mut known: Vec<Spotted<String>> = Vec::new();
    for table in tables.into_iter().take(MAX_PARTIES) {
        let Some((name, senders)) = read_party(table) else { continue };
        for named in std::iter::once(&name).chain(&senders) {
            if let Some(first) = known.iter().find(|other| other.value == named.value) {
                let problem = Problem::error(&named.spot, format!("`{}` is there already, at {}", named.value, first.spot));
                reporter.report(problem.hint("a name and a sender stand for one party"));
            }
        }
        parties.add(&name.value, senders.iter().map(|sender| sender.value.clone()));
        known.extend(std::iter::once(name).chain(senders));
    }
    parties
}

fn read_party(table: Table<'_>) -> Option<(Spotted<String>, Vec<Spotted<String>>)> {
    let name = table.required("name").spotted_string();
    let mut senders = Vec::new();
    let mails = table.optional("email");
    for written in mails.spotted_strings() {
        match parties::sender(&written.value).filter(|sender| sender.contains('@')) {
            Some(value) => senders.push(Spotted { value, spot: written.spot }),
            None => refuse(&mails, &written, "no mail address", "write an address, or `@domain` for everybody there"),
        }
    }
    let numbers = table.optional("whatsapp");
    for written in numbers.spotted_strings() {
        match parties::sender(&written.value).filter(|sender| !sender.contains('@') && !sender.starts_with('0')) {
            Some(value) => senders.push(Spotted { value, spot: written.spot }),
            None => refuse(&numbers, &written, "no number as feeds write it", "digits from the country code on, such as 62812.."),
        }
    }
    table.finish();
    Some((name?, senders))
}

fn refuse(value: &Value<'_>, written: &Spotted<String>, why: &str, hint: &str) {
    let spot: &Spot = &written.spot;
    value.reporter().report(Problem::error(spot, format!("`{}` is {why}", written.value)).hint(hint));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Parties, String) {
        let reporter = Reporter::default();
        let parties = parse(&Source::new("ct0.toml", text), &reporter);
        (parties, reporter.into_problems().to_string())
    }

    #[test]
    fn parties_with_and_without_senders() {
        let (parties, problems) =
            read("[[party]]\nname = \"Plasa\"\nemail = \"plasa@contoh.id\"\n[[party]]\nname = \"147\"\nwhatsapp = []\n");
        assert_eq!(problems, "");
        assert_eq!(parties.names().collect::<Vec<_>>(), ["Plasa", "147"]);
        assert!(!parties.has_no_sender());
        assert!(read("[[party]]\nname = \"Plasa\"\nemail = []\n").0.has_no_sender());
    }

    #[test]
    fn mistakes_have_their_place() {
        let text = "[[party]]\nname = \"Plasa\"\nemail = [\"plasa\", \"a@contoh.id\"]\nwhatsapp = [\"0812-000\", \"+62 812\"]\n\
                    [[party]]\nname = \"Plasa\"\nemail = [\"A+x@contoh.id\"]\nphone = 1\n[[party]]\nemail = []\n";
        insta::assert_snapshot!(read(text).1);
    }
}
