//! What holds of a page whatever its contracts say.

use data_encoding::BASE64;
use messaging::contract::Contract;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::*;

const HOSTILE: &str = "</script></style><img src=x onerror=alert(1)>\"'><script>alert(1)</script>";

fn hostile() -> Document {
    let contract: Contract = serde_json::from_value(json!({
        "name": HOSTILE, "topic": HOSTILE, "namespace": HOSTILE, "version": "1.0", "docs": HOSTILE,
        "methods": [{
            "name": HOSTILE, "since": "1.0", "docs": format!("[a](javascript:alert(1)) {HOSTILE}"),
            "params": [
                {"name": HOSTILE, "since": "1.0", "schema": {
                    "type": HOSTILE, "format": HOSTILE, "description": HOSTILE, "default": HOSTILE,
                }},
                {"name": "typed", "since": "1.0", "schema": {"$ref": format!("#/$defs/{HOSTILE}")}},
            ],
            "result": {"enum": [HOSTILE]},
            "errors": {"classes": [{"module": HOSTILE, "class": HOSTILE, "kwargs": {
                HOSTILE: {"schema": {"const": HOSTILE}},
            }}]},
        }],
        "types": {HOSTILE: {"type": "object", "properties": {HOSTILE: {"type": "string"}}}},
    }))
    .unwrap();
    Document::new([contract]).unwrap().titled(HOSTILE)
}

#[test]
fn nothing_of_a_contract_is_markup() {
    for mode in [Mode::Alone, Mode::Live { calls: false }, Mode::Live { calls: true }] {
        let page = page(&hostile(), mode);
        assert_eq!(page.matches("<script").count(), 1, "our own, {mode:?}");
        assert_eq!(page.matches("</style>").count(), 1, "our own, {mode:?}");
        assert!(!page.contains("<img") && !page.contains("href=\"javascript"), "{mode:?}");
    }
}

#[test]
fn the_policy_lets_our_own_style_and_script_run_and_nothing_else() {
    for (text, hash) in [(frame::STYLE, frame::STYLE_HASH), (frame::SCRIPT, frame::SCRIPT_HASH)] {
        let digest = BASE64.encode(&Sha256::digest(text));
        assert_eq!(format!("sha256-{digest}"), hash, "write it into html/frame.rs");
        assert!(!text.contains("</s"), "it would end itself");
    }
}
