use proptest::prelude::*;

use super::super::{Acronyms, Facts, SlangTable, Vocabulary, VocabularyBuilder};
use super::*;
use crate::config::lexicon::Lexicon;
use crate::config::reader::Source;
use crate::post::Platform;
use crate::problem::Reporter;

/// The book of a list of classes and entries, and what there is to say about it.
fn compile(list: &str) -> (PhraseBook, Vocabulary, String) {
    let reporter = Reporter::default();
    let source = Source::new("list", list);
    let lexicon = Lexicon::parse(std::iter::once(&source), &reporter);
    let slang = SlangTable::new([("ga", "tidak"), ("gada", "tidak ada"), ("masalah", "masalah"), ("gw", "saya")]);
    let mut builder = PhraseBookBuilder::new(VocabularyBuilder::new(slang, ["nya", "lah"].map(String::from)));
    for (number, group) in (0..).zip(&lexicon.groups) {
        if group.is_class {
            assert!(builder.open_class(&group.name, &group.spot), "{}", group.name);
        }
        for entry in &group.entries {
            let (text, exclude, at) = (entry.text.as_str().into(), entry.exclude, entry.spot.clone());
            let info = EntryInfo { text, group: number, file: 0, exclude, is_class: false, at };
            let added = match group.is_class {
                true if entry.exclude => builder.exclude_member(&group.name, &entry.phrase.pattern),
                true => builder.add_member(&group.name, &entry.text, &entry.phrase.pattern, &entry.spot),
                false => builder.add(info, &entry.phrase),
            };
            assert!(added, "{} can never match", entry.text);
        }
    }
    let (book, vocabulary) = builder.build(&reporter);
    (book, vocabulary, reporter.into_problems().render())
}

fn quote(text: &str, facts: &Facts, first: usize, end: usize) -> String {
    let span = facts.span(first, end).expect("in the text");
    text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect()
}

/// What is found in `text`: `entry = place`, and what is not because of a guard: `entry ! guard`.
fn found(list: &str, text: &str) -> Vec<String> {
    let (book, vocabulary, problems) = compile(list);
    assert_eq!(problems, "");
    let (mut facts, mut hits) = (Facts::default(), Vec::new());
    facts.read(text, None, Platform::X, &vocabulary, &Acronyms::default());
    book.find(&facts, &mut Search::default(), &mut hits);
    let hits =
        hits.iter().map(|hit| format!("{} = {}", book.entry(hit.entry).text, quote(text, &facts, hit.first as usize, hit.end as usize)));
    let misses = book.misses(&facts);
    let misses = misses.iter().map(|miss| {
        let place = miss.place.map(|(first, end)| quote(text, &facts, first as usize, end as usize));
        format!("{} ! {}: {}", quote(text, &facts, miss.hit.first as usize, miss.hit.end as usize), miss.guard, place.unwrap_or_default())
    });
    hits.chain(misses).collect()
}

fn check(entries: &[&str], text: &str, expected: &[&str]) {
    assert_eq!(found(&format!("#@group g\n{}\n", entries.join("\n")), text), expected, "{text}");
}

#[test]
fn phrases_are_found_in_every_spelling() {
    check(&["tidak bisa"], "Ga BISA 😭 login", &["tidak bisa = Ga BISA"]);
    check(&["tidak ada internet"], "gada  internet", &["tidak ada internet = gada  internet"]);
    check(&["putus-putus"], "putus2 dan putus putus", &["putus-putus = putus2", "putus-putus = putus putus"]);
    check(&["internet mati"], "internetnya matiiii", &["internet mati = internetnya matiiii"]);
    check(&["lemot"], "lemoott", &["lemot = lemoott"]);
    check(&["lemot"], "𝐋𝐄𝐌𝐎𝐓 le\u{200B}mot l3mot", &["lemot = 𝐋𝐄𝐌𝐎𝐓", "lemot = le\u{200B}mot", "lemot = l3mot"]);
    check(&["masa"], "masalah", &[]);
    check(&["doesn't work"], "it doesnt work", &["doesn't work = doesnt work"]);
}

