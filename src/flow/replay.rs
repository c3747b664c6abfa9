//! A life played back from its records.

use super::{
    FORMAT, TransitionError,
    record::{Cause, Recorded, TransitionRecord, record},
};

/// The first record that does not fit, and why.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// What the record says is not what happens when its input is played back.
    #[error("record {sequence}: expected {field} `{expected}`, got `{got}`")]
    Different {
        /// The place of the record, from 1.
        sequence: u32,
        /// The record's field.
        field: &'static str,
        /// What playing back gives.
        expected: String,
        /// What the record says.
        got: String,
    },
    /// Nobody gave the policy that was in force.
    #[error("record {sequence}: expected one policy of revision {revision}, got {got}")]
    PolicyUnknown {
        /// The place of the record, from 1.
        sequence: u32,
        /// The revision that was in force.
        revision: u32,
        /// How many different policies of this revision were given.
        got: usize,
    },
    /// The object does not take the recorded input.
    #[error("record {sequence}: {problem}")]
    Refused {
        /// The place of the record, from 1.
        sequence: u32,
        /// Why.
        problem: TransitionError,
    },
}

impl ReplayError {
    /// Stable name of the kind of misfit, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Different { .. } => "record_different",
            Self::PolicyUnknown { .. } => "policy_unknown",
            Self::Refused { problem, .. } => problem.code(),
        }
    }

    /// The place of the first record that does not fit, from 1.
    pub fn sequence(&self) -> u32 {
        match self {
            Self::Different { sequence, .. }
            | Self::PolicyUnknown { sequence, .. }
            | Self::Refused { sequence, .. } => *sequence,
        }
    }

    /// The record's field that does not fit.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Different { field, .. } => field,
            Self::PolicyUnknown { .. } => "policy_revision",
            Self::Refused { .. } => "input",
        }
    }
}

/// Plays a life back: from where it began, through its records, to where it stands.
///
/// Every record is written anew and compared with the given one, so that a record that was altered,
/// lost, doubled or moved is noticed at the first place where it shows. What is missing at the very
/// end cannot show there: compare the result with the stored flow, which knows how many there are.
///
/// # Errors
///
/// When a record does not follow from the ones before, or its policy is not among `policies`, which
/// are found by their revision.
pub fn replay<F: Recorded>(
    beginning: &F,
    records: &[TransitionRecord<F::Input>],
    policies: &[F::Policy],
) -> Result<F, ReplayError> {
    let mut flow = beginning.clone();
    for written in records {
        flow = play(&flow, written, policies)?;
    }
    Ok(flow)
}

fn play<F: Recorded>(
    flow: &F,
    written: &TransitionRecord<F::Input>,
    policies: &[F::Policy],
) -> Result<F, ReplayError> {
    let sequence = flow.trail().records.saturating_add(1);
    let same = Same { sequence };
    same.check("version", &FORMAT, &written.version)?;
    same.check("object", F::KIND.name(), written.object.name())?;
    same.check("id", flow.id(), written.id.as_str())?;
    same.check("sequence", &sequence, &written.sequence)?;
    same.check("from", flow.state_name(), written.from.as_ref())?;
    let policy = in_force::<F>(written.policy_revision, sequence, policies)?;
    let mut next = flow.clone();
    let commands = next
        .advance_in_place(&written.input, written.at, policy)
        .map_err(|problem| ReplayError::Refused { sequence, problem })?;
    let TransitionRecord { by, evidence, input, at, .. } = written;
    let cause = Cause { by, evidence: evidence.as_deref(), input };
    let expected = record(flow, &mut next, &commands, &cause, *at, F::policy_revision(policy));
    same.check("to", expected.to.as_ref(), written.to.as_ref())?;
    same.check("effect", expected.effect.name(), written.effect.name())?;
    // The rest was taken from the given record, and only the checksum tells when it was altered.
    same.check("checksum", &expected.checksum, &written.checksum)?;
    Ok(next)
}

/// The record that is played back.
#[derive(Clone, Copy)]
struct Same {
    sequence: u32,
}

impl Same {
    fn check<T: PartialEq + ToString + ?Sized>(
        self,
        field: &'static str,
        expected: &T,
        got: &T,
    ) -> Result<(), ReplayError> {
        if expected == got {
            return Ok(());
        }
        let (sequence, expected, got) = (self.sequence, expected.to_string(), got.to_string());
        Err(ReplayError::Different { sequence, field, expected, got })
    }
}

fn in_force<F: Recorded>(
    revision: u32,
    sequence: u32,
    policies: &[F::Policy],
) -> Result<&F::Policy, ReplayError> {
    let mut named = policies.iter().filter(|policy| F::policy_revision(policy) == revision);
    let policy = named.next().ok_or(ReplayError::PolicyUnknown { sequence, revision, got: 0 })?;
    let others = named.filter(|other| *other != policy).count();
    if others > 0 {
        return Err(ReplayError::PolicyUnknown { sequence, revision, got: others + 1 });
    }
    Ok(policy)
}
