//! Every form that a root takes in the written and the spoken language, as a post may have it.
//!
//! Knows how words are built (which prefix goes before which sound, which endings follow), not what they mean: which
//! roots matter is a matter of `config/lexicon`. No lists of words: what only some words do (`balas`, but also `bales`)
//! is a root of its own or a row of the slang table.
//!
//! # What a root stands for
//!
//! `~kirim` stands for one word of a post that is built on `kirim`:
//!
//! | layer | what | of `kirim` | of others |
//! | --- | --- | --- | --- |
//! | [`formal()`] | the root; `-kan` `-i` `-an`; `-nya` `-lah` `-kah` `-pun` `-ku` `-mu` after them | `kirim` `kirimkan` `kirimi` `kiriman` `kirimkanlah` `kirimannya` | `adukan` `hubungi` `laporanku` |
//! | | `me-`, the nasal as the root's first sound wants it; loans keep that sound | `mengirim` `mengirimkan` `mengirimi` | `menulis` `memotong` `menyebar` `melapor` `memviralkan` `mengunggah` `mengecek` `memproses` `mempublikasikan` |
//! | | `di-` `ku-` `kau-` `ter-` | `dikirim` `dikirimkannya` `kukirimkan` `kaukirim` `terkirim` | `dihubungi` `kaubayar` `terganggu` `terekam` |
//! | | `ber-` (`be-`, `bel-`), `per-` (`pe-`, `pel-`), `memper-`, `diper-` | | `berjanji` `bekerja` `belajar` `perbaiki` `diperbaiki` `memperjelas` `perjanjian` `pekerjaan` |
//! | | `pe-` and `pe-..-an` with the nasal, `ke-..-an`, `se-` | `pengirim` `pengiriman` | `penyiar` `pelaporan` `petugas` `kerusakan` `secepatnya` `sehubungan` |
//! | | prefixes upon prefixes | | `keterlambatan` `keberhasilan` `berkelanjutan` `ketidakjelasan` `diberhentikan` |
//! | [`spoken()`] | the nasal without `me-`, `nge-`; `-in`; `ke-` for `ter-` | `ngirim` `ngirimin` `kirimin` `dikirimin` `kekirim` | `nulis` `motong` `nyiarin` `nyari` `ngelaporin` `ngecek` `ngeshare` `ngubungin` |
//! | | doubling with a digit before an ending | `kirim2an` `dikirim2in` | |
//! | | `-e` for `-ai`, no `h-` | | `sampein` `nyampe` `ilang` `ngilangin` |
//! | [`regional()`] | Javanese `tak-` `dak-` (I will), `-no` `-ake` `-ke` `-en` `-e` `-ane` | `takkirim` `takkirimno` `dakkirimke` `dikirimake` | `mbalesno` `nglaporno` `takbelikno` |
//! | | Sundanese `-keun` `-eun` `-na`, `nga-`, `di-..-an` | `dikirimkeun` `ngirimkeun` | `ngalaporkeun` |
//! | | Minang `ma-`; Minang, Manado, Makassar `ba-` `ta-` `mo-` `na-`, `-mi` `-ki` | `mangirim` `takirim` `nakirim` `kirimki` | `malapor` `mambalas` |
//! | [`shortened()`] | written without vowels, from three consonants on; `d-` for `di-`, `-kn` for `-kan`, `-x` and one `n` less for `-nya` | `krm` `dikrm` `dkrm` `dkirim` `dikirimkn` `mngirim` `ngrm` | `bntu` `psng` `psg` `jwab` `smpe` `crita` `gangguanya` |
//!
//! A word doubled with a hyphen or a final `2` (`kirim-kirim`, `dikirim2`) and a prefix written apart (`di kirim`,
//! `nge-share`) are several words of the post, of which one is a form of the root: nothing is made for them. A clitic
//! that the rules name (`clitics` in `rules.toml`) is taken off any word first, so that only the usual ones are made.
//!
//! Every root takes every affix that its sounds allow, used or not: a word that nobody writes does no harm. A form may be a
//! word of its own (`~angkat` is also `berangkat` and `perangkat`, `~putus` also `keputusan`): the analyst judges whether
//! that does harm. Where a short spelling is another word's (`mnt`, `pst`), the slang table decides. A vowel that only some
//! words change (`bales`, `dateng`) makes a root of its own.
//!
//! A root of one syllable (`cek`, `bom`, `up`) takes `menge-`, `penge-`, `nge-` and fewer of the others: `balap` is
//! not made of `lap`. A root in several words (`salah guna`) stands for its joined spelling (`disalahgunakan`).

mod formal;
mod regional;
mod shortened;
mod sounds;
mod spoken;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod yardstick;

use rustc_hash::FxHashSet;

use self::sounds::Root;

/// Returns every form of `root` (any case; what is no letter or digit is left out), each once, in lower case, the root
/// itself first. Empty if `root` has no letter or digit; the root alone if it has one letter, no vowel, a digit or a letter
/// beyond `a`-`z`, since no rule here applies then.
pub fn forms(root: &str) -> Vec<String> {
    of_layers(root, &[formal::forms, spoken::forms, regional::forms, shortened::forms])
}

/// Returns the forms of the written standard language, the root first.
pub fn formal(root: &str) -> Vec<String> {
    of_layers(root, &[formal::forms])
}

/// Returns the forms of the spoken language, as it is written in chats.
pub fn spoken(root: &str) -> Vec<String> {
    of_layers(root, &[spoken::forms])
}

/// Returns the forms of Javanese, Sundanese, Minang and the languages of the East, as far as their affixes stand at
/// Indonesian roots.
pub fn regional(root: &str) -> Vec<String> {
    of_layers(root, &[regional::forms])
}

/// Returns the spellings that leave out letters. Some of them can also be an acronym.
pub fn shortened(root: &str) -> Vec<String> {
    of_layers(root, &[shortened::forms])
}

fn of_layers(root: &str, layers: &[fn(&Root) -> Vec<String>]) -> Vec<String> {
    let letters: String = root.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let Some(root) = Root::new(&letters) else {
        return if letters.is_empty() { Vec::new() } else { vec![letters] };
    };
    let mut seen = FxHashSet::default();
    let mut forms: Vec<String> = layers.iter().flat_map(|layer| layer(&root)).collect();
    // Two letters stand for too much: only a root itself may be so short.
    forms.retain(|form| (form.len() > 2 || *form == letters) && seen.insert(form.clone()));
    forms
}
