//! Made-up days of a customer care: few people write much and many once, some in bursts, about all that people write
//! about. Composed from templates by a seeded generator: the same number always gives the same posts.
//!
//! Shared by the benchmark of a backtest and by its comparison with the service on a broker.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;
use triage::post::Millis;

/// The first post is written then, in milliseconds.
const BEGIN: i64 = 1_763_000_000_000;

const OPENINGS: [&str; 12] =
    ["min", "halo min", "pagi kak", "selamat siang", "woi", "tolong dong", "mohon bantuannya", "permisi", "kak", "gimana nih", "duh", ""];
const SUBJECTS: [&str; 10] = [
    "internet",
    "wifi rumah",
    "indihome",
    "sinyal telkomsel",
    "tagihan",
    "modem",
    "usee tv",
    "jaringan di kantor",
    "paket data",
    "telepon rumah",
];
const FAULTS: [&str; 14] = [
    "mati total",
    "lemot banget",
    "putus nyambung",
    "los merah",
    "tidak bisa dipakai",
    "naik tanpa pemberitahuan",
    "rto terus",
    "hilang sinyal",
    "gangguan lagi",
    "belum juga diperbaiki",
    "lambat kalau malam",
    "error terus",
    "tidak ada siaran",
    "padahal sudah bayar",
];
const TIMES: [&str; 10] = [
    "dari tadi pagi",
    "sudah tiga hari",
    "sejak semalam",
    "seminggu ini",
    "tiap malam",
    "barusan",
    "dari kemarin",
    "sebulan",
    "jam 9 tadi",
    "",
];
const PLACES: [&str; 8] = ["di Bandung", "di Medan", "di Makassar", "di perumahan saya", "di Surabaya timur", "di kantor", "sekampung", ""];
const ENDINGS: [&str; 12] = [
    "tolong dicek",
    "kapan teknisinya datang?",
    "saya sudah lapor 147 dan tidak ada kabar",
    "kecewa",
    "mohon segera ditangani",
    "capek nunggunya",
    "kalau tidak beres saya pindah provider",
    "nomor pelanggan sudah saya kirim lewat DM",
    "😭😭",
    "gimana ini",
    "terima kasih",
    "",
];
const QUESTIONS: [&str; 4] = [
    "mau tanya cara ganti paket ke 50 Mbps berapa ya",
    "kalau pindah alamat nomornya tetap sama tidak",
    "bayar tagihan lewat mana saja ya",
    "promo pasang baru masih ada tidak",
];
const THANKS: [&str; 3] = ["makasih teknisinya gercep, sudah lancar", "mantap, pagi lapor siang beres", "terima kasih bantuannya"];
const THREATS: [&str; 4] = ["saya viralkan ke media", "saya tulis di surat pembaca", "saya lapor ke YLKI", "biar masuk berita sekalian"];
const ADVERTS: [&str; 4] = [
    "Nonton bareng makin seru pakai IndiHome TV, yuk berlangganan sekarang juga! #InternetCepat #NontonSeru https://contoh.example/promo",
    "Buruan pasang IndiHome, promo gratis instalasi sampai akhir bulan, cek https://contoh.example/pasang #IndiHome #Promo",
    "Open jasa pasang wifi murah, wa.me/620000000000 langsung gas",
    "Main game lancar jaya bareng IndiHome, jangan lupa ikutan turnamennya ya #TurnamenSeru #IndiHome",
];
const NOISE: [&str; 4] =
    ["wkwkwk admin gabut ya", "pagi dunia", "jalan jalan ke pasar malam seru juga", "siapa yang nonton bola tadi malam"];

/// One post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The customer's key.
    pub customer: String,
    /// The timestamp of its record.
    pub at: i64,
    /// The canonical record.
    pub json: String,
}

/// An endless day, to be taken from.
pub struct Day {
    dice: Rng,
    authors: usize,
    clock: i64,
    number: usize,
    /// Who will write again, and when.
    due: BinaryHeap<Reverse<(i64, usize)>>,
    last: Option<Made>,
}

