use proptest::prelude::*;

use super::*;

/// More than any root takes; each form is a word in the memory of the program.
const MOST_FORMS: usize = 300;

/// `expected` are forms of `root`, `others` are not.
fn check(root: &str, expected: &str, others: &str) {
    let forms = forms(root);
    for form in expected.split_whitespace() {
        assert!(forms.iter().any(|made| made == form), "{root}: no {form} among {}", forms.join(" "));
    }
    for form in others.split_whitespace() {
        assert!(!forms.iter().any(|made| made == form), "{root}: {form} is made");
    }
}

#[test]
fn the_nasal_is_that_of_the_first_sound() {
    check("kirim", "mengirim mengirimkan mengkirim pengirim pengirimannya", "mekirim menirim pengkirim");
    check("tulis", "menulis menuliskannya penulis penulisan", "metulis menyulis pentulis");
    check("potong", "memotong memotongi pemotongan", "mepotong pempotongan");
    check("sebar", "menyebar menyebarkan penyebaran", "mesebar");
    check("lapor", "melapor melaporkan pelapor pelaporan", "menglapor menlapor");
    check("rusak", "merusak perusak merusaki", "mengrusak");
    check("wawancara", "mewawancarai pewawancara diwawancarai", "");
    check("muat", "memuat memuatkan pemuatan dimuat", "");
    check("nyala", "menyala menyalakan dinyalakan nyalain", "mengnyala");
    check("balas", "membalas membalaskan pembalasan", "memalas");
    check("daftar", "mendaftar mendaftarkan pendaftaran", "menaftar");
    check("janji", "menjanjikan dijanjikan berjanji perjanjian", "menganji janjii");
    check("cari", "mencari pencari carikan", "carii");
    check("ganggu", "mengganggu pengganggu gangguan terganggu", "");
    check("hilang", "menghilang menghilangkan kehilangan", "");
    check("unggah", "mengunggah pengunggah diunggah", "meunggah");
    check("adu", "mengadu mengadukan pengaduan adukan diadukan", "");
    check("khawatir", "mengkhawatirkan kekhawatiran khawatirkan", "menghawatirkan");
    check("syukur", "mensyukuri bersyukur syukurlah nyukurin", "");
}

#[test]
fn loans_keep_their_first_sound() {
    check("proses", "memproses memroses pemrosesan diproses mroses ngeproses", "mengproses");
    check("promosi", "mempromosikan memromosikan promosiin dipromosikan", "promosii");
    check("publikasi", "mempublikasikan memublikasikan dipublikasikan", "");
    check("transfer", "mentransfer ditransfer nransfer ngetransfer transferin", "mengtransfer");
    check("kritik", "mengkritik dikritik kritikan ngekritik", "mengritik");
    check("viral", "memviralkan diviralkan viralkan ngeviralin viralin", "mengviral");
    check("posting", "memposting diposting postingan ngeposting mosting postinganku", "");
    check("upload", "mengupload diupload ngupload ngeupload uploadan", "");
    check("share", "menshare dishare ngeshare sharein sharekan", "sharei");
}

#[test]
fn one_syllable_has_prefixes_of_its_own() {
    check("cek", "mengecek mencek pengecekan dicek dicekin ngecek ngecekin cekin ceklah kaucek takcek", "ceki kucek bacek secek");
    check("lap", "mengelap dilap ngelap", "balap talap malap kulap");
    check("up", "diup ngeup upin upkan", "u p");
    check("spill", "ngespill dispill spillin", "");
    check("post", "mengepost mempost ngepost dipost", "pst");
}

#[test]
fn prefixes_in_r() {
    check("kerja", "bekerja dikerjakan pekerja pekerjaan mengerjakan", "");
    check("ajar", "belajar pelajaran mempelajari dipelajari pengajar", "");
    check("rekam", "terekam direkam perekam", "terrekam berrekam");
    check("baik", "perbaiki perbaikan diperbaiki memperbaiki perbaikin diperbaikin terbaik sebaiknya kebaikan", "");
    check("jelas", "perjelas memperjelas dijelaskan kejelasan sejelas sejelasnya ketidakjelasan", "");
    check("lambat", "terlambat keterlambatan selambatnya melambat", "");
    check("henti", "berhenti berhentilah diberhentikan memberhentikan", "");
}

#[test]
fn clitics_and_the_speaker() {
    check("kirim", "kukirim kukirimkan kaukirim kirimlah kirimkanlah kirimannya kirimanku kirimanmu kirimkah", "memberkirim");
    check("tulis", "kutulis kautuliskan ditulisnya dituliskannya menulisnya tulisanmu", "tulisannyanya terkutulis kukutulis");
    check("tagih", "ditagih tagihan tagihanku tagihannya penagihan", "");
}

#[test]
fn spoken_forms() {
    check("tulis", "nulis nulisin ngetulis ditulisin ketulis tulisin menulisin", "nyulis ngulis");
    check("kirim", "ngirim ngirimin kekirim kirimin dikirimin kirim2an dikirim2in", "nirim");
    check("pasang", "masang masangin pasangin kepasang", "nasang");
    check("siar", "nyiarin disiarin nyiar", "");
    check("foto", "ngefoto fotoin difoto", "");
    check("poto", "moto motoin dipoto", "");
    check("cari", "nyari nyariin cariin", "");
    check("lapor", "ngelapor ngelaporin dilaporin kelapor", "");
    check("hubung", "ngubungin ngehubungin dihubungin hubungin", "");
    check("hilang", "ilang ilangan ngilang ngilangin diilangin", "");
    check("hari", "", "ari");
    check("sampai", "sampe nyampe nyampein disampein nyampaikan kesampaian", "");
    check("pakai", "pake dipake make pakein", "");
    check("muat", "ngemuat muatin dimuatin kemuat", "");
}

