//! Sets of small numbers as bits.

/// The place of the lowest bit that is set.
pub(crate) fn lowest(bits: u64) -> Option<usize> {
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

/// The places of the bits that are set, from the lowest.
pub(crate) fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = lowest(bits);
        bits &= bits.wrapping_sub(1);
        place
    })
}
