//! What people are told, once for each thing, and a flood of it in one message.
//!
//! The order decides *what* a person should know and under which key; here is what a host keeps of
//! it and how many of them become one message. Words are the host's: every kind has a stable code.
//! Whether a message could be delivered is the concern of [`NoticeDelivery`](super::NoticeDelivery) alone: no
//! input of any order speaks of it, so that a failed message cannot touch an order.

use super::{Notice, ObjectKind};
use crate::unit::{Invalid, Timestamp, sort_by};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// One thing that a person is told about one object.
///
/// Made from a command to notify; the host stores it under its key, which is the same for every
/// repetition of it, and drops what is stored already.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// What kind of object it is about.
    pub object: ObjectKind,
    /// Which object it is about.
    pub id: String,
    /// Stable name of what happened.
    pub code: Cow<'static, str>,
    /// How soon a person must act.
    pub severity: Severity,
    /// The same for every repetition of it.
    pub key: String,
    /// Details in the other system's words, or the documents concerned.
    pub detail: String,
    /// When it was first told.
    pub at: Timestamp,
}

/// How soon a person must act.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know; nothing to do.
    Information,
    /// The order ended otherwise than wanted; it costs nothing but the order itself.
    Warning,
    /// The order waits for a person's word.
    Decision,
    /// More may be alive, or alive for longer, than was wanted: money is at stake now.
    Urgent,
}

/// Everything that happened in a span of time, in one message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// The first time that counts.
    pub from: Timestamp,
    /// The first time that no longer counts.
    pub until: Timestamp,
    /// How many different notifications it tells of.
    pub count: u32,
    /// How many it leaves out because they had been told before under the same key.
    pub repeated: u32,
    /// One entry for each kind of object and code, the most urgent first.
    pub groups: Vec<DigestGroup>,
}

/// One kind of thing that happened, and to which objects.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct DigestGroup {
    /// What kind of object it is about.
    pub object: ObjectKind,
    /// Stable name of what happened.
    pub code: Cow<'static, str>,
    /// How soon a person must act.
    pub severity: Severity,
    /// How many notifications.
    pub count: u32,
    /// When the first of them was told.
    pub first_at: Timestamp,
    /// When the last of them was told.
    pub last_at: Timestamp,
    /// Each object once, the one told first first.
    pub objects: Vec<DigestObject>,
}

/// One object of a group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct DigestObject {
    /// Which object.
    pub id: String,
    /// How many notifications of this kind about it.
    pub count: u32,
    /// When the first of them was told.
    pub first_at: Timestamp,
    /// When the last of them was told.
    pub last_at: Timestamp,
    /// The last one's detail.
    pub detail: String,
}

/// Joins what was told from `from` on and before `until` into one message.
///
/// Windows that follow each other tell everything once: a key counts when it first came, and its
/// repetitions are left out wherever they fall. The order of `notifications` does not matter.
///
/// # Errors
///
/// When `until` is before `from`.
///
/// ```
/// use replenish::flow::{Notice, Notification, Severity, digest};
/// use replenish::unit::{SaleOrderId, Timestamp};
/// let told = |id: &str, notice: Notice, at| -> Result<_, replenish::unit::Invalid> {
///     let key = format!("{id}/notify/{}/1/0", notice.name());
///     Ok(Notification::of_sale_order(&SaleOrderId::new(id)?, notice, &key, "", Timestamp(at)))
/// };
/// let flood = [
///     told("SO-1", Notice::Rejected, 10)?,
///     told("SO-2", Notice::OutcomeUnknown, 20)?,
///     told("SO-3", Notice::Rejected, 30)?,
///     told("SO-3", Notice::Rejected, 40)?,
/// ];
/// let digest = digest(&flood, Timestamp(0), Timestamp(60_000))?;
/// assert_eq!((digest.count, digest.repeated), (3, 1));
/// assert_eq!(digest.groups[0].severity, Severity::Decision);
/// assert_eq!(
///     digest.to_string(),
///     "decision: outcome_unknown for 1 sale_order: SO-2\n\
///      warning: rejected for 2 sale_order: SO-1, SO-3\n"
/// );
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn digest(
    notifications: &[Notification],
    from: Timestamp,
    until: Timestamp,
) -> Result<Digest, Invalid> {
    if until < from {
        let expected = format!("a time from {} on", from.0);
        return Err(Invalid::new("window_reversed", expected, until.0).at("until"));
    }
    let mut told: Vec<&Notification> = notifications.iter().collect();
    sort_by(&mut told, |a, b| (a.at, &a.id, &a.key).cmp(&(b.at, &b.id, &b.key)));
    let mut digest = Digest { from, until, count: 0, repeated: 0, groups: Vec::new() };
    let mut keys = BTreeSet::new();
    let mut groups: BTreeMap<(ObjectKind, &str), DigestGroup> = BTreeMap::new();
    for one in told {
        let fresh = keys.insert((one.object, &one.id, &one.key));
        if one.at < from || one.at >= until {
            continue;
        }
        if fresh {
            digest.count += 1;
            let group = groups.entry((one.object, &one.code)).or_insert_with(|| one.group());
            group.add(one);
        } else {
            digest.repeated += 1;
        }
    }
    digest.groups = groups.into_values().collect();
    // The most urgent first, then what has waited longest.
    sort_by(&mut digest.groups, |a, b| {
        (b.severity, a.first_at, a.object, &a.code)
            .cmp(&(a.severity, b.first_at, b.object, &b.code))
    });
    Ok(digest)
}

