//! From what the program, the URL, the environment and the files say to one configuration.

use std::collections::BTreeSet;
use std::time::Duration;

use super::known::{self, ELSEWHERE, Known, RABBIT_OPTIONS};
use super::names;
use super::report::Report;
use super::sources::{Place, Said};
use super::substitute::substitute;
use super::{Config, Own, RabbitOptions};
use crate::{Error, ErrorKind, TransportUrl, target};

/// The longest time that AMQP carries: 31 bits of milliseconds, in seconds.
const MAX_SECONDS: i64 = 2_147_483;

/// A configuration without open questions.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) url: TransportUrl,
    pub(crate) control_exchange: String,
    pub(crate) response_timeout: Duration,
    pub(crate) executor_pool_size: usize,
    pub(crate) rpc_ping_enabled: bool,
    pub(crate) own: Own,
    pub(crate) rabbit: RabbitOptions,
}

/// Asks the sources of `config` for every option, and notes in `report` what they said.
pub(super) fn resolve(config: &Config, report: &mut Report) -> Result<Resolved, Error> {
    if let Some(mistake) = &config.mistake {
        return Err(mistake.clone());
    }
    let mut resolution = Resolution { config, report };
    let url = resolution.url()?;
    let control_exchange = match &config.control_exchange {
        Some(exchange) => resolution.built(&known::CONTROL_EXCHANGE, exchange.clone(), exchange),
        None => resolution.default_option(&known::CONTROL_EXCHANGE, Ok)?,
    };
    target::check_exchange(&control_exchange).map_err(|why| {
        let place = resolution.report.place(known::CONTROL_EXCHANGE.name).unwrap_or_default();
        Error::new(ErrorKind::Config, format!("{place}: option `control_exchange`: {why}"))
    })?;
    let response_timeout = match config.response_timeout {
        Some(timeout) if timeout.is_zero() => {
            let what = "longer than nothing, or no call could be answered";
            return Err(wrong(known::RPC_RESPONSE_TIMEOUT.name, what).within(Place::Builder));
        }
        Some(timeout) => resolution.built(
            &known::RPC_RESPONSE_TIMEOUT,
            timeout,
            &timeout.as_secs_f64().to_string(),
        ),
        None => resolution.default_option(&known::RPC_RESPONSE_TIMEOUT, |text| {
            let seconds =
                number(&text, MAX_SECONDS).ok_or("a whole number of seconds from 1 to 2147483")?;
            Ok(Duration::from_secs(seconds))
        })?,
    };
    let executor_pool_size = match config.executor_pool_size {
        Some(size) => resolution.built(&known::EXECUTOR_THREAD_POOL_SIZE, size, &size.to_string()),
        None => resolution.default_option(&known::EXECUTOR_THREAD_POOL_SIZE, |text| {
            let size = number(&text, i64::MAX).and_then(|size| usize::try_from(size).ok());
            size.ok_or("a whole number of at least 1")
        })?,
    };
    let rpc_ping_enabled = match config.rpc_ping_enabled {
        Some(enabled) => resolution.built(&known::RPC_PING_ENABLED, enabled, &enabled.to_string()),
        None => resolution.default_option(&known::RPC_PING_ENABLED, |text| Ok(text == "true"))?,
    };
    let own = resolution.own(&url)?;
    let rabbit = resolution.rabbit(&url)?;
    resolution.elsewhere();
    Ok(Resolved {
        url,
        control_exchange,
        response_timeout,
        executor_pool_size,
        rpc_ping_enabled,
        own,
        rabbit,
    })
}

/// A number from 1 to `max`.
fn number(text: &str, max: i64) -> Option<u64> {
    let number: i64 = text.parse().ok()?;
    u64::try_from(number).ok().filter(|_| (1..=max).contains(&number))
}

struct Resolution<'a> {
    config: &'a Config,
    report: &'a mut Report,
}

