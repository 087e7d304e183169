//! What one step writes with the shipped rules, where a rule test cannot see it: tagging, quotations, the journal.

use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::config::reader::{Folder, Overrides};
use crate::post::{Author, EventKind, Millis, Platform};
use crate::problem::Reporter;
use crate::record::TriageRecord;
use crate::rules;
use crate::signals::Evidence;
use crate::text::{self, Reading};

fn folder() -> Folder {
    Folder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"))
}

fn compiled(folder: &Folder) -> Rules {
    let reporter = Reporter::default();
    let rules = rules::compile_changed(folder, Overrides::default(), &reporter);
    rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
}

static RULES: LazyLock<Rules> = LazyLock::new(|| compiled(&folder()));

fn post(id: &str, minute: i64, text: &str) -> Post<'static> {
    Post {
        platform: Platform::X,
        post_id: id.to_owned().into(),
        author: Some(Author { id: Some("17".into()), ..Author::default() }),
        text: text.to_owned().into(),
        created_at: Millis::new(1_772_420_400_000 + minute * 60_000),
        ..Post::default()
    }
}

/// One step for the customer `x:17`; `look` sees what it writes.
fn step_with<T>(rules: &Rules, state: &mut AuthorState, post: Post<'_>, with_text: bool, look: impl FnOnce(&[Output<'_>]) -> T) -> T {
    let at = post.created_at;
    let arrival = Arrival { customer: "x:17", at, source: "inbox/0/1", with_text, every_condition: false };
    let input = Input::Post(Box::new(post));
    look(&step(&mut Workspace::default(), rules, state, &input, &arrival))
}

fn verdict<'o>(outputs: &'o [Output<'_>]) -> &'o TriageRecord<'o> {
    outputs[0].verdict().unwrap()
}

