//! Stable sorting that is compiled once. `slice::sort_by` is compiled for each type and closure anew, some 7 KB every time;
//! here one copy sorts the places of the items, and the items are moved there afterwards. It is for lists that are short,
//! or sorted already, as nearly all are; what sorts rows, or the columns of each operator, uses the slice's own.

use std::cmp::Ordering;

/// Sorts as the methods of the slice do that are called `sort`.
pub trait Order {
    /// What is sorted.
    type Item;

    fn order_by(&mut self, compare: impl Fn(&Self::Item, &Self::Item) -> Ordering);

    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&Self::Item) -> K) {
        self.order_by(|one, other| key(one).cmp(&key(other)));
    }

    fn order(&mut self)
    where
        Self::Item: Ord,
    {
        self.order_by(Ord::cmp);
    }
}

impl<T> Order for [T] {
    type Item = T;

    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        if self.is_sorted_by(|one, other| compare(one, other).is_le()) {
            return;
        }
        let mut places: Vec<usize> = (0..self.len()).collect();
        sort(&mut places, &|one, other| compare(&self[one], &self[other]));
        // Each cycle of the permutation is gone round once.
        for start in 0..places.len() {
            let mut at = start;
            loop {
                let from = std::mem::replace(&mut places[at], at);
                if from == start {
                    break;
                }
                self.swap(at, from);
                at = from;
            }
        }
    }
}

#[inline(never)]
fn sort(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|one, other| compare(*one, *other));
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;

    use super::*;
    use crate::seeded::samples;

    #[test]
    fn the_order_is_that_of_a_stable_sort() {
        for keys in samples(&vec(0_u8..20, 0..60), 300) {
            let items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let (mut one, mut other) = (items.clone(), items);
            one.order_by_key(|(key, _)| *key);
            other.sort_by_key(|(key, _)| *key);
            assert_eq!(one, other);
            one.order_by(|a, b| b.0.cmp(&a.0));
            other.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
            assert_eq!(one, other);
            one.order();
            other.sort_unstable();
            assert_eq!(one, other);
        }
    }
}
