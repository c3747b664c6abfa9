//! The search itself: every state of a small model, breadth first, so that the first way found to
//! what must not be is a shortest one.

use std::{
    collections::{BTreeMap, VecDeque, hash_map::DefaultHasher},
    fmt::{self, Debug},
    hash::{Hash, Hasher},
};

/// A world of finitely many states, of which some must not be.
pub(super) trait Model {
    type State: Clone + Debug + Hash + Ord;

    /// Every word that [`wrong`](Model::wrong) can say.
    const WRONGS: &'static [&'static str];

    fn start(&self) -> Self::State;

    /// Everything that can happen next, by name.
    fn successors(&self, state: &Self::State) -> Vec<(&'static str, Self::State)>;

    /// What must not be and is so here; empty in a good state.
    fn wrong(&self, state: &Self::State) -> Vec<&'static str>;

    /// Whether nothing more needs to happen; from everywhere such a state must be reachable.
    fn rests(&self, state: &Self::State) -> bool;

    /// One line about a state, for the reader of a path.
    fn describe(&self, state: &Self::State) -> String;

    /// How many misfortunes of which kind there are.
    fn faults(&self) -> String;
}

/// When to stop searching.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Until {
    /// At the first state that must not be.
    FirstWrong,
    /// When every wrong there is has been seen, or every state.
    EachWrong,
    /// When every state has been seen; then each wrong has its own shortest path.
    Everything,
}

/// What a search found.
#[derive(Debug)]
pub(super) struct Found<S> {
    /// Every state reached, by number of steps from the start.
    pub(super) states: Vec<S>,
    pub(super) edges: usize,
    /// The number of steps to the farthest state.
    pub(super) depth: usize,
    /// The first of each kind, shortest path first.
    pub(super) violations: Vec<Violation>,
}

/// What must not be, and how it came about.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    pub(super) wrong: &'static str,
    pub(super) steps: usize,
    pub(super) path: String,
}

/// Said of a state from which no resting state can be reached.
pub(super) const NO_WAY_OUT: &str = "no way to a resting state";

/// More states than any model here has: one that reaches this does not end.
const MOST_STATES: usize = 20_000_000;

/// Searches a model. The way to a resting state is looked for only when everything was searched.
pub(super) fn search<M: Model>(model: &M, until: Until) -> Found<M::State> {
    let mut seen =
        Seen { states: vec![model.start()], from: vec![Origin::START], index: [].into() };
    seen.index.insert(hash(&seen.states[0]), vec![0]);
    let mut edges: Vec<(u32, u32)> = Vec::new();
    let mut violations: Vec<Violation> = Vec::new();
    let mut place = 0;
    while place < seen.states.len() {
        for wrong in model.wrong(&seen.states[place]) {
            assert!(M::WRONGS.contains(&wrong), "`{wrong}` is not listed");
            if !violations.iter().any(|known| known.wrong == wrong) {
                violations.push(seen.violation(model, wrong, place));
            }
        }
        let enough = match until {
            Until::FirstWrong => !violations.is_empty(),
            Until::EachWrong => violations.len() == M::WRONGS.len(),
            Until::Everything => false,
        };
        if enough {
            return seen.found(edges.len(), violations);
        }
        for (label, next) in model.successors(&seen.states[place]) {
            let to = seen.place_of(next, Origin { place: number(place), label });
            edges.push((number(place), number(to)));
        }
        assert!(seen.states.len() < MOST_STATES, "the model has no end");
        place += 1;
    }
    let rests: Vec<bool> = seen.states.iter().map(|state| model.rests(state)).collect();
    if let Some(place) = first_stuck(rests, &edges) {
        violations.push(seen.violation(model, NO_WAY_OUT, place));
    }
    violations.sort_by_key(|violation| violation.steps);
    seen.found(edges.len(), violations)
}

/// Searches everything, prints the counts, and panics with the path to what must not be.
pub(super) fn holds<M: Model>(name: &str, model: &M) -> Found<M::State> {
    let found = search(model, Until::FirstWrong);
    if let Some(violation) = found.violations.first() {
        panic!("{name}: {violation}");
    }
    println!("{name}: {found}; {}", model.faults());
    found
}

/// Searches until the first thing that must not be, and panics unless it is this one.
pub(super) fn fails<M: Model>(model: &M, wrong: &str) -> Violation {
    let found = search(model, Until::FirstWrong);
    let violation = found.violations.into_iter().next().expect(wrong);
    println!("{violation}");
    assert_eq!(violation.wrong, wrong, "{violation}");
    violation
}

/// Every state seen and how it was first reached.
struct Seen<S> {
    states: Vec<S>,
    from: Vec<Origin>,
    /// Places by hash; states that share one are compared.
    index: BTreeMap<u64, Vec<u32>>,
}

