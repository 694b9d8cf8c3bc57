//! The JSON schemas of what programs read, as `schema` prints them. They are kept by hand beside the writers; the
//! tests of the command line hold that what is written has no other shape.

/// A schema.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// What it describes: the command that writes it.
    pub subject: &'static str,
    /// The schema itself, JSON Schema 2020-12.
    pub text: &'static str,
}

/// `jixiao.check/1`.
pub const CHECK: Schema = Schema { subject: "check", text: include_str!("../schema/check.json") };
/// `jixiao.rules/1`.
pub const RULES: Schema = Schema { subject: "rules", text: include_str!("../schema/rules.json") };
/// `jixiao.profiles/1`.
pub const PROFILES: Schema = Schema { subject: "profiles", text: include_str!("../schema/profiles.json") };
/// `jixiao.summary/1`.
pub const SUMMARY: Schema = Schema { subject: "summary", text: include_str!("../schema/summary.json") };

/// Every schema there is.
pub const ALL: [Schema; 4] = [CHECK, RULES, PROFILES, SUMMARY];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every object that a schema describes, whatever its depth.
    fn objects(node: &serde_json::Value, found: &mut Vec<serde_json::Value>) {
        match node {
            serde_json::Value::Object(map) => {
                if node["type"] == "object" {
                    found.push(node.clone());
                }
                map.values().for_each(|value| objects(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| objects(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_object_is_closed() {
        for schema in ALL {
            let whole: serde_json::Value = serde_json::from_str(schema.text).unwrap();
            assert_eq!(whole["$schema"], "https://json-schema.org/draft/2020-12/schema");
            let mut found = Vec::new();
            objects(&whole, &mut found);
            assert!(found.len() > 1);
            for object in found {
                let others = &object["additionalProperties"];
                assert!(others == false || others["$ref"].is_string(), "{}: {object}", schema.subject);
            }
        }
    }

    #[test]
    fn the_titles_are_the_names_that_are_written() {
        let title = |schema: Schema| {
            let whole: serde_json::Value = serde_json::from_str(schema.text).unwrap();
            whole["title"].as_str().unwrap().to_owned()
        };
        assert_eq!(title(CHECK), crate::json::SCHEMA);
        let rules: serde_json::Value = serde_json::from_str(&crate::rules::json(crate::Lang::Zh)).unwrap();
        assert_eq!(title(RULES), rules["schema"].as_str().unwrap());
        let profiles: serde_json::Value = serde_json::from_str(&crate::profiles::json()).unwrap();
        assert_eq!(title(SUMMARY), crate::summary::SCHEMA);
        assert_eq!(title(PROFILES), profiles["schema"].as_str().unwrap());
    }
}
