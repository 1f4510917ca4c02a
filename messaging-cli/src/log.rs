//! What the library logs, for those who ask by `-v`.

use tracing_subscriber::filter::LevelFilter;

/// Writes to standard error what the library logs: nothing at 0, `INFO` at 1, `DEBUG` at 2, all at 3.
/// Errors are told by the verb that meets them.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