impl Resolution<'_> {
    fn url(&mut self) -> Result<TransportUrl, Error> {
        let option = &known::TRANSPORT_URL;
        if let Some(url) = &self.config.url {
            let url = url.clone()?;
            self.report.note(option.name, &url.to_string(), Place::Builder);
            return Ok(url);
        }
        let Some(said) = self.said(option) else { return option.default.parse() };
        let text = self.value(option, &said)?;
        let url: TransportUrl = text.parse().map_err(|error: Error| error.within(&said.place))?;
        self.report.note(option.name, &url.to_string(), said.place);
        Ok(url)
    }

    /// What the program has set by a method of its own.
    fn built<T>(&mut self, option: &Known, value: T, shown: &str) -> T {
        self.report.note(option.name, shown, Place::Builder);
        value
    }

    /// The options of the group [`known::OWN`].
    fn own(&mut self, url: &TransportUrl) -> Result<Own, Error> {
        let max_message_size = match self.config.max_message_size {
            Some(size) => self.built(&known::MAX_MESSAGE_SIZE, size, &size.to_string()),
            None => self.queried_option(url, &known::MAX_MESSAGE_SIZE, |text| {
                let size = number(&text, i64::MAX).and_then(|size| usize::try_from(size).ok());
                size.ok_or("a whole number of bytes, at least 1")
            })?,
        };
        let send_user_id = match self.config.send_user_id {
            Some(send) => self.built(&known::SEND_USER_ID, send, &send.to_string()),
            None => self.queried_option(url, &known::SEND_USER_ID, |text| Ok(text == "true"))?,
        };
        let max_calls_in_flight = match self.config.max_calls_in_flight {
            Some(calls) => self.built(&known::MAX_CALLS_IN_FLIGHT, calls, &calls.to_string()),
            None => self.queried_option(url, &known::MAX_CALLS_IN_FLIGHT, |text| {
                let calls = number(&text, i64::MAX).and_then(|calls| usize::try_from(calls).ok());
                calls.ok_or("a whole number of calls, at least 1")
            })?,
        };
        let wait = &known::WAIT_BEYOND_MAX_CALLS;
        let wait_beyond_max_calls = match self.config.wait_beyond_max_calls {
            Some(waits) => self.built(wait, waits, &waits.to_string()),
            None => self.queried_option(url, wait, |text| Ok(text == "true"))?,
        };
        Ok(Own {
            max_message_size: max_message_size.max(1),
            send_user_id,
            max_calls_in_flight: max_calls_in_flight.max(1),
            wait_beyond_max_calls,
        })
    }

    /// An option of DEFAULT from the environment or a file; `convert` says what it expected.
    fn default_option<T>(
        &mut self,
        option: &Known,
        convert: impl FnOnce(String) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        let said = self.said(option);
        self.converted(option, said, convert)
    }

    /// An option that the query of the URL may hold as well.
    fn queried_option<T>(
        &mut self,
        url: &TransportUrl,
        option: &Known,
        convert: impl FnOnce(String) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        let elsewhere = || queried(url, option).or_else(|| self.config.sources.get(option));
        let said = self.named(option).or_else(elsewhere);
        self.converted(option, said, convert)
    }

    fn converted<T>(
        &mut self,
        option: &Known,
        said: Option<Said>,
        convert: impl FnOnce(String) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        let expected = |place: &Place, what: &str| wrong(option.name, what).within(place);
        let Some(said) = said else {
            return convert(option.default.to_owned())
                .map_err(|what| expected(&Place::Default, what));
        };
        let text = self.value(option, &said)?;
        let value = convert(text.clone()).map_err(|what| expected(&said.place, what))?;
        self.report.note(option.name, &text, said.place);
        Ok(value)
    }

    fn rabbit(&mut self, url: &TransportUrl) -> Result<RabbitOptions, Error> {
        let sources = &self.config.sources;
        names::check(self.config, url)?;
        let mut options = RabbitOptions::default();
        let built = self.config.rabbit.clone().unwrap_or_default();
        let set_by_program = RabbitOptions::default().overlay(&built);
        let is_built = |option: &Known| set_by_program.iter().any(|(name, _)| *name == option.name);
        // Of each option the first source that says something, and no other.
        for option in RABBIT_OPTIONS {
            if self.named(option).is_none()
                && !is_built(option)
                && let Some(said) = queried(url, option).or_else(|| sources.get(option))
            {
                self.set(&mut options, option, said)?;
            }
        }
        for (name, value) in options.overlay(&built) {
            self.report.note(name, &value, Place::Builder);
        }
        for option in RABBIT_OPTIONS {
            if let Some(said) = self.named(option) {
                self.set(&mut options, option, said)?;
            }
        }
        options.check().map_err(|unfit| unfit.into_error(|key| self.report.place(key)))?;
        if options.heartbeat.is_zero() {
            self.report.warnings.push(format!(
                "option `heartbeat_timeout_threshold` ({}) is 0, which leaves the heartbeat to the \
                 broker here, where the peer switches it off",
                self.report.place("heartbeat_timeout_threshold").unwrap_or_default()
            ));
        }
        Ok(options)
    }

    fn set(
        &mut self,
        options: &mut RabbitOptions,
        option: &Known,
        said: Said,
    ) -> Result<(), Error> {
        let text = self.value(option, &said)?;
        match option.without_effect {
            Some(why) => self.report.warnings.push(format!(
                "option `{}` ({}) has no effect here: {why}",
                option.name, said.place
            )),
            None => options.set(option.name, &text).map_err(|error| error.within(&said.place))?,
        }
        self.report.note(option.name, &text, said.place);
        Ok(())
    }

    /// What stands in the groups of oslo.messaging that are not for RPC over RabbitMQ.
    fn elsewhere(&mut self) {
        for other in ELSEWHERE {
            let mut told = BTreeSet::new();
            let sources = &self.config.sources;
            let files = sources.names_in(other.group);
            let files = files.map(|(name, place)| (name.to_owned(), place));
            for (name, place) in sources.variables_in(other.group).chain(files) {
                if !told.insert(name.clone()) {
                    continue;
                }
                let (why, group) = (other.why, other.group);
                self.report.warnings.push(match other.options.contains(&&*name) {
                    true => format!("option `{name}` ({place}) has no effect here: {why}"),
                    false => format!("option `{name}` ({place}) is none of the group {group}"),
                });
            }
        }
    }

    /// What the first source says that says something.
    fn said(&self, option: &Known) -> Option<Said> {
        self.named(option).or_else(|| self.config.sources.get(option))
    }

    fn named(&self, option: &Known) -> Option<Said> {
        let mut names = self.config.named.iter().rev();
        let (name, text) = names.find(|(name, _)| option.is_called(name))?;
        Some(Said { text: text.clone(), place: Place::Builder, name: name.clone() })
    }

    /// The text of an option, of its type, with what it names by `$` put in.
    fn value(&mut self, option: &Known, said: &Said) -> Result<String, Error> {
        if said.name != option.name {
            self.report.warnings.push(format!(
                "option `{}` ({}) is an older name; write `{}`",
                said.name, said.place, option.name
            ));
        }
        let text = match said.place {
            Place::Variable(_) | Place::File { .. } => {
                substitute(&self.config.sources, option.group, &said.text).map_err(|why| {
                    let what = format!("{}: option `{}` {why}", said.place, said.name);
                    Error::new(ErrorKind::Config, what)
                })?
            }
            // The peer replaces nothing there.
            Place::Default | Place::Builder | Place::Query => said.text.clone(),
        };
        match option.kind.read(&text) {
            Ok(text) => Ok(text.into_owned()),
            Err(expected) => Err(wrong(&said.name, &expected).within(&said.place)),
        }
    }
}

/// What the URL says of an option; its name there wins over its older names.
fn queried(url: &TransportUrl, option: &Known) -> Option<Said> {
    let mut names = [option.name].into_iter().chain(option.older.iter().copied());
    names.find_map(|name| {
        let text = url.query.get(name)?.clone();
        Some(Said { text, place: Place::Query, name: name.to_owned() })
    })
}

/// Without the value: whoever mixes up a file may have put a password there.
fn wrong(name: &str, expected: &str) -> Error {
    Error::new(ErrorKind::Config, format!("option `{name}` must be {expected}"))
}
