//! What people read when a phrase list is wrong, and what is read when it is not.

use super::*;

fn read(texts: &[(&str, &[u8])]) -> (Lexicon, String) {
    let reporter = Reporter::default();
    let sources: Vec<Source> = texts.iter().map(|(file, text)| Source::from_bytes(file, text, &reporter)).collect();
    for source in &sources {
        reporter.show_lines_of(source.file(), source.text());
    }
    let lexicon = Lexicon::parse(&sources, &reporter);
    (lexicon, reporter.into_problems().render())
}

/// The groups in short: `outage strong: internet mati, !mati lampu`.
fn show(lexicon: &Lexicon) -> String {
    let entry = |entry: &Entry| format!("{}{}", if entry.exclude { "!" } else { "" }, entry.text);
    let group =
        |group: &Group| format!("{} {:?}: {}\n", group.name, group.weight, group.entries.iter().map(entry).collect::<Vec<_>>().join(", "));
    lexicon.groups.iter().map(group).collect()
}

#[test]
fn a_list_without_mistakes() {
    let text = b"# head\n\n#@group outage weight=strong\ninternet  mati \n!mati lampu\r\nputus .. terus\ngangguan*\n\
        #@group more weight=2.5\ntag:kuis\n@telkom\n*.go.id\nlapor!\n#@group old weight=kol_off\n@x\n#@group outage\nmati total\n";
    let (lexicon, problems) = read(&[("complaint.txt", text)]);
    assert_eq!(problems, "");
    insta::assert_snapshot!(show(&lexicon), @r"
    outage Strong: internet mati, !mati lampu, putus .. terus, gangguan*, mati total
    more Score(Points(250)): tag:kuis, @telkom, *.go.id, lapor!
    old Off: @x
    ");
}

#[test]
fn a_private_list_adds_to_the_shipped_one() {
    let (lexicon, problems) = read(&[
        ("officials.txt", b"#@group names weight=strong\nmenteri\n"),
        ("officials.local.txt", b"#@group names\nwali kota\nmenteri\n#@group own weight=weak\nlurah\n"),
    ]);
    insta::assert_snapshot!(show(&lexicon) + &problems, @r"
    names Strong: menteri, wali kota
    own Weak: lurah
    officials.local.txt:3:1: warning: `menteri` is in the group already, at officials.txt:2:1
        3 | menteri
          | ^
      hint: remove one of the two
    ");
    assert_eq!(lexicon.file.as_ref(), "officials.txt");
    assert_eq!(lexicon.group("own").unwrap().entries[0].spot.to_string(), "officials.local.txt:5:1");
}

#[test]
fn loading_finds_the_private_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "#@group g weight=strong\na\n").unwrap();
    std::fs::write(folder.path().join("a.local.txt"), "#@group g\nb\n").unwrap();
    let reporter = Reporter::default();
    let lexicon = Lexicon::load(&path, None, &reporter).unwrap();
    assert_eq!(show(&lexicon), "g Strong: a, b\n");
    assert!(reporter.into_problems().is_empty());
}

#[test]
fn mistakes() {
    let cases: &[(&str, &[u8])] = &[
        ("no group", b"internet mati\nlemot\n"),
        ("misspelt weight", b"#@group a weight=stronk\nlemot\n"),
        ("unknown weight", b"#@group a weight=12x\nlemot\n"),
        ("score too large", b"#@group a weight=1e9\nlemot\n"),
        ("score too fine", b"#@group a weight=0.125\nlemot\n"),
        ("group without name", b"#@group\nlemot\n"),
        ("group with a bad name", b"#@group Kata-Kasar weight=weak\nlemot\n"),
        ("weight without key", b"#@group a strong\nlemot\n"),
        ("spaces around the equals sign", b"#@group a weight = strong\nlemot\n"),
        ("something behind the weight", b"#@group a weight=strong # comment\nlemot\n"),
        ("unknown head", b"#@grup a weight=strong\nlemot\n"),
        ("head that is a comment", b"#@group a weight=strong\nlemot\n# @group b weight=weak\nlelet\n"),
        ("hashtag that is a comment", b"#@group a weight=strong\nlemot\n#kuis\n"),
        ("hashtag behind a word", b"#@group a weight=strong\nikut #kuis\n"),
        ("one group without weight", b"#@group a weight=strong\nlemot\n#@group b\nlelet\n"),
        ("two weights", b"#@group a weight=strong\nlemot\n#@group a weight=weak\nlelet\n"),
        ("empty group", b"#@group a weight=strong\n#@group b weight=weak\nlelet\n"),
        ("phrase twice", b"#@group a weight=strong\ninternet mati\nlemot\ninternet  mati\n"),
        ("the end before a phrase", b"#@group a weight=strong\nmati | with $ before 2\n"),
        ("the beginning and a word", b"#@group a weight=strong\nmati | with ^ padam before 2\n"),
        ("phrase with two weights", b"#@group a weight=strong\ninternet mati\n#@group b weight=weak\ninternet mati\n"),
        ("phrase in two groups is fine", b"#@group a weight=weak\ninternet mati\n#@group b weight=weak\ninternet mati\n"),
        ("phrase and its exclusion", b"#@group a weight=strong\nmati lampu\n!mati lampu\n"),
        ("long phrase", b"#@group a weight=strong\nsatu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua belas\n"),
        ("gap alone", b"#@group a weight=strong\n..\n"),
        ("gap at the end", b"#@group a weight=strong\ninternet ..\n"),
        ("gap within a word", b"#@group a weight=strong\ninternet mati..total\n"),
        ("two gaps", b"#@group a weight=strong\ninternet .. .. mati\n"),
        ("star in a word", b"#@group a weight=strong\nmengapa gang*an\n"),
        ("star alone", b"#@group a weight=strong\ninternet *\n"),
        ("exclusion of nothing", b"#@group a weight=strong\nlemot\n!\n"),
        ("tag without name", b"#@group a weight=strong\ntag:\n@\n"),
        ("not UTF-8", b"#@group a weight=strong\nlemot\ncaf\xE9\n"),
    ];
    let rendered: String = cases.iter().map(|(name, text)| format!("## {name}\n{}\n", read(&[("list.txt", text)]).1)).collect();
    insta::assert_snapshot!(rendered);
}

#[test]
fn a_list_is_bounded() {
    let text: String = (0..MAX_ENTRIES + 10).map(|i| format!("kata{i}\n")).collect();
    let (lexicon, problems) = read(&[("list.txt", format!("#@group a weight=strong\n{text}").as_bytes())]);
    assert_eq!(lexicon.groups[0].entries.len(), MAX_ENTRIES);
    insta::assert_snapshot!(problems, @r"
    list.txt:200002:1: error: the list has more than 200000 entries, the rest is not read
    200002 | kata200000
           | ^
    ");
}
