//! How long work tells what it is doing.

/// Hears what an operation does. The terminal draws bars, a pipe gets lines.
pub trait Reporter {
    /// An operation begins, with that many steps.
    fn operation(&mut self, title: &str, steps: usize);
    /// A step begins; numbers count from 1.
    fn step(&mut self, number: usize, title: &str);
    /// The step has done that much, of that many where that is known.
    fn progress(&mut self, done: u64, total: Option<u64>, unit: &str);
    /// A step is done.
    fn step_done(&mut self, number: usize, title: &str, note: &str);
    /// Something worth knowing.
    fn note(&mut self, text: &str);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn operation(&mut self, _: &str, _: usize) {}

    fn step(&mut self, _: usize, _: &str) {}

    fn progress(&mut self, _: u64, _: Option<u64>, _: &str) {}

    fn step_done(&mut self, _: usize, _: &str, _: &str) {}

    fn note(&mut self, _: &str) {}
}