#[test]
fn gaps_prefixes_names_and_symbols() {
    check(&["mati .. jam"], "mati sudah hampir dua jam", &["mati .. jam = mati sudah hampir dua jam"]);
    check(&["mati .. jam"], "mati a b c d jam", &[]);
    check(&["mati .. jam"], "mati jam", &["mati .. jam = mati jam"]);
    check(&["mati ..4 jam"], "mati a b c d jam", &["mati ..4 jam = mati a b c d jam"]);
    check(&["mati ... jam"], "mati a b, c d e f g jam", &["mati ... jam = mati a b, c d e f g jam"]);
    check(&["mati ... jam"], "mati a b! c d e f g jam", &[]);
    check(&["mati .. jam"], "mati. jam", &[]);
    check(&["mati .. jam"], "mati.. 3.5 jam", &["mati .. jam = mati.. 3.5 jam"]);
    check(
        &["jam <2> mati"],
        "mati dua jam, jam itu mati",
        &[
            "jam <2> mati = mati dua jam",
            "jam <2> mati = mati dua jam, jam",
            "jam <2> mati = jam, jam itu mati",
            "jam <2> mati = jam itu mati",
        ],
    );
    check(&["giveaway*"], "GiveawayJKT", &["giveaway* = GiveawayJKT"]);
    check(&["tag:pantun*", "tag:kuis"], "#PantunKalsel#Kuis", &["tag:pantun* = #PantunKalsel", "tag:kuis = #Kuis"]);
    check(&["@ylki_id"], "cc @YLKI_ID.", &["@ylki_id = @YLKI_ID"]);
    check(&["indihome"], "#IndiHome a@indihome.co", &["indihome = #IndiHome", "indihome = indihome"]);
    check(&["wa.me", "?", "🙃"], "https://wa.me/62 kapan?? 🙃🙃", &["wa.me = https://wa.me/62", "? = ?", "🙃 = 🙃"]);
    check(&["lapor!"], "LAPOR! lalu lapor", &["lapor! = LAPOR"]);
}

#[test]
fn exclusions_mask_their_words() {
    check(&["mati", "!mati lampu"], "mati lampu, lalu internet mati", &["mati = mati"]);
    check(&["lampu mati", "!mati lampu"], "lampu mati lampu", &[]);
}

const PRESS: &str = "#@class print\nkoran\nsurat kabar\nrubrik surat pembaca\n#@class medium\n{print}\nradio\nwartawan {print}\n\
    #@class give\n~kirim\nmuat\nbawa ke\n#@class negation\ntidak\nbukan .. maksud\n#@class me\nsaya\nkami\n#@class news\nbaca\nkatanya\n";

#[test]
fn classes_stand_for_their_members() {
    let check = |entry: &str, text: &str, expected: &[&str]| {
        let unused = "#@group unused weight=marker\n{negation} {me} {news} {give} {medium}\n#@group g weight=strong\n";
        assert_eq!(found(&format!("{PRESS}{unused}{entry}\n"), text), expected, "{entry}: {text}");
    };
    check("{give} .. {medium}", "saya kirim ini ke surat kabar", &["{give} .. {medium} = kirim ini ke surat kabar"]);
    check("{give} {medium}", "bawa ke rubrik surat pembaca", &["{give} {medium} = bawa ke rubrik surat pembaca"]);
    check("{medium}", "wartawan koran", &["{medium} = wartawan koran", "{medium} = koran"]);
    check("{medium}", "wartawan surat kabarnya", &["{medium} = wartawan surat kabarnya", "{medium} = surat kabarnya"]);
    check("{print} {give}", "gw muat koran", &[]);
    check("{me} <4> {medium}", "radio itu gw suka", &["{me} <4> {medium} = radio itu gw"]);
}

#[test]
fn a_root_stands_for_its_forms_but_for_those_that_a_class_leaves_out() {
    let list = "#@class broken\n~putus\n!keputusan\n#@group g\n{broken}\n~kirim\n";
    assert_eq!(
        found(list, "diputusin, keputusan, terputus, ngirimin krm"),
        ["{broken} = diputusin", "{broken} = terputus", "~kirim = ngirimin", "~kirim = krm",]
    );
}