#[test]
fn only_what_is_out_of_topic_is_tagged() {
    let shipped = std::fs::read_to_string(folder().path("rules.toml")).unwrap();
    let check = |class: &str, expected: (Option<&str>, Option<&str>)| {
        let class = format!("[[classes]]\nname = \"titipan\"\nwhen = \"request_supervisor\"\n{class}\n\n[[classes]]");
        let rules = compiled(&folder().edited("rules.toml", &shipped.replacen("[[classes]]", &class, 1)));
        let asked = post("1", 0, "@TelkomCare saya mau bicara dengan supervisor");
        step_with(&rules, &mut AuthorState::default(), asked, true, |outputs| {
            let record = verdict(outputs);
            assert_eq!(record.class, "titipan");
            let tagging = record.tagging.map(|tagging| serde_json::to_string(&tagging).unwrap());
            assert_eq!((record.note, tagging.as_deref()), expected, "{class}");
        });
    };
    check("route = \"agents\"\nnote = \"[Titipan]\"\nfeeds = false", (Some("[Titipan]"), None));
    check("route = \"agents\"\nnote = \"[Troll/Iseng]\"\nfeeds = false", (Some("[Troll/Iseng]"), None));
    check("route = \"escalations\"\nnote = \"[Titipan]\"\nfeeds = false", (Some("[Titipan]"), None));
    check("route = \"skipped\"\nreason = \"titipan\"\nfeeds = false\nnote = \"[Titipan]\"", (Some("[Titipan]"), None));
    let usual = r#"{"Category":"Lainnya","Product":"Out Of Topic","Sub Product":"Out Of Topic","Reply Type":"OOT Reply""#;
    let with_note = format!(r#"{usual},"note":"[Titipan]"}}"#);
    check("route = \"oot\"\nnote = \"[Titipan]\"\nfeeds = false", (Some("[Titipan]"), Some(&with_note)));
    check("route = \"oot\"\nnote = { facebook = \"[Titipan]\" }\nfeeds = false", (None, Some(&format!("{usual}}}"))));
    let own = "route = \"oot\"\nnote = \"[Titipan]\"\ntagging = { Category = \"Titipan\" }\nfeeds = false";
    check(own, (Some("[Titipan]"), Some(r#"{"Category":"Titipan","note":"[Titipan]"}"#)));
    check("route = \"agents\"\ntagging = { Category = \"Titipan\" }\nfeeds = false", (None, None));
}

#[test]
fn evidence_of_a_huge_post_is_small() {
    let texts = [
        "@TelkomCare INTERNET MATI TOTAL TERUS ".repeat(1 << 15),
        format!("@TelkomCare internet {} mati", "a".repeat(1 << 20)),
        format!("@{} @TelkomCare internet mati cc @kemkomdigi", "w".repeat(1 << 20)),
        format!("@TelkomCare internet mati #{}", "t".repeat(1 << 20)),
    ];
    for text in texts {
        let mut state = AuthorState::default();
        step_with(&RULES, &mut state, post("1", 0, &text), true, |outputs| {
            let record = verdict(outputs);
            assert_eq!(record.route, "agents");
            for evidence in &record.evidence {
                let length = |text: &Option<crate::post::Str<'_>>| text.as_ref().map_or(0, |text| text.chars().count());
                assert!(length(&evidence.quote) <= 160 && length(&evidence.entry) <= 160, "{}", length(&evidence.quote));
            }
            assert!(serde_json::to_vec(record).unwrap().len() < text.len() + 20_000);
        });
        assert!(state.encode().unwrap().len() < 20_000);
    }
}

#[test]
fn a_sum_is_told_by_what_adds_most_to_it() {
    // Day, fault and delay add little: a team leader reads of the press.
    let texts = [
        "@TelkomCare sudah seminggu internet indihome saya mati terus. besok saya laporkan ke koran kompas",
        "@IndiHome wifi mati tiga hari, besok pagi biar redaksi kompas saja yang tanya",
    ];
    for text in texts {
        step_with(&RULES, &mut AuthorState::default(), post("1", 0, text), true, |outputs| {
            let threat = verdict(outputs).evidence.iter().filter(|piece| piece.met && piece.condition.as_deref() == Some("media_threat"));
            let quotes: Vec<&str> = threat.filter_map(|piece| piece.quote.as_deref()).collect();
            let of_the_press = |quote: &&str| ["koran", "redaksi", "kompas"].iter().any(|medium| quote.contains(medium));
            assert!(!quotes.is_empty() && quotes.iter().all(of_the_press), "{text}: {quotes:?}");
            let twice = |(at, quote): (usize, &&str)| quotes[..at].iter().any(|before| before.contains(quote));
            assert!(!quotes.iter().enumerate().any(twice), "each place once: {quotes:?}");
        });
    }
}

#[test]
fn what_the_complaint_tells_all_of_is_told_by_what_is_its_own() {
    let shipped = std::fs::read_to_string(folder().path("rules.toml")).unwrap();
    let when = "when = { all = [\"_media_threat\"], any = [\"question\", \"complaint\"] }";
    let rules = compiled(&folder().edited("rules.toml", &shipped.replacen("when = \"_media_threat\"", when, 1)));
    let text = "@TelkomCare internet mati lagi, kapan dibenerin? besok saya laporkan ke koran kompas";
    step_with(&rules, &mut AuthorState::default(), post("1", 0, text), true, |outputs| {
        let threat = verdict(outputs).evidence.iter().filter(|piece| piece.met && piece.condition.as_deref() == Some("media_threat"));
        let quotes: Vec<&str> = threat.filter_map(|piece| piece.quote.as_deref()).collect();
        assert!(!quotes.is_empty() && quotes.iter().all(|quote| quote.contains("koran")), "{quotes:?}");
    });
}

#[test]
fn what_the_complaint_says_already_is_not_told_with_a_condition() {
    let quotes = |text: &str| {
        step_with(&RULES, &mut AuthorState::default(), post("1", 0, text), true, |outputs| {
            let influence = verdict(outputs).evidence.iter().filter(|piece| piece.met && piece.condition.as_deref() == Some("influence"));
            influence.filter_map(|piece| piece.quote.as_deref().map(str::to_owned)).collect::<Vec<_>>()
        })
    };
    assert_eq!(quotes("@TelkomCare kabel putus dari kemarin, kenapa dibatalkan? @kemkomdigi"), ["@kemkomdigi"]);
    // Where he only asks, that he asks belongs to it.
    assert_eq!(quotes("@TelkomCare kapan promo indihome mulai? @kemkomdigi"), ["@kemkomdigi", "kapan", "?"]);
}

#[test]
fn where_texts_are_not_kept_nothing_quotes_them() {
    let loud = "@TelkomCare INTERNET MATI TOTAL SEJAK SUBUH cc @kemkomdigi";
    let kept = |state: &AuthorState| String::from_utf8_lossy(&state.encode().unwrap()).into_owned();
    for first_with_text in [false, true] {
        let mut state = AuthorState::default();
        step_with(&RULES, &mut state, post("1", 0, loud), first_with_text, |outputs| {
            let quotes = verdict(outputs).evidence.iter().filter(|evidence| evidence.quote.is_some()).count();
            assert_eq!(quotes > 0, first_with_text);
        });
        assert_eq!(kept(&state).contains("SEJAK SUBUH"), first_with_text);
        // What was quoted before texts ceased to be kept goes with the next record, and into no escalation either.
        let threat = post("2", 1, "@TelkomCare internet mati, saya kirim ke surat pembaca koran");
        let written = step_with(&RULES, &mut state, threat, false, |outputs| match &outputs[0] {
            Output::Escalation(record) => serde_json::to_string(record).unwrap(),
            other => panic!("{other:?}"),
        });
        assert!(!written.contains("quote\":\"") && !written.contains("SUBUH"), "{written}");
        assert!(!kept(&state).contains("SUBUH"));
    }
}

/// The state of a customer as the program wrote it before it noted texts, edits and conversations of cases.
const EARLIER_JOURNAL: &str = r#"{"r":1772420400000,"n":1772420400000,"p":[{"i":"5000","t":1772420400000,"r":1772420400000,"f":true,"c":true,"s":true},
    {"i":"4000","v":"4001","t":1772420400000,"r":1772420400000,"k":"3000","f":true}],
    "s":{"i":"5000","t":1772420400000,"w":[7],"n":["gangguan"]},
    "c":{"i":"5000","t":1772420400000,"l":1772420400000,"x":["5000"],"p":["5000","4000"],
    "c":[{"n":"capitals","p":["5000"],"e":[{"condition":"capitals","post_id":"5000","met":true,"value":1.0,"threshold":0.6,"quote":"MATI"}]}]}}"#;

#[test]
fn an_earlier_journal_is_read() {
    let state = AuthorState::decode(EARLIER_JOURNAL.as_bytes()).unwrap();
    let check = |mut post: Post<'static>, change: fn(&mut Post<'static>), class: &str| {
        change(&mut post);
        step_with(&RULES, &mut state.clone(), post, true, |outputs| assert_eq!(verdict(outputs).class, class, "{:?}", verdict(outputs)));
    };
    let answer = || post("5010", 10, "iya, dari jam enam");
    check(answer(), |post| post.conversation_id = Some("5000".into()), "normal");
    check(answer(), |post| post.conversation_id = Some("3000".into()), "normal");
    check(answer(), |post| post.parent_id = Some("4001".into()), "normal");
    check(answer(), |post| post.conversation_id = Some("2000".into()), "skipped");
    let edited = || Post { event_kind: EventKind::Edit, version: Some("4001".into()), ..post("4000", 10, "@TelkomCare internet mati") };
    check(edited(), |_| (), "skipped");
    check(edited(), |post| post.version = Some("4002".into()), "normal");
    check(edited(), |post| post.version = None, "normal");
    check(edited(), |post| post.event_kind = EventKind::Create, "skipped");
    let again = AuthorState::decode(&state.encode().unwrap()).unwrap();
    assert_eq!(again, state);
}

#[test]
fn follow_ups_of_every_version_have_ids_of_their_own() {
    let mut state = AuthorState::default();
    let hard =
        "@TelkomCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";
    step_with(&RULES, &mut state, post("1", 0, hard), true, |_| ());
    let edit =
        |version: &'static str, text: &str| Post { event_kind: EventKind::Edit, version: Some(version.into()), ..post("1", 0, text) };
    let edits = [
        edit("2026-03-02T03:01:00.000Z", "@TelkomCare los merah, satu"),
        edit("2026-03-02T03:02:00.000Z", "@TelkomCare los merah, dua"),
        edit("2026-03-02T03:02:00.000Z", "@TelkomCare los merah, tiga"),
        edit("2026-03-02T03:02:00.000Z", "@TelkomCare los merah, empat"),
    ];
    let id = |post: Post<'static>| {
        step_with(&RULES, &mut state, post, true, |outputs| match &outputs[0] {
            Output::Escalation(record) => record.id.clone(),
            other => panic!("{other:?}"),
        })
    };
    let mut ids: Vec<String> = edits.into_iter().map(id).collect();
    assert_eq!(ids[0], "x:17:1:followup:1@2026-03-02T03:01:00.000Z");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn nothing_is_lost_at_the_end_of_a_very_long_post() {
    let filler = "halo kak ".repeat(50_000);
    let check = |end: &str, signal: &str, quote: &str| {
        let text = format!("{filler}{end}");
        step_with(&RULES, &mut AuthorState::default(), post("1", 0, &text), true, |outputs| {
            let record = verdict(outputs);
            let is_meant =
                |evidence: &&Evidence<'_>| evidence.signal.as_deref() == Some(signal) && evidence.quote.as_deref() == Some(quote);
            let found = record.evidence.iter().find(is_meant).unwrap();
            let start = u32::try_from(filler.len() + end.find(quote).unwrap()).unwrap();
            assert_eq!(found.span, Some([start, start + u32::try_from(quote.len()).unwrap()]));
        });
    };
    check("@TelkomCare internet mati", "complaint", "internet mati");
    check("tolong @kemkomdigi, @TelkomCare internet mati", "_official_mentioned", "@kemkomdigi");
    // A word far away does not stand near for want of numbers.
    let negated = format!("bukan {filler}@TelkomCare internet mati");
    step_with(&RULES, &mut AuthorState::default(), post("1", 0, &negated), true, |outputs| {
        assert!(verdict(outputs).signals.contains(&"complaint"));
    });
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn opinion_leaders_can_stand_on_a_private_list() {
    let private = tempfile::tempdir().unwrap();
    copy(&folder().path(""), private.path());
    let list = "#@group handles weight=strong\n@Artis_Contoh\n@telkomcare\n";
    std::fs::write(private.path().join("lexicon/kols.local.txt"), list).unwrap();
    let rules = compiled(&Folder::new(private.path()));
    let check = |text: &str, change: fn(&mut Post<'static>), influences: bool| {
        let mut post = post("1", 0, text);
        change(&mut post);
        step_with(&rules, &mut AuthorState::default(), post, true, |outputs| {
            let met = |piece: &crate::signals::Evidence<'_>| piece.met && piece.condition.as_deref() == Some("influence");
            assert_eq!(verdict(outputs).evidence.iter().any(met), influences, "{text}: {:?}", verdict(outputs));
        });
    };
    let none = |_: &mut Post<'static>| ();
    check("@TelkomCare internet mati, tolong bantu @artis_contoh", none, true);
    check("@TelkomCare internet mati, tolong bantu @ARTIS_contoh", none, true);
    check("@TelkomCare internet mati, tolong bantu @artis_lain", none, false);
    check("@TelkomCare internet mati, tolong bantu", none, false);
    check("@artis_contoh @TelkomCare indihome mati, tolong", |post| post.is_reply = true, false);
    check("@artis_contoh indihome mati, tolong bantu @artis_contoh", |post| post.is_reply = true, true);
    check("@TelkomCare makasih, @artis_contoh juga pakai", none, false);
}

#[test]
fn what_is_read_ahead_is_judged_as_if_it_were_read_then() {
    let texts =
        ["@TelkomCare internet mati", "@TelkomCare internet mati", "siapa mau kuota murah, WA 0812 0000 0000", "@TelkomCare tagihan naik"];
    // The second is the first, sent again: nobody reads it, and what was read ahead of it is no other post's.
    let ids = ["1", "1", "2", "3"];
    let judged = |ahead: bool| -> Vec<String> {
        let (mut work, mut state) = (Workspace::default(), AuthorState::default());
        let inputs: Vec<Input<'_>> =
            (0..).zip(ids).zip(texts).map(|((minute, id), text)| Input::Post(Box::new(post(id, minute, text)))).collect();
        let mut reader = text::Reader::default();
        let mut read = |input: &Input<'_>| match input {
            Input::Post(post) if ahead => {
                let mut reading = Reading::default();
                reader.read(post, RULES.language(), &mut reading);
                Some(reading)
            }
            _ => None,
        };
        let mut readings: Vec<_> = inputs.iter().map(&mut read).collect();
        // One that was not read ahead stands between others.
        readings[3] = None;
        let judge = |(input, reading): (&Input<'_>, Option<Reading>)| {
            work.expect(reading);
            let arrival = Arrival {
                customer: "x:17",
                at: Millis::new(1_772_420_500_000),
                source: "inbox/0/1",
                with_text: true,
                every_condition: false,
            };
            let outputs = step(&mut work, &RULES, &mut state, input, &arrival);
            outputs.iter().filter_map(Output::verdict).map(|verdict| serde_json::to_string(verdict).unwrap()).collect::<String>()
        };
        inputs.iter().zip(readings).map(judge).collect()
    };
    assert_eq!(judged(true), judged(false));
}
