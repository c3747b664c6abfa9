//! Whose approvals are needed on which level, and which of those given fill what.

use super::{ApprovalLevel, ApprovalOutcome, ApprovalRules, Approver, PersonCounts, facts::Facts};
use crate::unit::{Day, Money, PersonId, distinct, sort_by};
use std::{cmp::Ordering, collections::VecDeque};

/// So many approvals of some people on one level.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Need<'a> {
    pub(super) level: u32,
    /// In order, each once.
    pub(super) roles: Vec<&'a str>,
    /// In order, each once.
    pub(super) persons: Vec<&'a PersonId>,
    pub(super) count: u32,
    /// The rules that ask, in order.
    pub(super) rules: Vec<&'a str>,
}

/// What somebody may do about a need.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Right {
    /// Nothing.
    None,
    /// Refuse, but not approve: the limit of the role is too low or cannot be compared.
    UpTo(Money),
    Full,
}

impl Right {
    /// The larger one of two limits, so that their sequence does not matter.
    fn or_up_to(self, limit: Money) -> Self {
        let size = |limit: Money| (limit.amount(), limit.currency());
        match self {
            Self::UpTo(known) if size(known) > size(limit) => self,
            Self::None | Self::UpTo(_) | Self::Full => Self::UpTo(limit),
        }
    }
}

/// What the outcomes of rules ask together, in order of the levels.
pub(super) fn needs<'a>(
    fired: impl IntoIterator<Item = (&'a str, &'a ApprovalOutcome)>,
) -> Vec<Need<'a>> {
    let mut needs: Vec<Need<'a>> = Vec::new();
    for (rule, outcome) in fired {
        let ApprovalOutcome::Ask(levels) = outcome else { continue };
        for level in levels {
            let need = Need::new(rule, level);
            match needs.iter_mut().find(|known| known.order(&need).is_eq()) {
                Some(known) => {
                    known.count = known.count.max(need.count);
                    known.rules = distinct(known.rules.iter().copied().chain([rule]));
                }
                None => needs.push(need),
            }
        }
    }
    // Those that fewer people can fill first, since what fills them fills the wider ones too.
    sort_by(&mut needs, |a, b| {
        let size = |need: &Need<'_>| need.roles.len() + need.persons.len();
        a.level.cmp(&b.level).then_with(|| size(a).cmp(&size(b))).then_with(|| a.order(b))
    });
    for place in 0..needs.len() {
        let (narrower, rest) = needs.split_at_mut(place);
        let Some(need) = rest.first_mut() else { continue };
        let within = narrower.iter().filter(|narrow| narrow.is_within(need));
        let filled = within.fold(0_u32, |sum, narrow| sum.saturating_add(narrow.count));
        need.count = need.count.saturating_sub(filled);
    }
    needs.retain(|need| need.count > 0);
    needs
}

impl<'a> Need<'a> {
    pub(super) fn new(rule: &'a str, level: &'a ApprovalLevel) -> Self {
        Self {
            level: level.level,
            roles: distinct(level.roles.iter().map(String::as_str)),
            persons: distinct(level.persons.iter()),
            count: level.count,
            rules: vec![rule],
        }
    }

    /// By level and people, equal if these are the same.
    fn order(&self, other: &Self) -> Ordering {
        let roles = || self.roles.cmp(&other.roles);
        let persons = || self.persons.cmp(&other.persons);
        self.level.cmp(&other.level).then_with(roles).then_with(persons)
    }

    /// Whether everybody who fills this one could fill the other one, by what is written down:
    /// neither limits nor days, which change from order to order.
    fn is_within(&self, other: &Self) -> bool {
        self.level == other.level
            && self.roles.iter().all(|role| other.roles.contains(role))
            && self.persons.iter().all(|person| other.persons.contains(person))
    }

