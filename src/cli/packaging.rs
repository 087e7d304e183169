//! `triage completions` and `triage man`: what a package installs beside the program, made of the same arguments that it
//! reads.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;

use super::page::{Page, say};
use super::{Arguments, Exit, Stop};

/// Prints the completions of a shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "triage", &mut script);
        Page::of(String::from_utf8_lossy(&script)).show();
        Ok(Exit::Ok)
    }
}

/// Prints the manual page of the program, or writes one for it and one for each of its commands.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// Folder to write all pages into, such as /usr/local/share/man/man1; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let failed = |error: std::io::Error| Stop::Because(Exit::Findings, format!("the manual: {error}"));
        let Some(dir) = self.dir else {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(failed)?;
            Page::of(String::from_utf8_lossy(&page)).show();
            return Ok(Exit::Ok);
        };
        fs_err::create_dir_all(&dir).and_then(|()| clap_mangen::generate_to(Arguments::command(), &dir)).map_err(failed)?;
        say!("written to {}", dir.display());
        Ok(Exit::Ok)
    }
}
