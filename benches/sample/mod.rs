//! Made-up posts to measure with: as canonical records, in the proportions of a usual day of complaints.
//!
//! Shared by the benchmark of one core and by the measurement on a broker.

/// Posts as they come: short, long, with links, emoji, capitals; most of them about a fault.
pub const TEXTS: [&str; 10] = [
    "@IndiHomeCare min internet di rumah lambat sejak siang, sudah saya restart tetap lambat. Mohon dicek ya, nomor pelanggan sudah saya kirim lewat DM. Terima kasih",
    "Indihome kenapa lagi sih 😭😭 mau kerja malah rto terus, udah bayar mahal tiap bulan @IndiHome",
    "@TelkomCare SUDAH TIGA HARI LOS MERAH TIDAK ADA TEKNISI YANG DATANG, TOLONG DONG JANGAN PHP TERUS",
    "pagi min, mau tanya kalau upgrade dari 30 Mbps ke 50 Mbps nambah berapa ya per bulan? @IndiHome",
    "Nonton bareng makin seru pakai IndiHome TV, yuk berlangganan sekarang juga! #InternetCepat #NontonSeru https://t.co/abcdefghij",
    "@TelkomCare tagihan bulan ini naik jadi 520rb padahal paket tetap 30 Mbps & tidak pernah nambah channel, sudah lapor 3 kali ke 147 tapi tiket selalu ditutup sepihak. Mohon kejelasan, kalau tidak saya tulis di surat pembaca",
    "wifi tetangga lancar jaya, yang di rumah putus2 mulu, parahhhh banget @IndiHome",
    "Makasih @IndiHomeCare teknisinya gercep, pagi lapor siang sudah nyala lagi. Mantap",
    "@IndiHomeCare halo kak, kuota Telkomsel saya kok tiba tiba habis ya padahal baru beli semalam, tolong dicek",
    "Gw udah capek banget sama provider ini, tiap malem lemot, telpon CS disuruh restart terus, teknisi katanya dateng hari ini tapi sampe sekarang ga ada kabar. Kapan sih benernya? @IndiHome @IndiHomeCare",
];

/// The canonical record of the post `number`, written by `author` seven seconds after the one before.
pub fn canonical(number: usize, author: usize, text: &str) -> Vec<u8> {
    canonical_at(number, author, text, written_at(number))
}

/// The canonical record of the post `number`, written by `author` at that time, in milliseconds.
pub fn canonical_at(number: usize, author: usize, text: &str, at: i64) -> Vec<u8> {
    let mentions: Vec<_> = text
        .split_whitespace()
        .filter_map(|word| word.strip_prefix('@'))
        .map(|handle| serde_json::json!({ "handle": handle, "implicit": false }))
        .collect();
    let id = 1_876_464_070_184_030_000_u64 + number as u64;
    serde_json::to_vec(&serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": id.to_string(), "conversation_id": id.to_string(),
        "author": { "id": author_id(author), "handle": format!("pelanggan_{author}"), "name": "Pelanggan Contoh",
                    "bio": "ibu rumah tangga di Bandung, suka masak", "followers": 210, "verified_type": "none" },
        "text": text, "mentions": mentions, "hashtags": [], "is_repost": false, "is_quote": false, "is_reply": false,
        "lang": "in", "created_at": triage::post::Millis::new(at),
        "url": format!("https://x.com/pelanggan_{author}/status/{id}"), "source_format": "x_v2"
    }))
    .expect("strings and numbers")
}

/// The id of `author` on the platform.
pub fn author_id(author: usize) -> String {
    format!("43151{author:06}")
}

/// When the post `number` was written, in milliseconds.
pub fn written_at(number: usize) -> i64 {
    1_763_000_000_000 + number as i64 * 7_000
}
