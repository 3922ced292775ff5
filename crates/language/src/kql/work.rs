//! A count of the work that lexing, parsing and formatting take, kept in tests only: time that grows faster than the text
//! shows in it on any machine.

#[cfg(any(test, feature = "testing"))]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Notes so many steps.
#[inline]
pub fn done(steps: usize) {
    #[cfg(any(test, feature = "testing"))]
    STEPS.with(|count| count.set(count.get() + steps as u64));
    #[cfg(not(any(test, feature = "testing")))]
    let _ = steps;
}

/// The steps that some work takes.
#[cfg(any(test, feature = "testing"))]
pub fn of(work: impl FnOnce()) -> u64 {
    let before = STEPS.with(std::cell::Cell::get);
    work();
    STEPS.with(std::cell::Cell::get) - before
}