    /// Everybody named in its roles.
    pub(super) fn approvers(&self, rules: &'a ApprovalRules) -> impl Iterator<Item = &'a Approver> {
        let roles = self.roles.iter().filter_map(|name| rules.role(name));
        roles.flat_map(|role| &role.approvers).collect::<Vec<_>>().into_iter()
    }

    /// What somebody could do about it on a day.
    pub(super) fn right(
        &self,
        person: &PersonId,
        on: Day,
        rules: &'a ApprovalRules,
        facts: &Facts<'_>,
    ) -> Right {
        if self.persons.contains(&person) {
            return Right::Full;
        }
        let mut right = Right::None;
        for approver in self.approvers(rules) {
            if approver.person != *person || !approver.holds_on(on) {
                continue;
            }
            match approver.limit {
                Some(limit) if exceeds(facts, limit) => right = right.or_up_to(limit),
                Some(_) | None => return Right::Full,
            }
        }
        right
    }

    /// Everybody who may approve on a day, in order.
    pub(super) fn people(
        &self,
        on: Day,
        rules: &'a ApprovalRules,
        facts: &Facts<'_>,
    ) -> Vec<&'a PersonId> {
        let approvers = self.approvers(rules).filter(|approver| {
            approver.holds_on(on) && !approver.limit.is_some_and(|limit| exceeds(facts, limit))
        });
        let named = self.persons.iter().copied();
        distinct(named.chain(approvers.map(|approver| &approver.person)))
    }
}

/// Whether the order's amount is above a limit, as it is if nobody can tell.
fn exceeds(facts: &Facts<'_>, limit: Money) -> bool {
    facts.compare(limit).is_none_or(|(order, _)| order == Ordering::Greater)
}

/// Who fills which need: pairs of places of people and of needs.
///
/// As many as possible, the needs of lower levels first: the greatest matching, by augmenting paths
/// (Berge, "Two theorems in graph theory", PNAS 43, 1957). So a deputy who could fill two levels
/// fills the one for which nobody else has approved.
pub(super) fn assign(
    needs: &[Need<'_>],
    candidates: &[Vec<usize>],
    counting: PersonCounts,
) -> Vec<(usize, usize)> {
    let people = candidates.iter().flatten().max().map_or(0, |last| last + 1);
    let mut pairs = Vec::new();
    let mut filling = Filling { candidates, needs, place_of: vec![None; people] };
    for (place, need) in needs.iter().enumerate() {
        let is_next_level = place > 0 && needs[place - 1].level != need.level;
        if is_next_level && counting == PersonCounts::OncePerLevel {
            pairs.extend(filling.take());
        }
        for _ in 0..need.count {
            if !filling.add(place) {
                break;
            }
        }
    }
    pairs.extend(filling.take());
    sort_by(&mut pairs, Ord::cmp);
    pairs
}

/// The needs that one more approval of a need could fill, itself among them, given who fills what.
pub(super) fn reach(
    needs: &[Need<'_>],
    candidates: &[Vec<usize>],
    counting: PersonCounts,
    pairs: &[(usize, usize)],
    need: usize,
) -> Vec<usize> {
    let people = candidates.iter().flatten().max().map_or(0, |last| last + 1);
    let mut filling = Filling { candidates, needs, place_of: vec![None; people] };
    for &(person, place) in pairs {
        if counting == PersonCounts::Once || needs[place].level == needs[need].level {
            filling.place_of[person] = Some(place);
        }
    }
    let mut reached = filling.search(need).reached;
    sort_by(&mut reached, Ord::cmp);
    reached
}

struct Filling<'a> {
    needs: &'a [Need<'a>],
    /// Who can fill each need.
    candidates: &'a [Vec<usize>],
    /// Which need each person fills.
    place_of: Vec<Option<usize>>,
}

/// How one more place of a need can be filled.
struct Search {
    /// The need, and those from which somebody could move so that it is.
    reached: Vec<usize>,
    /// Who moves from each of these, and to which.
    moves: Vec<Option<(usize, usize)>>,
    /// Somebody who fills nothing yet, and the need to fill.
    free: Option<(usize, usize)>,
}

