//! What adds up to what.

use crate::{forecast::ForecastError, unit::Invalid};

/// Series and the sums of them that are series too.
///
/// Series are numbered from 0 and called nodes. A bottom node is no sum; every other node is the sum
/// of bottom nodes.
///
/// ```
/// use replenish::forecast::hierarchy::Hierarchy;
/// // 0 is all of 1 and 2; 1 is all of 3 and 4.
/// let tree = Hierarchy::from_parents(&[None, Some(0), Some(0), Some(1), Some(1)])?;
/// assert_eq!(tree.bottom(), [2, 3, 4]);
/// assert_eq!(tree.sums(&[5.0, 2.0, 1.0]), [8.0, 3.0, 5.0, 2.0, 1.0]);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hierarchy {
    nodes: usize,
    /// The node of each bottom series, ascending.
    bottom: Vec<usize>,
    /// The node of each sum, ascending.
    aggregates: Vec<usize>,
    /// The sums that each bottom series is in, as positions in `aggregates`, one bottom series
    /// behind the other.
    above: Vec<u32>,
    /// Where those of each bottom series begin, and at the end where the last one's end.
    offsets: Vec<usize>,
    /// The parent of each node, where the hierarchy is a tree.
    tree: Option<Tree>,
}

/// A hierarchy in which every node has at most one parent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) parents: Vec<Option<usize>>,
    /// The nodes, every parent before its children.
    pub(super) order: Vec<usize>,
}

/// Most pairs of a bottom series and a sum that it is in: 64 MB of them.
const MAX_PAIRS: usize = 1 << 24;

impl Hierarchy {
    /// A tree, or several, by the parent of each node; a node without children is a bottom one.
    ///
    /// # Errors
    ///
    /// When there is no node, a parent is none of the nodes, a node is under itself, or there are
    /// more than 16,777,216 pairs of a bottom node and a node that it is under.
    pub fn from_parents(parents: &[Option<usize>]) -> Result<Self, ForecastError> {
        let nodes = parents.len();
        check_count(nodes, "parents")?;
        let mut children = vec![0_usize; nodes];
        for (node, &parent) in parents.iter().enumerate() {
            let Some(parent) = parent else { continue };
            if parent >= nodes {
                let expected = format!("a node from 0 to {}", nodes - 1);
                let invalid = Invalid::new("parent_unknown", expected, parent);
                return Err(invalid.at(format_args!("parents[{node}]")).into());
            }
            children[parent] += 1;
        }
        let bottom: Vec<usize> = (0..nodes).filter(|&node| children[node] == 0).collect();
        let order = parents_first(parents, &bottom, children.clone())?;
        let aggregates: Vec<usize> = (0..nodes).filter(|&node| children[node] > 0).collect();
        let position = positions(nodes, &aggregates);
        let mut above = Vec::new();
        let mut offsets = vec![0];
        for &node in &bottom {
            let mut next = parents[node];
            while let Some(node) = next {
                above.push(position[node]);
                check_pairs(above.len())?;
                next = parents[node];
            }
            offsets.push(above.len());
        }
        let tree = Some(Tree { parents: parents.to_vec(), order });
        Ok(Self { nodes, bottom, aggregates, above, offsets, tree })
    }

    /// Sums of bottom series of any kind: by region, by brand, by both.
    ///
    /// The first nodes are the groups, in their sequence; the bottom series follow. A group lists
    /// the bottom series that it is the sum of, numbered from 0.
    ///
    /// # Errors
    ///
    /// When there is no bottom series, a group lists one twice, one that does not exist or none at
    /// all, or there are more than 16,777,216 entries.
    ///
    /// ```
    /// use replenish::forecast::hierarchy::Hierarchy;
    /// let by_brand_and_size = [vec![0, 1, 2, 3], vec![0, 1], vec![0, 2], vec![1, 3]];
    /// let grouped = Hierarchy::from_groups(4, &by_brand_and_size)?;
    /// assert_eq!(grouped.sums(&[1.0, 2.0, 3.0, 4.0])[..4], [10.0, 3.0, 4.0, 6.0]);
    /// # Ok::<(), replenish::forecast::ForecastError>(())
    /// ```
    pub fn from_groups(bottom: usize, groups: &[Vec<usize>]) -> Result<Self, ForecastError> {
        let nodes = bottom.saturating_add(groups.len());
        check_count(bottom, "bottom")?;
        check_count(nodes, "groups")?;
        check_pairs(groups.iter().map(Vec::len).fold(0, usize::saturating_add))?;
        let mut above: Vec<Vec<u32>> = vec![Vec::new(); bottom];
        for (group, members) in (0_u32..).zip(groups) {
            if members.is_empty() {
                let invalid = Invalid::new("group_empty", "at least one bottom series", "none");
                return Err(invalid.at(format_args!("groups[{group}]")).into());
            }
            for (index, &member) in members.iter().enumerate() {
                let path = || format!("groups[{group}][{index}]");
                let Some(sums) = above.get_mut(member) else {
                    let expected = format!("a bottom series from 0 to {}", bottom - 1);
                    return Err(Invalid::new("member_unknown", expected, member).at(path()).into());
                };
                if sums.last() == Some(&group) {
                    let invalid = Invalid::new("member_twice", "each bottom series once", member);
                    return Err(invalid.at(path()).into());
                }
                sums.push(group);
            }
        }
        let mut offsets = vec![0];
        for sums in &above {
            offsets.push(offsets[offsets.len() - 1] + sums.len());
        }
        Ok(Self {
            nodes,
            bottom: (groups.len()..nodes).collect(),
            aggregates: (0..groups.len()).collect(),
            above: above.concat(),
            offsets,
            tree: None,
        })
    }

