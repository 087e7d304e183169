//! What the made-up customers of these tests write: faults, shouting, threats, a question, thanks.

pub const TEXTS: [&str; 8] = [
    "@TelkomCare internet mati dari pagi, tolong dicek",
    "@TelkomCare SUDAH TIGA HARI INTERNET MATI TERUS KAPAN DIPERBAIKI",
    "@TelkomCare kalau tidak selesai saya viralkan ke media, internet mati lagi",
    "@TelkomCare bagaimana cara ganti paket?",
    "@TelkomCare terima kasih, sudah lancar",
    "@TelkomCare masih lambat sekali internetnya, saya lapor ke YLKI",
    "@TelkomCare halo min \u{1f64f} \"tagihan\" saya salah\n\nmohon dibantu",
    "@TelkomCare tv tidak ada siaran",
];