#[test]
fn guards_look_around() {
    let check = |entry: &str, text: &str, expected: &[&str]| {
        let unused = "#@group unused weight=marker\n{negation} {me} {news} {give} {medium} {print}\n#@group g weight=strong\n";
        assert_eq!(found(&format!("{PRESS}{unused}{entry}\n"), text), expected, "{entry}: {text}");
    };
    let threat = "{give} .. {medium} | with {me} near 4 | unless {negation} before 2 in clause | unless {news} in post";
    let hit = |place: &str| format!("{threat} = {place}");
    check(threat, "gw kirim ke koran", &[&hit("kirim ke koran")]);
    check(threat, "kirim ke koran", &["kirim ke koran ! with {me} near 4: "]);
    check(threat, "saya a b c d kirim ke koran", &["kirim ke koran ! with {me} near 4: saya"]);
    check(threat, "saya ga akan kirim ke koran", &["kirim ke koran ! unless {negation} before 2 in clause: ga"]);
    check(threat, "saya tidak, akan kirim ke koran", &[&hit("kirim ke koran")]);
    check(threat, "saya baca. saya kirim ke koran", &["kirim ke koran ! unless {news} in post: baca"]);
    check("koran | unless {news} in sentence", "saya baca. ada koran", &["koran | unless {news} in sentence = koran"]);
    check("koran | unless {news} after", "koran yang saya baca", &["koran ! unless {news} after: baca"]);
    check(
        "{give} .. {medium} | unless {me} between",
        "kirim saya koran, saya kirim koran",
        &["{give} .. {medium} | unless {me} between = kirim koran", "kirim saya koran ! unless {me} between: saya"],
    );
    let excepted = "mati | unless {negation} before 2 except {news} in post";
    check(excepted, "ga mati", &["mati ! unless {negation} before 2 except {news} in post: ga"]);
    check(excepted, "katanya ga mati", &[&format!("{excepted} = mati")]);
    check(
        "mati | unless lampu near 1",
        "lampu mati, mati lampu, sudah mati",
        &["mati | unless lampu near 1 = mati", "mati ! unless lampu near 1: lampu", "mati ! unless lampu near 1: lampu"],
    );
}

#[test]
fn guards_look_for_the_beginning_and_the_end() {
    let check = |entry: &str, text: &str, is_there: bool| {
        let expected =
            if is_there { vec![format!("{entry} = mati")] } else { vec![format!("mati ! {}: ", entry.split_once("| ").unwrap().1)] };
        assert_eq!(found(&format!("#@group g weight=strong\n{entry}\n"), text), expected, "{entry}: {text}");
    };
    let end = "mati | with $ after";
    check(end, "internet mati", true);
    check(end, "internet mati.", true);
    check(end, "internet mati? tolong", true);
    check(end, "internet mati 😭", true);
    check(end, "internet mati, tolong", false);
    check(end, "internet mati min", false);
    check("mati | with $ after in clause", "internet mati, tolong", true);
    check("mati | with $ after in post", "internet mati? tolong", false);
    check("mati | with $ after 3", "internet mati ya min", true);
    check("mati | with $ after 3", "internet mati ya min tolong", false);
    let begin = "mati | with ^ before";
    check(begin, "mati internetnya", true);
    check(begin, "halo. mati internetnya", true);
    check(begin, "@indihomecare @telkomsel mati internetnya", true);
    check(begin, "internet mati", false);
    check("mati | with ^ before in post", "halo. mati internetnya", false);
    check("mati | with ^ before 2 in post", "internet mati", true);
    assert_eq!(found("#@group g weight=strong\nmati | unless $ after\n", "internet mati"), ["mati ! unless $ after: mati"]);
}

#[test]
fn guards_of_a_group_hold_for_all_its_entries() {
    let list = format!(
        "{PRESS}#@group unused weight=marker\n{{negation}} {{news}} {{give}} {{medium}}\n#@group g weight=strong\n#@with {{me}} near 3\n{{print}}\nteve\n"
    );
    assert_eq!(found(&list, "saya teve"), ["teve = teve"]);
    assert_eq!(found(&list, "koran"), ["koran ! with {me} near 3: "]);
}

#[test]
fn what_is_wrong_with_classes_is_said() {
    let lists = [
        ("unknown", "#@class print\nkoran\n#@group g\n{prnt} {print}\n"),
        ("unknown in a class", "#@class medium\n{print}\n#@group g\n{medium}\n"),
        ("a circle", "#@class a\n{b} x\n#@class b\ny\n{c}\n#@class c\n{a}\n#@group g\n{a} {b} {c}\n"),
        ("itself", "#@class a\nx {a}\n#@group g\n{a}\n"),
        ("unused", "#@class a\nx\n#@group g\ny\n"),
        ("in a guard", "#@group g\ny | unless {x} near 3 except {z} in post\n"),
    ];
    let rendered: String = lists.iter().map(|(name, list)| format!("## {name}\n{}\n", compile(list).2)).collect();
    insta::assert_snapshot!(rendered);
}

#[test]
fn an_entry_is_taken_out_and_put_back_in_both_orders() {
    let (mut book, vocabulary, _) = compile("#@group g\njam <> mati\n");
    let count = |book: &PhraseBook| {
        let (mut facts, mut hits) = (Facts::default(), Vec::new());
        facts.read("mati jam mati", None, Platform::X, &vocabulary, &Acronyms::default());
        book.find(&facts, &mut Search::default(), &mut hits);
        hits.len()
    };
    assert_eq!(count(&book), 2);
    let whole = book.edition().clone();
    let taken = book.take_out(0).expect("there");
    assert_eq!(count(&book), 0);
    let without = book.edition().clone();
    book.put_back(taken);
    assert_eq!(count(&book), 2);
    assert!(whole != without && without != *book.edition() && whole == whole.clone(), "what was found before must be found again");
}

