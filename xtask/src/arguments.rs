//! What the words after a command mean.

use anyhow::{Context, Result, ensure};
use std::path::PathBuf;

/// Takes `flag` out of `arguments` and says whether it was there.
pub(crate) fn take_flag(arguments: &mut Vec<String>, flag: &str) -> bool {
    let before = arguments.len();
    arguments.retain(|argument| argument != flag);
    arguments.len() < before
}

/// Takes `option FILE` out of `arguments`.
pub(crate) fn take_file(arguments: &mut Vec<String>, option: &str) -> Result<Option<PathBuf>> {
    Ok(take_value(arguments, option, "a file name")?.map(PathBuf::from))
}

/// Takes `option VALUE` out of `arguments`; `wanted` says in words what the value is.
pub(crate) fn take_value(
    arguments: &mut Vec<String>,
    option: &str,
    wanted: &str,
) -> Result<Option<String>> {
    let Some(at) = arguments.iter().position(|argument| argument == option) else {
        return Ok(None);
    };
    let value = arguments
        .get(at + 1)
        .filter(|value| !value.starts_with('-'))
        .with_context(|| format!("`{option}` wants {wanted}"))?
        .clone();
    arguments.drain(at..=at + 1);
    Ok(Some(value))
}

/// Takes `option NUMBER` out of `arguments`, as people write it: `10_000`.
pub(crate) fn take_count(arguments: &mut Vec<String>, option: &str, otherwise: u64) -> Result<u64> {
    take_value(arguments, option, "a number")?.map_or(Ok(otherwise), |text| {
        text.replace('_', "").parse().with_context(|| format!("`{option}` wants a number"))
    })
}

/// Refuses whatever no option has taken.
pub(crate) fn none_left(arguments: &[String]) -> Result<()> {
    ensure!(arguments.is_empty(), "unknown argument `{}`: see `cargo xtask help`", arguments[0]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn takes_options_wherever_they_stand() {
        let mut arguments = words("first --json out.json --check last");
        assert!(take_flag(&mut arguments, "--check"));
        assert!(!take_flag(&mut arguments, "--check"));
        assert_eq!(take_file(&mut arguments, "--json").unwrap(), Some("out.json".into()));
        assert_eq!(take_file(&mut arguments, "--json").unwrap(), None);
        assert_eq!(arguments, words("first last"));
        assert!(none_left(&arguments).unwrap_err().to_string().contains("`first`"));
        assert!(none_left(&[]).is_ok());
    }

    #[test]
    fn refuses_an_option_without_its_file() {
        for text in ["--json", "--json --check"] {
            let error = take_file(&mut words(text), "--json").unwrap_err();
            assert_eq!(error.to_string(), "`--json` wants a file name");
        }
    }

    #[test]
    fn takes_numbers_as_people_write_them() {
        let mut arguments = words("--orders 10_000 --seed x");
        assert_eq!(take_count(&mut arguments, "--orders", 1).unwrap(), 10_000);
        assert_eq!(take_count(&mut arguments, "--limit", 7).unwrap(), 7);
        let error = take_count(&mut arguments, "--seed", 1).unwrap_err();
        assert_eq!(error.to_string(), "`--seed` wants a number");
    }
}
