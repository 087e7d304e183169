//! Whatever can be written is what `serde_json` writes, and what cannot is refused.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeStruct, SerializeTuple};

use super::*;

/// A value of any kind that is written.
#[derive(Debug, Clone)]
enum Any {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Small(i8, u8, i16, u16, i32, u32),
    Single(f32),
    Double(f64),
    Char(char),
    Text(String),
    Null,
    Variant(Kind),
    Some(Box<Any>),
    Listed(Vec<Any>),
    Pair(Box<(Any, Any)>),
    Mapped(BTreeMap<String, Any>),
    ByCharacter(BTreeMap<char, Any>),
    Object(Vec<Any>),
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    ConditionAdded,
    X,
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const FIELDS: [&str; 4] = ["a", "post_id", "", "type"];
        match self {
            Any::Bool(value) => value.serialize(serializer),
            Any::Signed(value) => value.serialize(serializer),
            Any::Unsigned(value) => value.serialize(serializer),
            Any::Small(a, b, c, d, e, f) => (a, b, c, d, e, f).serialize(serializer),
            Any::Single(value) => value.serialize(serializer),
            Any::Double(value) => value.serialize(serializer),
            Any::Char(value) => value.serialize(serializer),
            Any::Text(value) => value.serialize(serializer),
            Any::Null => serializer.serialize_none(),
            Any::Variant(value) => value.serialize(serializer),
            Any::Some(value) => serializer.serialize_some(value),
            Any::Listed(values) => values.serialize(serializer),
            Any::Pair(values) => {
                let mut pair = serializer.serialize_tuple(2)?;
                pair.serialize_element(&values.0)?;
                pair.serialize_element(&values.1)?;
                pair.end()
            }
            Any::Mapped(values) => values.serialize(serializer),
            Any::ByCharacter(values) => values.serialize(serializer),
            Any::Object(values) => {
                let mut object = serializer.serialize_struct("Object", values.len())?;
                FIELDS.into_iter().zip(values).try_for_each(|(name, value)| object.serialize_field(name, value))?;
                object.end()
            }
        }
    }
}

fn any_value() -> impl Strategy<Value = Any> {
    let small = any::<(i8, u8, i16, u16, i32, u32)>().prop_map(|(a, b, c, d, e, f)| Any::Small(a, b, c, d, e, f));
    let leaf = prop_oneof![
        any::<bool>().prop_map(Any::Bool),
        any::<i64>().prop_map(Any::Signed),
        any::<u64>().prop_map(Any::Unsigned),
        small,
        prop_oneof![proptest::num::f32::ANY, (-20_i8..20).prop_map(f32::from), Just(-0.0)].prop_map(Any::Single),
        proptest::num::f64::ANY.prop_map(Any::Double),
        any::<char>().prop_map(Any::Char),
        any::<String>().prop_map(Any::Text),
        Just(Any::Null),
        prop_oneof![Just(Kind::ConditionAdded), Just(Kind::X)].prop_map(Any::Variant),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            inner.clone().prop_map(|value| Any::Some(Box::new(value))),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Any::Listed),
            (inner.clone(), inner.clone()).prop_map(|pair| Any::Pair(Box::new(pair))),
            prop::collection::btree_map(any::<String>(), inner.clone(), 0..6).prop_map(Any::Mapped),
            prop::collection::btree_map(any::<char>(), inner.clone(), 0..6).prop_map(Any::ByCharacter),
            prop::collection::vec(inner, 0..5).prop_map(Any::Object),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_what_serde_json_writes(value in any_value()) {
        let mut written = b"before".to_vec();
        write(&mut written, &value).unwrap();
        prop_assert_eq!(String::from_utf8(written).unwrap(), format!("before{}", serde_json::to_string(&value).unwrap()));
    }
}

#[test]
fn what_no_record_has_is_refused_and_leaves_nothing_behind() {
    #[derive(Serialize)]
    enum Variant {
        Of(u8),
        Pair(u8, u8),
        Fields { a: u8 },
    }
    #[derive(Serialize)]
    struct Nameless(u8, u8);
    fn check(value: &impl Serialize, why: &str) {
        let mut written = b"before".to_vec();
        let error = write(&mut written, &("text", value)).unwrap_err();
        assert_eq!(error.to_string(), format!("the value cannot be written as JSON: {why}"));
        assert_eq!(written, b"before", "{why}");
    }
    check(&Variant::Of(1), "no record has a variant with a value");
    check(&Variant::Pair(1, 2), "no record has a variant with values");
    check(&Variant::Fields { a: 1 }, "no record has a variant with fields");
    check(&Nameless(1, 2), "no record has a struct without names");
    check(&BTreeMap::from([(1, "a")]), "no record has a key that is no text");
    check(&BTreeMap::from([(vec!["a"], "a")]), "no record has a key that is no text");
    check(&serde_json::value::RawValue::from_string("[1]".to_owned()).unwrap(), "no record has raw JSON");
    check(&1_u128, "u128 is not supported");
    check(&std::sync::Mutex::new(Variant::Of(1)), "no record has a variant with a value");
}