#[test]
fn regional_forms() {
    check("kirim", "takkirim takkirimno takkirimke dakkirim dikirimno dikirimake ngirimke kirimen kirime kirimane", "kirimkno");
    check("tulis", "taktulis tulisno taktulisno nulisno tulise", "");
    check("beli", "takbelikno dibelikno beline takbelike", "belino");
    check("lapor", "nglapor nglaporno taklaporno taklaporke", "");
    check("bales", "mbales mbalesno dibaleske takbales", "");
    check("daftar", "ndaftar ndaftarno", "");
    check("jual", "njual njualno", "");
    check("ganti", "ngganti digantikno", "");
    check("kirim", "kirimkeun dikirimkeun ngirimkeun dikiriman kirimna kakirim", "");
    check("lapor", "laporkeun ngalaporkeun dilaporkeun", "");
    check("tulis", "manulis manulisan tatulis batulis natulis motulis", "");
    check("siar", "manyiarkan disiarkeun", "");
}

#[test]
fn spellings_without_vowels() {
    check("kirim", "krm krman dikrm dkrm dkirim dkirimkan dikirimkn kirimkn mngirim ngrm kirimx kiriman", "krim kirm km");
    check("jawab", "jwb jwab dijwb djwab mnjawab jawabkn", "jwa");
    check("pasang", "psg psng psang dpasang dipsg", "");
    check("bantu", "bntu dibntu dbantu bntuin", "");
    check("sampai", "smpai smpe smp disampaikn", "");
    check("cerita", "crita crta", "");
    check("ungkap", "ungkp diungkp", "ngkp dungkap");
    check("tulis", "tlis dtulis mnulis", "");
    check("balas", "bls dbls", "blas");
    check("pulang", "plg plng", "plang");
    check("ganggu", "gangguanya gangguanx dganggu", "");
    check("siar", "dsiar", "sr sar sir");
    check("muat", "dmuat", "mt mut");
    check("kata", "", "kta kt");
    check("tipu", "dtipu", "tpu tp");
    check("beri", "", "bri br");
    check("cek", "", "ck dck");
}

#[test]
fn the_root_is_first_and_in_lower_case() {
    let first = |root: &str| forms(root).first().cloned().unwrap_or_default();
    assert_eq!(first("Kirim"), "kirim");
    assert_eq!(first("salah guna"), "salahguna");
    assert_eq!(first("tanggung-jawab"), "tanggungjawab");
    assert_eq!(first("jum'at"), "jumat");
    check("salah guna", "disalahgunakan menyalahgunakan penyalahgunaan", "");
    check("tanggung-jawab", "mempertanggungjawabkan pertanggungjawaban dipertanggungjawabkan", "");
}

#[test]
fn what_is_no_word_of_the_language_stands_for_itself() {
    for (root, expected) in
        [("4G", vec!["4g"]), ("krm", vec!["krm"]), ("a", vec!["a"]), ("caf\u{e9}", vec!["caf\u{e9}"]), ("-!", vec![]), ("", vec![])]
    {
        assert_eq!(forms(root), expected, "{root}");
    }
}

#[test]
fn the_layers_make_up_the_whole() {
    let layers: Vec<String> = [formal, spoken, regional, shortened].iter().flat_map(|layer| layer("kirim")).collect();
    let all = forms("kirim");
    assert!(layers.iter().all(|form| all.contains(form)) && all.iter().all(|form| layers.contains(form)));
}

fn holds_for_any_root(root: &str) {
    let forms = forms(root);
    assert!(forms.len() <= MOST_FORMS, "{root}: {} forms", forms.len());
    assert!(forms.iter().all(|form| !form.is_empty() && *form == form.to_lowercase()), "{root}: {forms:?}");
    let different: FxHashSet<&String> = forms.iter().collect();
    assert_eq!(different.len(), forms.len(), "{root}");
}

#[test]
fn two_letters_stand_for_no_root_but_themselves() {
    assert!(!forms("iai").contains(&"ie".to_owned()));
    assert_eq!(forms("up")[0], "up");
}

proptest! {
    #[test]
    fn any_string_is_a_root(root in "\\PC{0,12}") {
        holds_for_any_root(&root);
    }

    #[test]
    fn any_word_is_a_root(root in "(k|t|p|s|kh|sy|ng|ny|pr|kl|st|h|r|l|b|c|)(a|i|u|e|o|ai)(ng|k|r|s|l|n|t|)(g|k|t|p|s|h|)(a|i|u|e|o|ai|au)?(ng|k|r|s|l|t|)") {
        holds_for_any_root(&root);
        prop_assume!(root.len() > 1);
        let forms = forms(&root);
        prop_assert_eq!(&forms[0], &root);
        prop_assert!(forms.iter().all(|form| form.len() >= 3 || *form == root));
    }
}