#[test]
fn entries_begin_with_their_openers() {
    let list = "#@class b\nair\nmati jam\n#@class a\n{b}\n#@group wanted\n{a} koran | unless teve near\n~kirim .. surat\n😡 @bola tag:kuis\n!sapi\n#@group other\nkopi\n";
    let (book, vocabulary, _) = compile(list);
    let openers = book.openers(|group| group == 2);
    assert!(openers.are_of(2) && !openers.are_of(3) && !openers.are_of(0));
    let check = |text: &str, expected: bool| {
        let mut facts = Facts::default();
        facts.read(text, None, Platform::X, &vocabulary, &Acronyms::default());
        assert_eq!(openers.stand_in(&facts), expected, "{text}");
    };
    check("koran", false);
    check("jam teve surat", false);
    check("air", true);
    check("mati", true);
    check("dikirim", true);
    check("😡", true);
    check("@bola #kuis sapi", false);
    check("kopi", false);
}

#[test]
fn an_entry_that_begins_or_ends_with_a_gap_is_refused() {
    let check = |entry: &str, expected: bool| {
        let mut builder = PhraseBookBuilder::new(VocabularyBuilder::default());
        let reporter = Reporter::default();
        let lexicon = Lexicon::parse(std::iter::once(&Source::new("list", &format!("#@group g\n{entry}\n"))), &reporter);
        let entry = &lexicon.groups[0].entries[0];
        let info = EntryInfo { text: "".into(), group: 0, file: 0, exclude: false, is_class: false, at: entry.spot.clone() };
        assert_eq!(builder.add(info, &entry.phrase), expected, "{}", entry.text);
    };
    check("kirim .. surat", true);
    check("& .. surat", false);
    check("kirim .. &", false);
    check("&", false);
}

proptest! {
    #[test]
    fn no_entry_stands_in_a_text_without_openers(
        entries in proptest::collection::vec(r"(\{a\}|\{b\}|jam|mati|air)( \.\. (\{a\}|air)| <> \{b\}| mati| \.\.\. jam){0,2}", 1..3),
        text in r"((jam|mati|air|kirim|kopi) ){1,4}",
    ) {
        let list = format!("#@class b\nkirim jam\n#@class a\n{{b}} mati\nkopi\n#@group g\n{}\n", entries.join("\n"));
        let (book, vocabulary, _) = compile(&list);
        let (mut facts, mut hits) = (Facts::default(), Vec::new());
        facts.read(&text, None, Platform::X, &vocabulary, &Acronyms::default());
        book.find(&facts, &mut Search::default(), &mut hits);
        prop_assert!(hits.is_empty() || book.openers(|_| true).stand_in(&facts), "{}", list);
    }

    #[test]
    fn what_stands_with_a_word_is_what_the_ways_through_the_trie_lead_to(
        members in proptest::collection::vec(r"(jam|mati|\{b\}|~kirim|air nya|mati jam)", 1..5),
        entries in proptest::collection::vec(r"(\{a\}|\{b\}|jam|mati|air)( \.\. (\{a\}|air)| <> \{b\}| mati| \.\.\. jam){0,2}", 1..6),
        guard in r"(| \| unless \{b\} before 2| \| with air near)",
        text in r"((jam|jamnya|mati|air|kirim|dikirim|kopi|mati jam)[ ,]{1,2}|[.!] ){1,12}",
    ) {
        let entries: Vec<String> = entries.iter().map(|entry| format!("{entry}{guard}")).collect();
        let list = format!("#@class b\nair\nmati jam\n#@class a\n{}\n#@group g\n{}\n", members.join("\n"), entries.join("\n"));
        let (mut book, vocabulary, _) = compile(&list);
        let mut facts = Facts::default();
        facts.read(&text, Some("air mati"), Platform::X, &vocabulary, &Acronyms::default());
        let find = |book: &PhraseBook| {
            let (mut search, mut hits) = (Search::default(), Vec::new());
            book.find(&facts, &mut search, &mut hits);
            let mut symbols: Vec<Vec<(WordId, usize)>> = (0..facts.tokens.len()).map(|at| book.seen(&search).beginning_at(at).collect()).collect();
            symbols.iter_mut().for_each(|symbols| symbols.sort_unstable());
            (hits, symbols)
        };
        let at_once = find(&book);
        book.standing = Standing::default();
        prop_assert_eq!(at_once, find(&book), "{}", list);
    }
}
