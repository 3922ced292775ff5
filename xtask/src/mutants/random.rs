//! Chance that can be repeated.

/// Things in an order that depends on nothing but the seed.
pub fn shuffled<T: Clone>(things: &[T], seed: u64) -> Vec<T> {
    let mut things = things.to_vec();
    // SplitMix64, which is short and good enough to draw a sample.
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for last in (1..things.len()).rev() {
        things.swap(last, (next() % (last as u64 + 1)) as usize);
    }
    things
}
