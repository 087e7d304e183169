//! Arguments in, exit code out; one file a subcommand.

mod backtest;
mod capture;
mod cases;
mod check;
mod cores;
mod dead_letters;
#[allow(clippy::disallowed_methods, reason = "the demonstration paces itself and waits with deadlines; decisions get no time from it")]
mod demo;
mod draft;
mod explain;
#[cfg(test)]
pub(crate) mod fixture;
mod input;
mod labels;
mod learn;
pub mod log;
mod packaging;
mod page;
mod reason;
mod reconcile;
mod report;
mod run;
mod schema;
mod settings;
mod since;
mod status;
mod test;
mod topics;
mod underline;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use self::page::{Page, tell};
use crate::problem::{Problems, Reporter};
use crate::rules::{self, Rules};

/// Decides, post by post, who must look at what people write to TelkomCare.
#[derive(Debug, Parser)]
#[command(name = "triage", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 ok, 1 findings (a failed test, flipped verdicts over a limit, a lost record), 2 usage, 69 a service that is needed cannot be
used now, 77 refused for good (rights, login, rules that are not accepted), 78 invalid configuration.

Try it:       triage demo
Change rules: edit config/, then `triage check`, `triage test`, `triage explain`";

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile the rules and report every mistake in them
    Check(check::Check),
    /// Run the rule tests of a configuration
    Test(test::Test),
    /// Say why posts are decided as they are
    Explain(explain::Explain),
    /// Judge recorded posts with a rule set
    Backtest(backtest::Backtest),
    /// Write recorded posts as fixtures, with pseudonyms in place of people
    Capture(capture::Capture),
    /// Say how often verdicts were right, by agents' corrections
    Report(report::Report),
    /// Propose weights and phrases for a score from labelled posts
    Learn(learn::Learn),
    /// Print the JSON Schema of a record
    Schema(schema::Schema),
    /// Run the service
    Run(run::Run),
    /// Show how a running service is
    Status(status::AskStatus),
    /// Show the service at work, without a Kafka
    Demo(demo::Demo),
    /// Make and check the topics
    Topics(topics::Topics),
    /// Prove that no record was lost or doubled
    Reconcile(reconcile::Reconcile),
    /// Show the open cases, the life of one, and forget a customer
    Cases(cases::Cases),
    /// Show dead letters and feed them in again
    DeadLetters(dead_letters::DeadLetters),
    /// Print what a shell completes
    Completions(packaging::Completions),
    /// Print the manual page, or write those of all commands
    Man(packaging::Man),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs: one JSON document
    Json,
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and nothing found that should not be.
    Ok = 0,
    /// The command found what it looks for.
    Findings = 1,
    /// The command was called wrongly.
    Usage = 2,
    /// A service that is needed cannot be used now: trying again may help.
    Unavailable = 69,
    /// Refused for good: trying again does not help.
    Refused = 77,
    /// The configuration cannot be used.
    Configuration = 78,
}

/// Why a command stopped.
#[derive(Debug)]
pub enum Stop {
    /// The configuration has errors.
    Configuration(Problems),
    /// One clear sentence, and how to exit.
    Because(Exit, String),
}

impl Stop {
    /// Stops because the command was called wrongly, as `message` says.
    pub fn usage(message: impl Into<String>) -> Self {
        Stop::Because(Exit::Usage, message.into())
    }
}

/// Runs the program with the arguments of the process and returns its exit code: [`Exit`].
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => return explain_arguments(&answer),
    };
    let result = match arguments.command {
        Command::Check(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Backtest(command) => command.run(),
        Command::Capture(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Learn(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Status(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Topics(command) => command.run(),
        Command::Reconcile(command) => command.run(),
        Command::Cases(command) => command.run(),
        Command::DeadLetters(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    };
    let exit = result.unwrap_or_else(|stop| explain_stop(&stop));
    log::flush(log::LAST_LINES);
    ExitCode::from(exit as u8)
}

/// Shows help, or what is wrong with the arguments, which it repeats.
fn explain_arguments(answer: &clap::Error) -> ExitCode {
    let page = Page::of(answer.render());
    if answer.use_stderr() {
        page.tell()
    } else {
        page.show()
    }
    ExitCode::from(if answer.use_stderr() { Exit::Usage } else { Exit::Ok } as u8)
}

fn explain_stop(stop: &Stop) -> Exit {
    match stop {
        Stop::Configuration(problems) => {
            Page::of(problems.render()).tell();
            tell!("{} in the configuration: it is not used", count(problems.errors(), "error"));
            Exit::Configuration
        }
        Stop::Because(exit, message) => {
            tell!("triage: {message}");
            *exit
        }
    }
}

/// `1 error`, `2 errors`.
fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Compiles the rules in `folder`. Warnings are dropped: `triage check` shows them.
///
/// # Errors
/// [`Stop::Configuration`] with every mistake, if the rules cannot be used.
fn load_rules(folder: &Path) -> Result<Rules, Stop> {
    let reporter = Reporter::default();
    let rules = rules::compile(folder, &reporter);
    let problems = reporter.into_problems();
    rules.ok_or(Stop::Configuration(problems))
}

/// The folder with the rules.
#[derive(Debug, Clone, clap::Args)]
pub struct ConfigFolder {
    /// Folder with rules.toml, lexicon/, lists/ and tests/
    #[arg(long = "config", value_name = "DIR", env = "TRIAGE_CONFIG", default_value = "config")]
    folder: PathBuf,
    /// File with the settings of the service, where they are to lie apart from the rules [default: triage.toml in DIR]
    #[arg(long, value_name = "FILE", env = "TRIAGE_SETTINGS")]
    settings: Option<PathBuf>,
}
