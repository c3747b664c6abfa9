//! The same models given to another checker, Stateright (<https://www.stateright.rs>): it must see
//! the same states and find the same wrongs.
//!
//! That a resting state can be reached from everywhere is asked of our search alone: Stateright's
//! properties speak of every way, ours of some way.

use super::{
    sale_order::{OFFERS, Offer, ROUGH},
    search::{Found, Model, NO_WAY_OUT, Until, search},
    world::{Server, Simulation},
};
use stateright::{Checker as _, Model as _, Property};
use std::{collections::BTreeSet, fmt::Debug, hash::Hash};

/// A model as Stateright sees it.
#[derive(Clone, Debug)]
struct Second<M>(M);

/// What happens, and what comes of it.
#[derive(Clone, Debug, PartialEq)]
struct Happening<S> {
    label: &'static str,
    next: S,
}

impl<M> stateright::Model for Second<M>
where
    M: Model + Clone + Debug + Send + Sync + 'static,
    M::State: PartialEq + Hash + Send + Sync + 'static,
{
    type State = M::State;
    type Action = Happening<M::State>;

    fn init_states(&self) -> Vec<M::State> {
        vec![self.0.start()]
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<Self::Action>) {
        let next = self.0.successors(state);
        actions.extend(next.into_iter().map(|(label, next)| Happening { label, next }));
    }

    fn next_state(&self, _: &M::State, action: Self::Action) -> Option<M::State> {
        Some(action.next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        // A property is a plain function, so that the number of its wrong must be known to it.
        let never: [fn(&Self, &M::State) -> bool; 16] = [
            never::<M, 0>,
            never::<M, 1>,
            never::<M, 2>,
            never::<M, 3>,
            never::<M, 4>,
            never::<M, 5>,
            never::<M, 6>,
            never::<M, 7>,
            never::<M, 8>,
            never::<M, 9>,
            never::<M, 10>,
            never::<M, 11>,
            never::<M, 12>,
            never::<M, 13>,
            never::<M, 14>,
            never::<M, 15>,
        ];
        assert!(M::WRONGS.len() <= never.len());
        let wrongs = M::WRONGS.iter().zip(never);
        wrongs.map(|(wrong, never)| Property::always(wrong, never)).collect()
    }
}

fn never<M: Model, const WRONG: usize>(model: &Second<M>, state: &M::State) -> bool {
    !model.0.wrong(state).contains(&M::WRONGS[WRONG])
}

/// Both checkers over everything: same states, same wrongs.
pub(super) fn agree<M>(name: &str, model: &M) -> Found<M::State>
where
    M: Model + Clone + Debug + Send + Sync + 'static,
    M::State: PartialEq + Hash + Send + Sync + 'static,
{
    let ours = search(model, Until::Everything);
    let theirs = Second(model.clone()).checker().spawn_bfs().join();
    let mine = ours.violations.iter().map(|violation| violation.wrong);
    let mine: BTreeSet<&str> = mine.filter(|wrong| *wrong != NO_WAY_OUT).collect();
    let other: BTreeSet<&str> = theirs.discoveries().into_keys().collect();
    assert_eq!(mine, other, "{name}");
    // Stateright stops once it has found every wrong there is.
    if other.len() < M::WRONGS.len() {
        assert_eq!(ours.states.len(), theirs.unique_state_count(), "{name}");
    }
    let states = theirs.unique_state_count();
    println!("{name}: {ours}; second opinion: {states} states, {} wrongs", other.len());
    ours
}

#[test]
fn agrees_on_what_holds() {
    for offer in OFFERS {
        let found = agree("sale order", &Simulation::new(offer.server(ROUGH), offer.impatient()));
        assert!(found.violations.is_empty(), "{:?}", found.violations);
    }
    let two = Server { documents: 2, ..Offer::Keys.server(ROUGH) };
    agree("two documents", &Simulation::new(two, Offer::Keys.impatient()));
}

#[test]
fn agrees_on_what_is_wrong() {
    let careless = Simulation::new(Offer::Nothing.server(ROUGH), Offer::Keys.impatient());
    let found = agree("a server without keys, trusted to have them", &careless);
    assert!(!found.violations.is_empty());
}
