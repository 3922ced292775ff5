//! Random numbers.

use std::cell::Cell;

thread_local! {
    /// The next state of the generator of random numbers.
    static RANDOM: Cell<u64> = const { Cell::new(0) };
}

/// A random number of 64 bits, by the algorithm `SplitMix64`.
pub(crate) fn random() -> u64 {
    RANDOM.with(|state| {
        let mut next = state.get();
        if next == 0 {
            next = uuid::Uuid::new_v4().as_u64_pair().0 | 1;
        }
        next = next.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state.set(next);
        let mut mixed = next;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}
