//! Many questions at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// So many questions at once, at most: registries count them.
const THREADS: usize = 6;

/// Does the work for each item on some threads, and gives the answers in the order of the items. `done` hears how many
/// are done.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync, done: impl Fn(usize) + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let count = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            let answer = work(item);
            answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, answer));
            done(count.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    thread::scope(|scope| {
        for _ in 1..THREADS.min(items.len()) {
            scope.spawn(run);
        }
        run();
    });
    let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_in_the_order_of_the_questions() {
        let items: Vec<usize> = (0..100).collect();
        let most = AtomicUsize::new(0);
        let answers = each(
            &items,
            |item| item * 2,
            |done| {
                most.fetch_max(done, Ordering::Relaxed);
            },
        );
        assert_eq!(answers, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(most.into_inner(), 100);
        assert!(each(&[] as &[u8], |_| 0, |_| ()).is_empty());
    }
}