impl Notification {
    /// What a sale order's command to notify tells, and when it was told.
    pub fn of_sale_order(
        id: &crate::unit::SaleOrderId,
        notice: Notice,
        key: &str,
        detail: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            object: ObjectKind::SaleOrder,
            id: id.as_str().to_owned(),
            code: notice.name().into(),
            severity: notice.severity(),
            key: key.to_owned(),
            detail: detail.to_owned(),
            at,
        }
    }

    fn group(&self) -> DigestGroup {
        DigestGroup {
            object: self.object,
            code: self.code.clone(),
            severity: self.severity,
            count: 0,
            first_at: self.at,
            last_at: self.at,
            objects: Vec::new(),
        }
    }
}

impl DigestGroup {
    fn add(&mut self, one: &Notification) {
        self.count += 1;
        self.last_at = one.at;
        self.severity = self.severity.max(one.severity);
        if let Some(object) = self.objects.iter_mut().find(|object| object.id == one.id) {
            object.count += 1;
            object.last_at = one.at;
            object.detail.clone_from(&one.detail);
        } else {
            self.objects.push(DigestObject {
                id: one.id.clone(),
                count: 1,
                first_at: one.at,
                last_at: one.at,
                detail: one.detail.clone(),
            });
        }
    }
}

/// How many objects of a group are named in the text.
const NAMED: usize = 5;

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for group in &self.groups {
            let (severity, objects) = (group.severity.name(), group.objects.len());
            let (code, kind) = (&group.code, group.object.name());
            write!(f, "{severity}: {code} for {objects} {kind}: ")?;
            for (place, object) in group.objects.iter().take(NAMED).enumerate() {
                f.write_str(if place > 0 { ", " } else { "" })?;
                f.write_str(&object.id)?;
            }
            if objects > NAMED {
                write!(f, " and {} more", objects - NAMED)?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl Severity {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Decision => "decision",
            Self::Urgent => "urgent",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::{Random, SaleOrderId};

    fn told(order: usize, notice: Notice, at: i64) -> Notification {
        let id = SaleOrderId::new(&format!("SO-{order}")).unwrap();
        let key = format!("{id}/notify/{}/1/0", notice.name());
        Notification::of_sale_order(&id, notice, &key, "detail", Timestamp(at))
    }

    #[test]
    fn a_flood_becomes_one_message() {
        let flood: Vec<Notification> =
            (0..10_000).map(|n| told(n, Notice::OutcomeUnknown, 1_000)).collect();
        let digest = digest(&flood, Timestamp(0), Timestamp(2_000)).unwrap();
        assert_eq!((digest.count, digest.groups.len()), (10_000, 1));
        let text = digest.to_string();
        assert!(text.ends_with("SO-1, SO-10, SO-100, SO-1000 and 9995 more\n"), "{text}");
        assert!(text.len() < 200, "{text}");
    }

    #[test]
    fn the_most_urgent_comes_first_and_then_what_waits_longest() {
        let notices = [
            told(1, Notice::LateAnswer, 1),
            told(2, Notice::Rejected, 2),
            told(3, Notice::OutcomeUnknown, 4),
            told(4, Notice::LinesWithoutDocument, 3),
            told(5, Notice::SecondErpOrder, 5),
        ];
        let digest = digest(&notices, Timestamp(0), Timestamp(9)).unwrap();
        let codes: Vec<&str> = digest.groups.iter().map(|group| &*group.code).collect();
        assert_eq!(
            codes,
            [
                "second_erp_order",
                "lines_without_document",
                "outcome_unknown",
                "rejected",
                "late_answer"
            ]
        );
    }

    #[test]
    fn a_reversed_window_is_refused() {
        let problem = digest(&[], Timestamp(2), Timestamp(1)).unwrap_err();
        assert_eq!((problem.code, problem.path.as_str()), ("window_reversed", "until"));
        assert!(digest(&[], Timestamp(2), Timestamp(2)).unwrap().groups.is_empty());
    }

    /// Windows side by side tell every key once, whatever the order and the repetitions.
    #[test]
    fn windows_side_by_side_tell_everything_once() {
        let kinds = [Notice::Rejected, Notice::OutcomeUnknown, Notice::CancelRefused];
        for seed in 0..50 {
            let mut random = Random::new(seed);
            let mut notices: Vec<Notification> = (0..80)
                .map(|_| {
                    let at = i64::try_from(random.below(100)).unwrap();
                    told(random.below(9), kinds[random.below(3)], at)
                })
                .collect();
            let width = 1 + i64::try_from(random.below(40)).unwrap();
            let windows = (0..100).step_by(usize::try_from(width).unwrap());
            let digests: Vec<Digest> = windows
                .map(|from| digest(&notices, Timestamp(from), Timestamp(from + width)).unwrap())
                .collect();
            let keys: BTreeSet<&str> = notices.iter().map(|one| one.key.as_str()).collect();
            let count: u32 = digests.iter().map(|digest| digest.count).sum();
            let repeated: u32 = digests.iter().map(|digest| digest.repeated).sum();
            assert_eq!(count as usize, keys.len(), "seed {seed}");
            assert_eq!((count + repeated) as usize, notices.len(), "seed {seed}");
            for group in digests.iter().flat_map(|digest| &digest.groups) {
                let sum: u32 = group.objects.iter().map(|object| object.count).sum();
                assert_eq!(sum, group.count);
                assert!(group.first_at <= group.last_at);
            }
            let whole = digest(&notices, Timestamp(0), Timestamp(100)).unwrap();
            notices.reverse();
            assert_eq!(digest(&notices, Timestamp(0), Timestamp(100)).unwrap(), whole);
        }
    }
}