#[derive(Clone, Copy)]
struct Origin {
    place: u32,
    label: &'static str,
}

impl Origin {
    const START: Self = Self { place: 0, label: "start" };
}

impl<S: Clone + Debug + Hash + Ord> Seen<S> {
    fn place_of(&mut self, state: S, origin: Origin) -> usize {
        let places = self.index.entry(hash(&state)).or_default();
        if let Some(known) = places.iter().find(|place| self.states[**place as usize] == state) {
            return *known as usize;
        }
        let fresh = self.states.len();
        places.push(number(fresh));
        self.states.push(state);
        self.from.push(origin);
        fresh
    }

    /// The places from the start to this one.
    fn way(&self, mut place: usize) -> Vec<usize> {
        let mut way = vec![place];
        while place != 0 {
            place = self.from[place].place as usize;
            way.push(place);
        }
        way.reverse();
        way
    }

    fn violation<M>(&self, model: &M, wrong: &'static str, place: usize) -> Violation
    where
        M: Model<State = S>,
    {
        let way = self.way(place);
        let tell = |place: &usize| {
            format!("  {} -> {}", self.from[*place].label, model.describe(&self.states[*place]))
        };
        let path: Vec<String> = way.iter().map(tell).collect();
        Violation { wrong, steps: way.len() - 1, path: path.join("\n") }
    }

    fn found(self, edges: usize, violations: Vec<Violation>) -> Found<S> {
        let depth = self.way(self.states.len() - 1).len() - 1;
        Found { states: self.states, edges, depth, violations }
    }
}

/// The first state from which no resting one can be reached, walking the edges backwards.
fn first_stuck(mut good: Vec<bool>, edges: &[(u32, u32)]) -> Option<usize> {
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); good.len()];
    for (from, to) in edges {
        before[*to as usize].push(*from);
    }
    let mut open: VecDeque<usize> = (0..good.len()).filter(|place| good[*place]).collect();
    while let Some(place) = open.pop_front() {
        for from in before[place].iter().map(|from| *from as usize) {
            if !good[from] {
                good[from] = true;
                open.push_back(from);
            }
        }
    }
    good.iter().position(|good| !good)
}

fn hash(state: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer states than the limit")
}

impl<S> fmt::Display for Found<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, edges, depth, .. } = self;
        write!(f, "{} states, {edges} edges, depth {depth}", states.len())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {} steps:\n{}", self.wrong, self.steps, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A counter that goes up by one or two, and from 4 also into a trap it never leaves.
    struct Counter {
        highest: u8,
        trap: bool,
    }

    impl Model for Counter {
        type State = u8;
        const WRONGS: &'static [&'static str] = &["five", "six"];

        fn start(&self) -> u8 {
            0
        }

        fn successors(&self, state: &u8) -> Vec<(&'static str, u8)> {
            let mut next = vec![("one", state + 1), ("two", state + 2)];
            next.retain(|(_, state)| *state <= self.highest);
            match state {
                100 => vec![("stay", 100)],
                4 if self.trap => vec![("fall", 100)],
                _ => next,
            }
        }

        fn wrong(&self, state: &u8) -> Vec<&'static str> {
            match state {
                5 => vec!["five"],
                6 => vec!["six"],
                _ => Vec::new(),
            }
        }

        fn rests(&self, state: &u8) -> bool {
            *state == self.highest
        }

        fn describe(&self, state: &u8) -> String {
            state.to_string()
        }

        fn faults(&self) -> String {
            format!("up to {}", self.highest)
        }
    }

    #[test]
    fn counts_states_edges_and_depth() {
        let found = holds("counter", &Counter { highest: 4, trap: false });
        assert_eq!((found.states.len(), found.edges, found.depth), (5, 7, 2));
    }

    #[test]
    fn finds_a_shortest_path_to_each_wrong() {
        let found = search(&Counter { highest: 6, trap: false }, Until::Everything);
        let short: Vec<_> = found.violations.iter().map(|v| (v.wrong, v.steps)).collect();
        assert_eq!(short, [("five", 3), ("six", 3)]);
        let first = fails(&Counter { highest: 6, trap: false }, "five");
        assert_eq!(first.path, "  start -> 0\n  one -> 1\n  two -> 3\n  two -> 5");
    }

    #[test]
    fn finds_a_trap() {
        let found = search(&Counter { highest: 4, trap: true }, Until::Everything);
        let [stuck] = &found.violations[..] else { panic!("one trap: {:?}", found.violations) };
        assert_eq!((stuck.wrong, stuck.steps), (NO_WAY_OUT, 3));
        assert_eq!(stuck.path.lines().last(), Some("  fall -> 100"));
    }
}
