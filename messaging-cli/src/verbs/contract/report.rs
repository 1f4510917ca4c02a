//! What changed, for programs.

use messaging::contract::{Change, Comparison, Effect, Report};
use serde_json::{Value, json};

/// A comparison as JSON.
pub(super) fn document(comparison: &Comparison) -> Value {
    json!({
        "same": comparison.is_same(),
        "covered": comparison.is_covered(),
        "added": comparison.added,
        "gone": comparison.gone,
        "apis": comparison.reports.iter().map(report).collect::<Vec<_>>(),
    })
}

fn report(report: &Report) -> Value {
    json!({
        "name": report.name,
        "old": report.old,
        "new": report.new,
        "needs": report.needs().to_string(),
        "needed": report.needed(),
        "covered": report.is_covered(),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    json!({
        "method": change.method,
        "place": change.place,
        "what": change.what,
        "old_client": effect(&change.old_client),
        "new_client": effect(&change.new_client),
        "needs": change.needs.to_string(),
        "advice": change.advice,
    })
}

fn effect(effect: &Effect) -> Value {
    json!({ "verdict": effect.verdict.to_string(), "why": effect.why })
}
