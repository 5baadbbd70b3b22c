//! The part of JSON Schema that `docs/trace.schema.json` uses.

use serde_json::Value;

/// Panics where `text` is not what the schema says. A keyword of the schema that this does not know panics, too.
pub fn check(text: &str) {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/trace.schema.json")).expect("the schema is JSON");
    let value = serde_json::from_str(text).expect("the trace is JSON");
    if let Err(why) = fits(&value, &schema, &schema) {
        panic!("{why}");
    }
}

fn fits(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    for (keyword, says) in schema.as_object().ok_or("a schema is an object")? {
        let holds = match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let path = says.as_str().and_then(|r| r.strip_prefix('#')).ok_or("a local reference")?;
                fits(value, root.pointer(path).ok_or(format!("no {path} in the schema"))?, root)?;
                true
            }
            "type" => match says {
                Value::Array(types) => types.iter().any(|t| is_a(value, t)),
                one => is_a(value, one),
            },
            "const" => value == says,
            "enum" => says.as_array().is_some_and(|all| all.contains(value)),
            "anyOf" => says.as_array().is_some_and(|all| all.iter().any(|one| fits(value, one, root).is_ok())),
            "minimum" => value.as_u64() >= says.as_u64(),
            "maximum" => value.as_u64() <= says.as_u64(),
            "maxLength" => value.as_str().map(|s| s.chars().count() as u64) <= says.as_u64(),
            "minLength" => value.as_str().map(|s| s.chars().count() as u64) >= says.as_u64(),
            "required" => {
                let names = says.as_array().ok_or("a list of names")?;
                names.iter().all(|name| name.as_str().is_some_and(|name| value.get(name).is_some()))
            }
            "properties" | "additionalProperties" => {
                members(value, schema, root)?;
                true
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    fits(item, says, root)?;
                }
                true
            }
            other => return Err(format!("this checker does not know `{other}`")),
        };
        if !holds {
            return Err(format!("`{keyword}` {says} does not hold of {value}"));
        }
    }
    Ok(())
}

fn members(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    for (name, member) in value.as_object().into_iter().flatten() {
        match (schema.get("properties").and_then(|p| p.get(name)), schema.get("additionalProperties")) {
            (Some(property), _) => fits(member, property, root).map_err(|why| format!("{name}: {why}"))?,
            (None, Some(Value::Bool(false))) => return Err(format!("`{name}` is not in the schema")),
            (None, Some(others @ Value::Object(_))) => fits(member, others, root)?,
            (None, _) => {}
        }
    }
    Ok(())
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let schema = serde_json::json!({"type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": ["integer", "null"], "minimum": 1}}});
    for (text, good) in [
        ("{\"a\":1}", true),
        ("{\"a\":null}", false),
        ("{\"a\":0}", false),
        ("{}", false),
        ("{\"a\":1,\"b\":1}", false),
    ] {
        assert_eq!(fits(&serde_json::from_str(text).expect("JSON"), &schema, &schema).is_ok(), good, "{text}");
    }
}
