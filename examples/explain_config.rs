//! What a service would be configured with: each option, its value, and where that came from.
//!
//! ```sh
//! cargo run --example explain_config -- \
//!     --config-file /etc/nova/nova.conf --config-dir /etc/nova/nova.conf.d
//! ```
//!
//! The variables of the environment that oslo.config reads count too.

use std::process::ExitCode;

use messaging::Config;

fn main() -> ExitCode {
    let mut config = Config::new().environment();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        config = match (argument.as_str(), arguments.next()) {
            ("--config-file", Some(path)) => config.file(path),
            ("--config-dir", Some(path)) => config.folder(path),
            _ => {
                eprintln!("write `--config-file FILE` or `--config-dir FOLDER`");
                return ExitCode::from(2);
            }
        };
    }
    print!("{}", config.explain());
    if config.check().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
