//! In Rust, by the method's name, so that it needs nothing but this library.

use super::Sample;
use super::literal::{Words, is_plain, literal};

const WORDS: Words = Words { null: "null", yes: "true", no: "false", text };

/// The width beyond which a chain of calls is broken.
const WIDTH: usize = 62;

pub(super) fn write(sample: &Sample<'_>) -> String {
    let Sample { contract, method, args, version } = sample;
    let mut target = vec![format!("let target = Target::topic({})", text(&contract.topic))];
    if let Some(namespace) = &contract.namespace {
        target.push(format!(".namespace({})", text(namespace)));
    }
    target.push(format!(".version(Version::new({}, {}))", version.major, version.minor));
    let target = chain(&target, ";");
    let name = text(&method.name);
    let mut used = vec!["RpcClient", "Target", "Transport", "Version"];
    let mut time = "";
    let call = match method.cast {
        true => format!("client.cast({name}, args).await?;\n"),
        false => {
            let mut call =
                vec!["let call = client".to_owned(), format!(".call::<Value>({name}, args)")];
            if let Some(timeout) = method.timeout {
                time = "use std::time::Duration;\n\n";
                call.push(match timeout.subsec_nanos() {
                    0 => format!(".timeout(Duration::from_secs({}))", timeout.as_secs()),
                    _ => format!(".timeout(Duration::from_millis({}))", timeout.as_millis()),
                });
            }
            chain(&call, ";")
        }
    };
    let answer = match sample.errors().first() {
        _ if method.cast => String::new(),
        None => "let result = call.await?;\nprintln!(\"{result}\");\n".to_owned(),
        Some(error) => {
            used.insert(0, "CallError");
            let (module, class) = (text(&error.module), text(&error.class));
            format!(
                "match call.await {{\n    Ok(result) => println!(\"{{result}}\"),\n    \
                 Err(CallError::Remote(it))\n        if it.is({module}, {class}) =>\n    {{\n        \
                 println!(\"{{}}: {{:?}}\", it.message, it.kwargs);\n    }}\n    \
                 Err(error) => return Err(error.into()),\n}}\n"
            )
        }
    };
    let args = literal(WORDS, &args.clone().into(), 0);
    let json = if method.cast { "json" } else { "{Value, json}" };
    format!(
        "{time}use messaging::{{{}}};\nuse serde_json::{json};\n\n\
         let url = std::env::var(\"MESSAGING_URL\")?;\n\
         let transport = Transport::connect(&url).await?;\n\
         {target}let client = RpcClient::new(&transport, target);\n\n\
         let args = json!({args});\n{call}{answer}",
        used.join(", ")
    )
}

/// A chain of calls on a line, or on a line each.
fn chain(links: &[String], end: &str) -> String {
    let line = links.concat() + end;
    match line.chars().count() <= WIDTH {
        true => line + "\n",
        false => links.join("\n    ") + end + "\n",
    }
}

fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => literal.extend(['\\', letter]),
            letter if is_plain(letter) => literal.push(letter),
            letter => literal.extend(letter.escape_unicode()),
        }
    }
    literal + "\""
}