impl Filling<'_> {
    /// Fills one more place of a need, moving people to other needs that they can fill too.
    fn add(&mut self, need: usize) -> bool {
        let search = self.search(need);
        let Some((mut person, mut place)) = search.free else { return false };
        loop {
            self.place_of[person] = Some(place);
            let Some((mover, to)) = search.moves[place] else { return true };
            (person, place) = (mover, to);
        }
    }

    /// Breadth first from a need over those whose people could move to one reached before.
    fn search(&self, need: usize) -> Search {
        let mut search =
            Search { reached: vec![need], moves: vec![None; self.needs.len()], free: None };
        let mut queue = VecDeque::from([need]);
        while let Some(place) = queue.pop_front() {
            for &person in &self.candidates[place] {
                let Some(from) = self.place_of[person] else {
                    search.free = search.free.or(Some((person, place)));
                    continue;
                };
                if from != need && search.moves[from].is_none() {
                    search.reached.push(from);
                    search.moves[from] = Some((person, place));
                    queue.push_back(from);
                }
            }
        }
        search
    }

    /// Who fills what, everybody free again.
    fn take(&mut self) -> Vec<(usize, usize)> {
        let taken = self.place_of.iter_mut().enumerate();
        taken.filter_map(|(person, place)| place.take().map(|place| (person, place))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs of levels from 1 with so many places.
    fn sample(counts: &[u32]) -> Vec<Need<'static>> {
        let need = |(level, &count): (u32, &u32)| Need {
            level,
            roles: Vec::new(),
            persons: Vec::new(),
            count,
            rules: Vec::new(),
        };
        (1..).zip(counts).map(need).collect()
    }

    /// How full the needs are at best by trying everything: the first as full as can be, then the
    /// next.
    fn best(counts: &[u32], candidates: &[Vec<usize>], person: usize, filled: &[u32]) -> Vec<u32> {
        if person == 4 {
            return filled.to_vec();
        }
        let mut all = vec![best(counts, candidates, person + 1, filled)];
        for place in 0..counts.len() {
            if candidates[place].contains(&person) && filled[place] < counts[place] {
                let mut filled = filled.to_vec();
                filled[place] += 1;
                all.push(best(counts, candidates, person + 1, &filled));
            }
        }
        all.into_iter().max().unwrap()
    }

    #[test]
    fn assignments_are_the_best_there_are() {
        // Three needs, four people, whoever may fill which: 4096 possibilities.
        for counts in [[1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 1, 2], [2, 2, 1], [3, 1, 9]] {
            let needs = sample(&counts);
            for bits in 0..4096_u32 {
                let may = |need: usize| {
                    (0..4).filter(|person| bits >> (need * 4 + person) & 1 == 1).collect()
                };
                let candidates: Vec<Vec<usize>> = (0..3).map(may).collect();
                let pairs = assign(&needs, &candidates, PersonCounts::Once);
                let mut filled = [0; 3];
                let mut people = Vec::new();
                for (person, place) in pairs {
                    assert!(candidates[place].contains(&person));
                    filled[place] += 1;
                    people.push(person);
                }
                people.dedup();
                assert_eq!(u32::try_from(people.len()).unwrap(), filled.iter().sum::<u32>());
                assert_eq!(
                    filled.to_vec(),
                    best(&counts, &candidates, 0, &[0; 3]),
                    "{candidates:?}"
                );
            }
        }
    }

    #[test]
    fn on_each_level_everybody_counts_again() {
        let candidates = [vec![0, 1], vec![0], vec![0, 1]];
        let pairs = assign(&sample(&[2, 1, 1]), &candidates, PersonCounts::OncePerLevel);
        assert_eq!(pairs, [(0, 0), (0, 1), (0, 2), (1, 0)]);
    }
}
