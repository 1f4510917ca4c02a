//! Whether arguments fit, before anything is sent.

use messaging::contract::{Contract, ParamContract};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::given::{Args, Given, Text};
use super::known::Method;
use super::schema::Checker;
use crate::bus::suggest;
use crate::exit::{Exit, Failure};
use crate::text;

/// The arguments of a method, each as its schema takes it.
pub(super) fn arguments(method: &Method, given: &Given) -> Result<Args, Failure> {
    let mut problems = Vec::new();
    let mut args = Args::new();
    for (name, text) in given.named() {
        let Some(param) = method.contract.param(&name) else {
            problems.push(unknown(method, &name));
            continue;
        };
        match value(&method.api, param, &text) {
            Ok(value) => drop(args.insert(name, value)),
            Err(problem) => problems.push(format!("argument `{}`: {problem}", text::line(&name))),
        }
    }
    let is_given = |name: &str| given.named().iter().any(|(it, _)| it == name);
    for param in &method.contract.params {
        if !param.optional && !param.nullable && !is_given(&param.name) {
            let name = text::line(&param.name);
            problems.push(format!(
                "argument `{name}` is missing: --{name} <{}>",
                kind(&method.api, param)
            ));
        }
    }
    if problems.is_empty() {
        return Ok(args);
    }
    let name = text::line(&method.contract.name);
    let failure = Failure::new(
        Exit::Arguments,
        format!("the arguments do not fit method `{name}`; nothing was sent"),
    )
    .with_data(json!(problems));
    Err(problems.into_iter().fold(failure, Failure::hint))
}

fn unknown(method: &Method, name: &str) -> String {
    let params = method.contract.params.iter().map(|param| param.name.as_str());
    let shown = text::line(name);
    if let Some(meant) = suggest(name, params.clone()) {
        return format!("there is no argument `{shown}`; did you mean `{}`?", text::line(meant));
    }
    let globals =
        ["json", "timeout", "url", "exchange", "server", "namespace", "version", "context"];
    if globals.contains(&name) {
        return format!(
            "there is no argument `{shown}`; --{shown} of messaging-cli stands before the topic"
        );
    }
    let all: Vec<_> = params.map(text::line).collect();
    match all.is_empty() {
        true => format!("there is no argument `{shown}`; the method takes none"),
        false => format!("there is no argument `{shown}`; there are {}", all.join(", ")),
    }
}

/// What a text says, as the schema of its parameter takes it: JSON, else a string.
fn value(api: &Contract, param: &ParamContract, text: &Text) -> Result<Box<RawValue>, String> {
    let first = text.as_it_is();
    let Some(schema) = &param.schema else { return Ok(first) };
    let fits = |json: &RawValue| {
        let value: Value = serde_json::from_str(json.get()).map_err(|error| error.to_string())?;
        Checker::new(api).check(&value, &schema.read)
    };
    let Err(problem) = fits(&first) else { return Ok(first) };
    match text.as_string() {
        Some(second) if fits(&second).is_ok() => Ok(second),
        _ => Err(problem),
    }
}

/// The type of a parameter, in a word.
pub(crate) fn kind(api: &Contract, param: &ParamContract) -> String {
    param.schema.as_ref().map_or_else(|| "JSON".to_owned(), |schema| word(api, &schema.read, 0))
}

fn word(api: &Contract, schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/")) {
        return match api.types.get(name) {
            Some(schema) if depth < 4 && schema.read["type"] != "object" => {
                word(api, &schema.read, depth + 1)
            }
            _ => text::line(name),
        };
    }
    let type_word = |kind: &str| match kind {
        "array" => format!("{}[]", word(api, &schema["items"], depth + 1)),
        kind => text::line(kind),
    };
    match &schema["type"] {
        Value::String(kind) if depth < 8 => type_word(kind),
        Value::Array(kinds) if depth < 8 => {
            let kinds = kinds.iter().filter_map(Value::as_str).filter(|it| *it != "null");
            kinds.map(type_word).collect::<Vec<_>>().join("|")
        }
        _ => match (&schema["enum"], schema["anyOf"].as_array().or(schema["oneOf"].as_array())) {
            (Value::Array(values), _) if values.len() <= 8 => {
                let values = values.iter().map(|it| text::line(it.as_str().unwrap_or("..")));
                values.collect::<Vec<_>>().join("|")
            }
            (_, Some(any)) if depth < 8 && any.len() <= 8 => {
                let any = any.iter().filter(|it| it["type"] != "null");
                any.map(|it| word(api, it, depth + 1)).collect::<Vec<_>>().join("|")
            }
            _ => "JSON".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use messaging::Proxy as _;
    use messaging_examples::scheduler::SchedulerClient;

    use super::*;

    fn method(name: &str) -> Method {
        let api = SchedulerClient::contract();
        let contract = api.method(name).unwrap().clone();
        Method { api, contract, namespace: None }
    }

    fn checked(name: &str, words: &[&str]) -> Result<Value, Vec<String>> {
        let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
        let given = Given::read(&words).map_err(|failure| failure.hints)?;
        let args = arguments(&method(name), &given).map_err(|failure| failure.hints)?;
        serde_json::to_value(args).map_err(|error| vec![error.to_string()])
    }

    #[test]
    fn a_value_is_what_its_schema_takes() {
        let words = ["--host", "5", "--capabilities", r#"{"memory_mb": 5}"#];
        let expected = json!({"host": "5", "capabilities": {"memory_mb": 5}});
        assert_eq!(checked("update_capabilities", &words), Ok(expected));
    }

    #[test]
    fn what_is_unknown_missing_or_of_another_type_is_told_at_once() {
        let words = ["--hots", "a", "--capabilities", r#"{"memory_mb": "much"}"#];
        let problems = checked("update_capabilities", &words).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("did you mean `host`"), "{problems:?}");
        assert!(problems[1].contains("memory_mb: expected integer"), "{problems:?}");
        assert!(problems[2].contains("--host <string>"), "{problems:?}");
    }

    #[test]
    fn an_option_of_the_program_is_told_from_an_argument() {
        let problems = checked("select_hosts", &["--request-spec", "{\"memory_mb\": 1}", "--json"]);
        assert!(problems.unwrap_err()[0].contains("before the topic"));
    }

    /// A server may send any schema.
    #[test]
    fn a_schema_that_turns_in_a_circle_ends_nothing() {
        let mut api = SchedulerClient::contract();
        let circle = messaging::contract::Schema::both(json!({"$ref": "#/$defs/Circle"}));
        api.types.insert("Circle".to_owned(), circle.clone());
        let mut param = api.methods[0].params[0].clone();
        param.schema = Some(circle);
        let _ = value(&api, &param, &Text::Word("5".to_owned()));
        assert_eq!(kind(&api, &param), "Circle");
    }
}