    /// How many nodes there are; never zero.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// The nodes that are no sum, ascending.
    pub fn bottom(&self) -> &[usize] {
        &self.bottom
    }

    /// The value of every node from those of the bottom nodes, in the sequence of
    /// [`Hierarchy::bottom`]; a missing one counts zero.
    ///
    /// Sum simulated demand of the bottom nodes with it, path by path, where the spread of sums is
    /// wanted and the paths were drawn together.
    pub fn sums(&self, bottom: &[f64]) -> Vec<f64> {
        let mut values = vec![0.0; self.nodes];
        for (index, (&node, &value)) in self.bottom.iter().zip(bottom).enumerate() {
            values[node] = value;
            for &sum in self.above(index) {
                values[self.aggregates[sum as usize]] += value;
            }
        }
        values
    }

    /// The nodes that are sums, ascending.
    pub(super) fn aggregates(&self) -> &[usize] {
        &self.aggregates
    }

    /// The sums that a bottom series is in, as positions in the aggregates.
    pub(super) fn above(&self, bottom: usize) -> &[u32] {
        &self.above[self.offsets[bottom]..self.offsets[bottom + 1]]
    }

    pub(super) fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }
}

/// The nodes with every parent before its children.
fn parents_first(
    parents: &[Option<usize>],
    bottom: &[usize],
    mut children: Vec<usize>,
) -> Result<Vec<usize>, Invalid> {
    // From the leaves up, each node when the last of its children is done; a cycle is never done.
    let mut order = bottom.to_vec();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        if let Some(parent) = parents[node] {
            children[parent] -= 1;
            if children[parent] == 0 {
                order.push(parent);
            }
        }
    }
    if let Some(node) = children.iter().position(|&left| left > 0) {
        let invalid = Invalid::new("hierarchy_cycle", "no node under itself", node);
        return Err(invalid.at(format_args!("parents[{node}]")));
    }
    order.reverse();
    Ok(order)
}

/// Where each aggregate stands among the aggregates.
fn positions(nodes: usize, aggregates: &[usize]) -> Vec<u32> {
    let mut positions = vec![0; nodes];
    for (position, &node) in (0..).zip(aggregates) {
        positions[node] = position;
    }
    positions
}

fn check_count(count: usize, field: &str) -> Result<(), Invalid> {
    if (1..=MAX_PAIRS).contains(&count) {
        return Ok(());
    }
    let expected = format!("from 1 to {MAX_PAIRS} nodes");
    Err(Invalid::new("node_count_invalid", expected, count).at(field))
}

fn check_pairs(count: usize) -> Result<(), Invalid> {
    if count <= MAX_PAIRS {
        return Ok(());
    }
    let expected = format!("at most {MAX_PAIRS} pairs of a bottom node and a sum that it is in");
    Err(Invalid::new("hierarchy_too_large", expected, "more"))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn a_tree_and_its_groups_add_up_the_same() {
        let tree = fixture::tree();
        assert_eq!(tree.bottom(), [2, 3, 4, 5, 6]);
        assert_eq!(
            tree.sums(&[1.0, 2.0, 4.0, 8.0, 16.0]),
            [31.0, 11.0, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0]
        );
        let groups = [vec![4, 0, 1, 3, 2], vec![0, 1, 3], vec![2, 4]];
        let grouped = Hierarchy::from_groups(5, &groups).unwrap();
        assert_eq!(grouped.sums(&[1.0, 2.0, 4.0, 8.0, 16.0])[..3], [31.0, 11.0, 20.0]);
        let order = &tree.tree().unwrap().order;
        let place = |node| order.iter().position(|&other| other == node);
        assert!(place(0) < place(7) && place(7) < place(4) && order.len() == 8);
    }

    #[test]
    fn what_cannot_add_up_is_refused_by_name() {
        let tree = |parents: &[Option<usize>]| Hierarchy::from_parents(parents).unwrap_err();
        assert_eq!(tree(&[]).code(), "node_count_invalid");
        assert_eq!(
            tree(&[None, Some(9)]).to_string(),
            "`parents[1]`: expected a node from 0 to 1, got `9`"
        );
        assert_eq!(tree(&[Some(0)]).code(), "hierarchy_cycle");
        assert_eq!(tree(&[None, Some(2), Some(1), Some(2), Some(0)]).code(), "hierarchy_cycle");
        let groups = |bottom, groups: &[Vec<usize>]| {
            Hierarchy::from_groups(bottom, groups).unwrap_err().code()
        };
        assert_eq!(groups(0, &[]), "node_count_invalid");
        assert_eq!(groups(usize::MAX, &[vec![0]]), "node_count_invalid");
        assert_eq!(groups(2, &[vec![0], vec![]]), "group_empty");
        assert_eq!(groups(2, &[vec![0, 2]]), "member_unknown");
        assert_eq!(groups(2, &[vec![0, 1, 0]]), "member_twice");
        let chain: Vec<_> = (0..9000).map(|node: usize| node.checked_sub(1)).collect();
        assert!(Hierarchy::from_parents(&chain).is_ok());
        // A long spine with a leaf at every joint has quadratically many pairs.
        let spine = chain.iter().copied().chain((0..9000).map(Some)).collect::<Vec<_>>();
        assert_eq!(tree(&spine).code(), "hierarchy_too_large");
    }
}
