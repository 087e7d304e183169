use proptest::prelude::*;

use super::*;

const SENDER: Sender<'_> = Sender { address: "budi@contoh.id", name: "Budi Contoh" };

fn check(body: &str, own: &str, quoted: &str) {
    let expected = OwnWords { own: own.to_owned(), quoted: quoted.to_owned() };
    assert_eq!(split(body, &SENDER), expected, "{body}");
}

#[test]
fn quoted_mails_are_cut() {
    check(
        "Masih mati.\r\n\r\nPada Sel, 7 Jan 2025 09.40, Budi menulis:\r\n> Halo\r\n> kak",
        "Masih mati.",
        "Pada Sel, 7 Jan 2025 09.40, Budi menulis:\n> Halo\n> kak",
    );
    check(
        "Masih mati.\n\nOn Tue, 7 Jan 2025 at 09.40, Care\n<care@contoh.id> wrote:\n\nHalo kak",
        "Masih mati.",
        "On Tue, 7 Jan 2025 at 09.40, Care\n<care@contoh.id> wrote:\n\nHalo kak",
    );
    check("On Tue, Care wrote:\n> Sudah nyala?\n\nBelum!\n> Yakin?\nYa.", "Belum!\nYa.", "On Tue, Care wrote:\n> Sudah nyala?\n> Yakin?");
    for rule in ["-----Original Message-----", "---------- Forwarded message ---------", "-----Pesan Asli-----"] {
        check(&format!("Mati.\n\n{rule}\nFrom: Care\nHalo"), "Mati.", &format!("{rule}\nFrom: Care\nHalo"));
    }
    check("Mati.\n________________\nDari: Care\nDikirim: Selasa\nHalo", "Mati.", "Dari: Care\nDikirim: Selasa\nHalo");
    check(
        "Baik.\nPada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:   HALO\nSEMUA",
        "Baik.",
        "Pada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:   HALO\nSEMUA",
    );
    check(
        "Baik. Pada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:   HALO",
        "Baik.",
        "Pada Jum, 20 Nov 2026 pada 9:00, Care<care@contoh.id> menulis:   HALO",
    );
    check("", "", "");
}

#[test]
fn words_that_only_look_quoted_stay() {
    for own in [
        "Dari: kemarin internet mati\nPada hari Selasa teknisi datang",
        "Dari: Budi Contoh\nTanggal: 20 November 2026\nKeluhan: INTERNET MATI",
        "Yth. Layanan,\n\nTANGGAL: 20 November 2026\nDARI: Budi Contoh\nKELUHAN: INTERNET MATI\n\nMohon dibantu.",
        "Pada hari Senin teknisi Bapak menulis: modem diganti. Ternyata tidak.",
        "PERHATIAN! DATA RAHASIA SAYA BOCOR.\n\nINTERNET MATI LIMA HARI.",
        "Internet mati sudah\n>5 hari",
        ">>> TOLONG <<<",
        "Yth. Layanan\n--\nINTERNET MATI.\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10",
        "--\nINTERNET MATI",
    ] {
        check(own, own, "");
        check(
            &format!("{own}\n\nPada Sel, 7 Jan 2025 09.40, Care menulis:\n> Halo"),
            own,
            "Pada Sel, 7 Jan 2025 09.40, Care menulis:\n> Halo",
        );
    }
}

#[test]
fn only_forwarded() {
    let mail = "---------- Forwarded message ---------\nDari: Care <care@contoh.id>\n\nHalo";
    check(mail, "", mail);
    check("> Halo\n> kak", "", "> Halo\n> kak");
}

#[test]
fn signatures_and_disclaimers_are_dropped() {
    check("Mati.\n-- \nBudi Contoh\n0800", "Mati.", "");
    check("Mati.\n--\nBudi\n\nOn Tue, Care wrote:\n> Halo\nBudi", "Mati.", "On Tue, Care wrote:\n> Halo");
    check("MATI.\n\nDISCLAIMER: THIS EMAIL IS CONFIDENTIAL.\n\nIF YOU ARE NOT THE RECIPIENT, DELETE IT.", "MATI.", "");
    check("CAUTION: This email originated from outside.\n\nInternet mati.", "Internet mati.", "");
    check("Mati.\n\n*** Email ini dan lampirannya bersifat rahasia. ***", "Mati.", "");
    check("Mati.\n\nDisclaimer: saya sudah bayar.\n\nTolong.", "Mati.\n\nDisclaimer: saya sudah bayar.\n\nTolong.", "");
    check("Email ini saya kirim karena internet mati.", "Email ini saya kirim karena internet mati.", "");
}

#[test]
fn subjects_of_one_thread_are_equal() {
    for subject in ["Internet mati", "Re: Internet  mati", "RE: Fwd: internet mati ", "Bls: Trs: Internet mati"] {
        assert_eq!(bare_subject(subject), "internet mati");
    }
    assert_eq!(bare_subject("Re:"), "");
}

/// Lines that mean something here, and any others.
fn any_body() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(""),
        Just("> Halo"),
        Just("--"),
        Just("________________"),
        Just("Internet mati."),
        Just("Pada Sel, 7 Jan 2025 09.40, Care"),
        Just("<care@contoh.id> menulis:"),
        Just("menulis:"),
        Just("Dari: Care <care@contoh.id>"),
        Just("Dikirim: Selasa, 7 Januari 2025 09.40"),
        Just("Kepada: Budi"),
        Just("Keluhan: mati"),
        Just("-----Original Message-----"),
        Just("DISCLAIMER: THIS EMAIL IS"),
        Just("CONFIDENTIAL."),
        Just("PERHATIAN!"),
        Just("*Dari:* é"),
        Just("Budi <a@b.id>:"),
    ]
    .prop_map(str::to_owned);
    let any = "[ -~é\u{202f}]{0,30}";
    prop::collection::vec(prop_oneof![4 => line, 1 => any], 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn nothing_is_invented(body in any_body()) {
        let OwnWords { own, quoted } = split(&body, &SENDER);
        for part in [&own, &quoted] {
            let mut rest = body.as_str();
            for word in part.split_whitespace() {
                let at = rest.find(word);
                prop_assert!(at.is_some(), "{word:?} of {part:?}");
                rest = &rest[at.unwrap() + word.len()..];
            }
        }
    }

    #[test]
    fn what_is_the_authors_has_nothing_quoted_left(body in any_body()) {
        let own = split(&body, &SENDER).own;
        let again = split(&own, &SENDER);
        prop_assert!(again.own == own || !again.quoted.is_empty() || again.own.len() < own.len(), "{own:?}");
        prop_assert_eq!(split(&again.own, &SENDER).own.len() <= again.own.len(), true);
    }
}
