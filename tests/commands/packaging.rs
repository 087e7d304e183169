//! What a package installs beside the program: completions that their shell can read, a manual that names every command.

use std::process::Command;

use tempfile::TempDir;

use super::triage;

/// The commands as the help lists them.
fn commands() -> Vec<String> {
    let help = triage(&["--help"]).assert().success();
    let help = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<String> = listed.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 15, "{help}");
    names
}

#[test]
fn every_shell_gets_completions_of_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = triage(&["completions", shell]).assert().success();
        let script = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
    triage(&["completions", "tcsh"]).assert().code(2);
}

#[test]
fn bash_can_read_its_completions() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("triage");
    std::fs::write(&file, &triage(&["completions", "bash"]).assert().success().get_output().stdout).unwrap();
    let read = Command::new("bash").arg("-n").arg(&file).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    // What is offered after `triage che`.
    let ask =
        format!("source {}; COMP_WORDS=(triage che); COMP_CWORD=1; _triage triage che triage; echo \"${{COMPREPLY[@]}}\"", file.display());
    let offered = Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&offered.stdout).trim(), "check", "{}", String::from_utf8_lossy(&offered.stderr));
}

#[test]
fn the_manual_names_every_command() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("man1");
    triage(&["man", "--dir", pages.to_str().unwrap()]).assert().success();
    let first = std::fs::read_to_string(pages.join("triage.1")).unwrap();
    let printed = triage(&["man"]).assert().success();
    assert!(String::from_utf8_lossy(&printed.get_output().stdout).starts_with(".ie"), "a page");
    // There is no page of `help`.
    for command in commands().into_iter().filter(|command| command != "help") {
        assert!(first.contains(&format!("triage\\-{}(1)", command.replace('-', "\\-"))), "{command} in {first}");
        let page = std::fs::read_to_string(pages.join(format!("triage-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(pages.join("triage-topics-create.1").exists(), "commands of commands have pages too");
}
