//! Words every module speaks.
