//! One course of a world: begun by a seed, moved by numbers, ended in peace; and made short where it
//! breaks a law.
//!
//! Each number decides one thing that happens and nothing else, so that the rest of a course stays
//! what it was when one is left out.

use crate::random::{Digest, Random};
use std::{borrow::Cow, fmt};

/// A law that did not hold, in words.
pub(crate) type Breach = String;

/// A world that can be driven by numbers.
pub(crate) trait World: Sized {
    /// The same world for the same seed. `broken` is what its remote side does not keep, if anything.
    fn begin(seed: u64, broken: Option<&'static str>) -> Self;

    /// Lets one thing happen, and looks whether every law holds afterwards.
    fn act(&mut self, number: u64) -> Result<(), Breach>;

    /// Ends all misfortune: whatever is under way must come to rest.
    fn finish(&mut self) -> Result<(), Breach>;

    /// How often a machine was moved, its digest of everything it did, and where it stands in words.
    fn transitions(&self) -> u64;
    fn digest(&self) -> Digest;
    fn describe(&self) -> String;
}

/// What decides a course.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Course {
    pub(crate) world: u64,
    pub(crate) numbers: Cow<'static, [u64]>,
}

/// What came of a course.
pub(crate) struct Ended {
    pub(crate) transitions: u64,
    pub(crate) digest: Digest,
    pub(crate) breach: Option<Breach>,
}

impl Course {
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let world = random.number();
        let length = 10 + random.below(60);
        Self { world, numbers: (0..length).map(|_| random.number()).collect() }
    }

    pub(crate) fn run<W: World>(&self, broken: Option<&'static str>) -> Ended {
        let mut world = W::begin(self.world, broken);
        let acted = self.numbers.iter().try_for_each(|number| world.act(*number));
        let breach = acted.and_then(|()| world.finish()).err();
        Ended { transitions: world.transitions(), digest: world.digest(), breach }
    }

    /// The same breach by fewer numbers: halves are left out, then quarters, down to single ones
    /// (the minimising of Zeller and Hildebrandt, IEEE TSE 28(2), 2002, without its unions).
    pub(crate) fn shrunk<W: World>(&self, broken: Option<&'static str>) -> Self {
        let law = |course: &Self| course.run::<W>(broken).breach.map(|breach| law_of(&breach));
        let wanted = law(self);
        let mut course = self.clone();
        let mut size = course.numbers.len().div_ceil(2);
        while size > 0 {
            let mut begin = 0;
            let mut less = false;
            while begin < course.numbers.len() {
                let end = (begin + size).min(course.numbers.len());
                let numbers = [&course.numbers[..begin], &course.numbers[end..]].concat();
                let shorter = Self { world: course.world, numbers: numbers.into() };
                if law(&shorter) == wanted {
                    course = shorter;
                    less = true;
                } else {
                    begin = end;
                }
            }
            size = if less && size == 1 { 1 } else { size / 2 };
        }
        course
    }

    /// What happens in it, one line each.
    pub(crate) fn told<W: World>(&self, broken: Option<&'static str>) -> String {
        let mut world = W::begin(self.world, broken);
        let mut lines = vec![world.describe()];
        for number in self.numbers.iter() {
            let acted = world.act(*number);
            lines.push(world.describe());
            if let Err(breach) = acted {
                lines.push(breach);
                return lines.join("\n");
            }
        }
        let finished = world.finish();
        lines.push(world.describe());
        lines.extend(finished.err());
        lines.join("\n")
    }
}

/// The law without its circumstances.
fn law_of(breach: &str) -> String {
    breach.split(':').next().unwrap_or_default().to_owned()
}

/// As an entry of the list of regressions.
impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.numbers.iter().map(|n| format!("{n:#018x}")).collect();
        let Self { world, .. } = self;
        write!(
            f,
            "Course {{ world: {world:#018x}, numbers: Cow::Borrowed(&[{}]) }}",
            numbers.join(", ")
        )
    }
}
