//! `ctx`: contexts, which keep a broker under a name.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::app::App;
use crate::connect;
use crate::context::{Context, Store, check_name, shown_http, shown_url};
use crate::exit::Failure;
use crate::globals::Globals;
use crate::output::NAME;

/// Keeps brokers under names, and chooses among them.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Ctx {
    /// Keeps the options of this command line under a name: `ctx save lab --url rabbit://..`.
    ///
    /// The URL is that of `--url`, or of the variable MESSAGING_URL. A context that is there keeps
    /// what is not mentioned. The first one that is saved is selected.
    Save(Save),
    /// Selects a context for the commands to come; `-` is the one before.
    Select {
        /// Its name, or `-`.
        name: String,
    },
    /// Lists the contexts.
    Ls,
    /// Shows one, without passwords.
    Show {
        /// Its name; the default is the selected one.
        name: Option<String>,
    },
    /// Removes contexts.
    Rm {
        /// Their names.
        #[arg(required = true)]
        names: Vec<String>,
    },
}

/// What `ctx save` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Save {
    /// Its name: letters, digits, `-`, `_` and `.`.
    name: String,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A topic to look at where none is named; may be given several times.
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    /// The HTTP API of RabbitMQ's management plugin: `http://user:password@host:15672`.
    #[arg(long, value_name = "URL")]
    management: Option<String>,
    /// Selects it as well.
    #[arg(long)]
    select: bool,
    /// Forgets what a context of this name had.
    #[arg(long)]
    anew: bool,
}

impl Ctx {
    pub(crate) fn run(&self, app: &App) -> Result<(), Failure> {
        let store = Store::open()?;
        match self {
            Self::Save(save) => save.run(app, &store),
            Self::Select { name } => select(app, &store, name),
            Self::Ls => list(app, &store),
            Self::Show { name } => show(app, &store, name.as_deref()),
            Self::Rm { names } => {
                for name in names {
                    store.remove(name)?;
                    app.output.note(format_args!("context `{name}` is removed"));
                }
                Ok(())
            }
        }
    }
}

impl Save {
    fn run(&self, app: &App, store: &Store) -> Result<(), Failure> {
        check_name(&self.name)?;
        let known = store.has(&self.name) && !self.anew;
        let before = if known { store.get(&self.name)? } else { Context::default() };
        let context = self.over(before, &app.globals)?;
        let is_first = store.names()?.is_empty();
        store.save(&self.name, &context)?;
        if self.select || is_first {
            store.select(&self.name)?;
        }
        let selected = store.selected().as_deref() == Some(&self.name);
        match app.output.is_json() {
            true => app.output.json(&document(&self.name, &context, selected)),
            false => app.output.line(format_args!(
                "context {NAME}{}{NAME:#} is saved{}",
                self.name,
                if selected { " and selected" } else { "" }
            )),
        }
    }

    /// What was there, with what the command line says over it.
    fn over(&self, before: Context, globals: &Globals) -> Result<Context, Failure> {
        let mut context = before;
        let has_files = !globals.config_file.is_empty() || !globals.config_dir.is_empty();
        let variable = env::var("MESSAGING_URL").ok().filter(|it| !it.is_empty());
        let is_bare = context.url.is_none() && context.config_files.is_empty() && !has_files;
        if let Some(url) = globals.url.clone().or_else(|| variable.filter(|_| is_bare)) {
            context.url = Some(url);
        }
        if has_files {
            context.config_files = absolute(&globals.config_file)?;
            context.config_dirs = absolute(&globals.config_dir)?;
            if globals.url.is_none() {
                context.url = None;
            }
        }
        let replace = |slot: &mut Option<String>, value: &Option<String>| {
            if value.is_some() {
                slot.clone_from(value);
            }
        };
        replace(&mut context.exchange, &globals.exchange);
        replace(&mut context.description, &self.description);
        replace(&mut context.management, &self.management);
        if let Some(timeout) = globals.timeout {
            context.timeout = Some(timeout.as_secs_f64());
        }
        context.options.extend(globals.options.iter().cloned().collect::<BTreeMap<_, _>>());
        if !self.topics.is_empty() {
            context.topics.clone_from(&self.topics);
        }
        if context.url.is_none()
            && context.config_files.is_empty()
            && context.config_dirs.is_empty()
        {
            return Err(Failure::usage("a context needs a broker")
                .hint("give `--url`, or `--config-file`, or set the variable MESSAGING_URL"));
        }
        connect::check(&context)?;
        Ok(context)
    }
}

