//! Under which key something is asked, told or kept apart.

use crate::unit::DocumentId;

/// `SO-1/create/1`, or `SO-1/cancel/1/4711` for one document.
///
/// Identifiers are percent-encoded, so that no two keys read alike and every key fits a header.
pub(in crate::flow) fn key(
    operation: &str,
    id: &str,
    revision: u32,
    document: Option<&DocumentId>,
) -> String {
    let named = document.map_or(0, |document| document.as_str().len() + 1);
    let mut key = String::with_capacity(id.len() + operation.len() + named + DIGITS + 2);
    push_encoded(&mut key, id);
    key.push('/');
    key.push_str(operation);
    key.push('/');
    push_number(&mut key, revision);
    if let Some(document) = document {
        key.push('/');
        push_encoded(&mut key, document.as_str());
    }
    key
}

/// `SO-1/notify/rejected/1/0`: a notice about the order's first submission before any cancel.
pub(in crate::flow) fn notice_key(id: &str, notice: &str, submission: u32, round: u32) -> String {
    let mut key = String::with_capacity(id.len() + notice.len() + 2 * DIGITS + 10);
    push_encoded(&mut key, id);
    key.push_str("/notify/");
    key.push_str(notice);
    key.push('/');
    push_number(&mut key, submission);
    key.push('/');
    push_number(&mut key, round);
    key
}

/// Room for the numbers that come up; a longer one makes the text grow once.
const DIGITS: usize = 3;

fn push_number(key: &mut String, number: u32) {
    if number >= 10 {
        push_number(key, number / 10);
    }
    let digit = u8::try_from(number % 10).unwrap_or(0);
    key.push(char::from(b'0' + digit));
}

fn push_encoded(key: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            key.push(char::from(byte));
        } else {
            key.push('%');
            for digit in [byte >> 4, byte & 15] {
                key.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_promised_and_never_alike() {
        let document = DocumentId::new("47/11").unwrap();
        assert_eq!(key("create", "SO-1", 1, None), "SO-1/create/1");
        assert_eq!(
            key("cancel", "SO ñ", 1_050, Some(&document)),
            "SO%20%C3%B1/cancel/1050/47%2F11"
        );
        assert_eq!(key("create", "SO", u32::MAX, None), "SO/create/4294967295");
        assert_eq!(notice_key("a/b", "rejected", 0, 12), "a%2Fb/notify/rejected/0/12");
    }
}
