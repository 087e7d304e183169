//! The formal forms, measured with somebody else's stemmer: each goes back to its root, and to no other root here.
//!
//! The stemmer is given the roots below for a dictionary. Its own word list, which is licensed for non-commercial use
//! only, is not used.

use sastrawi::{Dictionary, Stemmer};

use super::formal;

/// Verbs, nouns and adjectives of threats, complaints, offers and questions, of every shape that affixes depend on.
const ROOTS: [&str; 9] = [
    "kirim muat tulis liput lapor adu siar terbit rilis publikasi viral sebar sampai kabar berita unggah angkat masuk bawa hubung telepon",
    "wawancara cerita ungkap bongkar rekam sorot foto video cetak edar posting upload share komentar keluh kritik saran usul banding imbau",
    "mati putus rusak lambat ganggu hilang padam gagal salah bocor kacau sepi turun naik lama sulit mudah murah mahal cepat panjang pendek",
    "tagih bayar potong cabut pasang pindah ganti baik balas jawab tanggap respon tunggu janji datang urus selesai proses cek uji periksa",
    "kecewa rugi kesal bohong tipu marah sedih bosan senang puas suka malas bodoh abai acuh khawatir syukur paksa tekan rampas peras ancam",
    "tawar jual beli promo diskon daftar gratis hemat untung hadiah menang undi pinjam sewa langganan gabung ikut cair curi cari",
    "minta mohon tolong tanya bantu jelas bilang tuntut gugat laku somasi bantah tutup buka tambah kurang bagi pakai pasti coba lihat",
    "baca dengar tahu kenal kerja ajar henti sambung nyala hidup benar isolir blokir aktif kunjung jadwal tugas layan sedia jangkau",
    "akses unduh transfer main ramai baru rawat jaga nilai umum bom lap tes klaim kontrol konfirmasi verifikasi nyanyi teknisi",
];

/// Returns why the stemmer does not get back from `form`; `None` if it should.
fn known_mistake(root: &str, form: &str) -> Option<&'static str> {
    let begins_with_e = root.starts_with('e') || root.starts_with("ke");
    if form.starts_with("ketidak") {
        Some("it does not know `ketidak-..-an`")
    } else if begins_with_e && (form.starts_with("menge") || form.starts_with("penge")) {
        Some("it takes the `e` of `mengeluh` for that of `mengecek`, which belongs to the prefix")
    } else if form.starts_with("pemer") || form.starts_with("pener") {
        Some("it takes `penerbit` for `pe-` and a root in `n`")
    } else {
        None
    }
}

#[test]
fn what_is_made_of_a_root_goes_back_to_it_and_to_no_other() {
    let roots: Vec<&str> = ROOTS.iter().flat_map(|line| line.split(' ')).collect();
    let dictionary = Dictionary::custom(&roots);
    let stemmer = Stemmer::new(&dictionary);
    let (mut right, mut mistakes) = (0, 0);
    for root in &roots {
        for form in formal(root) {
            let is_right = stemmer.stem_word(&form) == *root;
            let mistake = known_mistake(root, &form);
            assert!(is_right == mistake.is_none(), "{form} of {root} stems to {} ({mistake:?})", stemmer.stem_word(&form));
            *if is_right { &mut right } else { &mut mistakes } += 1;
        }
    }
    assert!(roots.len() >= 180 && mistakes * 30 < right, "{} roots: {right} right, {mistakes} mistakes", roots.len());
}

#[test]
fn the_stemmer_notices_a_wrong_form() {
    let dictionary = Dictionary::custom(&["kirim", "tulis", "lapor", "cek", "rusak"]);
    let stemmer = Stemmer::new(&dictionary);
    for wrong in ["menirim", "memulis", "menglapor", "nycek", "terrrusak", "membekirim"] {
        assert!(!dictionary.find(&stemmer.stem_word(wrong)), "{wrong} stems to {}", stemmer.stem_word(wrong));
    }
}