/// Contexts are used from everywhere.
fn absolute(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let absolute = paths.iter().map(|path| {
        std::path::absolute(path)
            .map_err(|error| Failure::usage(format!("no such path: {}: {error}", path.display())))
    });
    absolute.collect()
}

fn select(app: &App, store: &Store, name: &str) -> Result<(), Failure> {
    let name = match name {
        "-" => store.previous().ok_or_else(|| {
            Failure::usage("no context was selected before").hint("name one: messaging-cli ctx ls")
        })?,
        name => name.to_owned(),
    };
    store.select(&name)?;
    match app.output.is_json() {
        true => app.output.json(&document(&name, &store.get(&name)?, true)),
        false => app.output.line(format_args!("context {NAME}{name}{NAME:#} is selected")),
    }
}

fn list(app: &App, store: &Store) -> Result<(), Failure> {
    let selected = store.selected();
    let named = store.names()?.into_iter().map(|name| store.get(&name).map(|it| (name, it)));
    let named: Vec<_> = named.collect::<Result<_, _>>()?;
    let is_selected = |name: &str| selected.as_deref() == Some(name);
    if app.output.is_json() {
        let all: Vec<_> =
            named.iter().map(|(name, it)| document(name, it, is_selected(name))).collect();
        return app.output.json(&all);
    }
    if named.is_empty() {
        app.output.note("there is no context yet: messaging-cli ctx save NAME --url URL");
        return Ok(());
    }
    let rows = named.iter().map(|(name, context)| {
        let mark = if is_selected(name) { "*" } else { "" };
        let description = context.description.clone().unwrap_or_default();
        [mark.to_owned(), name.clone(), context.topics.join(", "), description, broker(context)]
    });
    app.output.table(["", "NAME", "TOPICS", "DESCRIPTION", "BROKER"], rows)
}

fn show(app: &App, store: &Store, name: Option<&str>) -> Result<(), Failure> {
    let selected = store.selected();
    let name = name.map(str::to_owned).or_else(|| selected.clone()).ok_or_else(|| {
        Failure::usage("no context is selected").hint("name one: messaging-cli ctx ls")
    })?;
    let shown = document(&name, &store.get(&name)?, selected.as_deref() == Some(&name));
    if app.output.is_json() {
        return app.output.json(&shown);
    }
    for (key, value) in shown.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        app.output.line(format_args!("{key}: {}", crate::text::line(&value)))?;
    }
    Ok(())
}

fn broker(context: &Context) -> String {
    match &context.url {
        Some(url) => shown_url(url),
        None => {
            let paths = context.config_files.iter().chain(&context.config_dirs);
            paths.map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A context as it may be shown.
/// An option without what is secret in it.
fn shown_option((name, value): (&String, &String)) -> (String, String) {
    let is_secret = ["password", "secret", "token"].iter().any(|it| name.contains(it));
    let shown = match () {
        () if is_secret => "***".to_owned(),
        () if value.contains("://") => shown_url(value),
        () => value.clone(),
    };
    (name.clone(), shown)
}

fn document(name: &str, context: &Context, selected: bool) -> Value {
    let shown = Context {
        url: context.url.as_deref().map(shown_url),
        management: context.management.as_deref().map(shown_http),
        options: context.options.iter().map(shown_option).collect(),
        ..context.clone()
    };
    let mut document = json!({ "name": name, "selected": selected });
    if let (Some(members), Ok(Value::Object(shown))) =
        (document.as_object_mut(), serde_json::to_value(shown))
    {
        members.extend(shown);
    }
    document
}
