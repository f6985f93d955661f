//! The command line as its users meet it: commands with all that they print and their exit codes, in `tests/cmd`.
//!
//! `TRYCMD=overwrite cargo test -p scampack --test cmd` writes what is printed now: read the difference before you keep it.

#[test]
fn commands_print_what_their_transcripts_hold() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