impl Day {
    /// Posts as `posts` of them have authors: about a third as many.
    pub fn new(seed: u64, posts: usize) -> Self {
        Day { dice: Rng::with_seed(seed), authors: (posts / 3).max(10), clock: BEGIN, number: 0, due: BinaryHeap::new(), last: None }
    }

    /// Few write much: the share of the first ten in a thousand is about a third.
    fn author(&mut self) -> usize {
        let skewed = self.dice.f64().powi(4);
        ((self.authors as f64 * skewed) as usize).min(self.authors - 1)
    }

    fn next_author(&mut self) -> usize {
        self.clock += self.dice.i64(20..600);
        match self.due.peek() {
            Some(&Reverse((at, author))) if at <= self.clock => {
                self.due.pop();
                return author;
            }
            _ => {}
        }
        let author = self.author();
        if self.dice.usize(..40) == 0 {
            let mut at = self.clock;
            for _ in 0..self.dice.usize(2..8) {
                at += self.dice.i64(5_000..90_000);
                self.due.push(Reverse((at, author)));
            }
        }
        author
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.dice.usize(..from.len())]
    }

    fn complaint(&mut self) -> String {
        let mut parts = vec![self.pick(&OPENINGS), self.pick(&SUBJECTS), self.pick(&FAULTS), self.pick(&TIMES), self.pick(&PLACES)];
        // Most are short, some tell a whole story.
        while self.dice.usize(..4) == 0 {
            parts.extend([",", self.pick(&SUBJECTS), self.pick(&FAULTS), self.pick(&TIMES)]);
        }
        if self.dice.usize(..25) == 0 {
            parts.push(self.pick(&THREATS));
        }
        parts.push(self.pick(&ENDINGS));
        let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if self.dice.usize(..15) == 0 { text.to_uppercase() } else { text }
    }

    fn text(&mut self) -> String {
        let to = if self.dice.usize(..6) > 0 { "@TelkomCare " } else { "" };
        let said = match self.dice.usize(..20) {
            0..=11 => self.complaint(),
            12 | 13 => self.pick(&QUESTIONS).to_owned(),
            14 => self.pick(&THANKS).to_owned(),
            15..=17 => return self.pick(&ADVERTS).to_owned(),
            _ => self.pick(&NOISE).to_owned(),
        };
        format!("{to}{said}")
    }

    fn made(&mut self) -> Made {
        let author = self.next_author();
        let text = self.text();
        let (id, at) = (2_000_000_000_000_000_000_u64 + self.number as u64, self.clock);
        self.number += 1;
        // Some feeds are late.
        let written = at - if self.dice.usize(..50) == 0 { self.dice.i64(1_000..400_000) } else { self.dice.i64(0..900) };
        let mentions: Vec<_> =
            if text.starts_with('@') { vec![serde_json::json!({"handle": "TelkomCare", "implicit": false})] } else { Vec::new() };
        let followers = 10 + self.dice.u64(..2_000) * if self.dice.usize(..200) == 0 { 100 } else { 1 };
        let json = serde_json::json!({
            "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": id.to_string(), "conversation_id": id.to_string(),
            "author": {"id": format!("70{author:08}"), "handle": format!("pelanggan_{author}"), "name": "Pelanggan Contoh", "followers": followers},
            "text": text, "mentions": mentions, "is_reply": false, "created_at": Millis::new(written), "record_timestamp": Millis::new(at),
        });
        Made { customer: format!("x:70{author:08}"), at, json: json.to_string() }
    }
}

impl Iterator for Day {
    type Item = Made;

    fn next(&mut self) -> Option<Made> {
        // Now and then a feed delivers a post twice.
        if self.dice.usize(..100) == 0
            && let Some(last) = self.last.take()
        {
            return Some(last);
        }
        let made = self.made();
        self.last = Some(made.clone());
        Some(made)
    }
}
