//! From any serializable value to the contexts of the two renderings.
//!
//! A newtype struct whose name is one of [`Grammar::ALL`] is free text: it stays as it is in the real context and is
//! a stand-in in the other. Every other string is a constant of a preset or an enum, and the same in both. A map
//! becomes a list of `{key, value}`, sorted by its real keys, so that no output follows a hash order. A map whose keys
//! are constants can be read by name instead: a newtype struct with the name [`RECORD`] around it says so.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser};
use tera::{Context, Value};

use super::standin::{Grammar, StandIns};
use crate::report::Diagnostic;

/// The name of a newtype struct around a map that templates read by name, like a struct.
pub const RECORD: &str = "record";

/// What both renderings need.
#[derive(Debug, Clone)]
pub struct Contexts {
    /// The values themselves.
    pub real: Context,
    /// Stand-ins in the place of every free text.
    pub standin: Context,
    /// The way back.
    pub table: StandIns,
}

/// Builds both contexts from a struct.
///
/// # Errors
/// A value that is no struct, or holds what a template cannot print (bytes, a map with keys that are no strings).
pub fn contexts<T: Serialize + ?Sized>(value: &T) -> Result<Contexts, Diagnostic> {
    let mut real = Builder { standins: None };
    let mut other = Builder { standins: Some(StandIns::default()) };
    let failed = |error: Failed| Diagnostic::error(format!("a value cannot be given to templates: {error}"));
    let context = |value: Value| {
        let map = value.into_map().ok_or_else(|| Failed("it is not a struct".to_owned()))?;
        let mut context = Context::new();
        for (key, value) in map {
            context.insert_value(key.as_str().unwrap_or_default().to_owned(), value);
        }
        Ok(context)
    };
    let real = value.serialize(&mut real).and_then(context).map_err(failed)?;
    let standin = value.serialize(&mut other).and_then(context).map_err(failed)?;
    Ok(Contexts { real, standin, table: other.standins.unwrap_or_default() })
}

/// Why a value cannot be given to templates.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failed(String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Built = Result<Value, Failed>;

struct Builder {
    /// There is a table exactly in the second rendering.
    standins: Option<StandIns>,
}

fn named(name: &'static str, value: Value) -> Value {
    Value::from(BTreeMap::from([(name, value)]))
}

/// The pairs of a map as fields.
fn by_name(pairs: &Value) -> Built {
    let mut fields = BTreeMap::new();
    for pair in pairs.as_array().ok_or_else(|| Failed("a record holds no map".to_owned()))? {
        let (Some(key), Some(value)) = (pair.get_from_path("key"), pair.get_from_path("value")) else {
            return Err(Failed("a record holds no map".to_owned()));
        };
        fields.insert(key.as_str().unwrap_or_default().to_owned(), value.clone());
    }
    Ok(Value::from(fields))
}

macro_rules! as_value {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Built {
            Ok(Value::from(value))
        })*
    };
}

impl<'b> Serializer for &'b mut Builder {
    type Ok = Value;
    type Error = Failed;
    type SerializeSeq = List<'b>;
    type SerializeTuple = List<'b>;
    type SerializeTupleStruct = List<'b>;
    type SerializeTupleVariant = List<'b>;
    type SerializeMap = Pairs<'b>;
    type SerializeStruct = Fields<'b>;
    type SerializeStructVariant = Fields<'b>;

    as_value!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_f32: f32, serialize_f64: f64, serialize_char: char);

    fn serialize_str(self, text: &str) -> Built {
        Ok(Value::normal_string(text))
    }

    fn serialize_bytes(self, _: &[u8]) -> Built {
        Err(Failed("bytes are not text".to_owned()))
    }

    fn serialize_none(self) -> Built {
        Ok(Value::none())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Built {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Built {
        Ok(Value::none())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Built {
        Ok(Value::none())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Built {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Built {
        if name == RECORD {
            return by_name(&value.serialize(self)?);
        }
        if !name.starts_with("free:") {
            return value.serialize(self);
        }
        let grammar = Grammar::named(name).ok_or_else(|| Failed(format!("`{name}` is no grammar of free text")))?;
        let real = value.serialize(&mut Builder { standins: None })?;
        let text = real.as_str().ok_or_else(|| Failed(format!("`{name}` is a {}, not a text", real.name())))?;
        match self.standins.as_mut() {
            // Templates may ask whether there is a text, so an empty one stays empty; it can carry nothing anyway.
            Some(table) if !text.is_empty() => Ok(Value::normal_string(table.standin(grammar, text))),
            _ => Ok(real),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Built {
        Ok(named(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List<'b>, Failed> {
        Ok(List { builder: self, variant: None, items: Vec::with_capacity(length.unwrap_or(0).min(1024)) })
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'b>, Failed> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List<'b>, Failed> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List<'b>, Failed> {
        Ok(List { variant: Some(variant), ..self.serialize_seq(Some(length))? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Pairs<'b>, Failed> {
        Ok(Pairs { builder: self, key: None, pairs: BTreeMap::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'b>, Failed> {
        Ok(Fields { builder: self, variant: None, fields: BTreeMap::new() })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'b>, Failed> {
        Ok(Fields { builder: self, variant: Some(variant), fields: BTreeMap::new() })
    }
}

/// A list or tuple on its way.
struct List<'b> {
    builder: &'b mut Builder,
    variant: Option<&'static str>,
    items: Vec<Value>,
}

impl List<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Failed> {
        self.items.push(item.serialize(&mut *self.builder)?);
        Ok(())
    }

    fn finish(self) -> Built {
        let list = Value::from(self.items);
        Ok(self.variant.map_or(list.clone(), |variant| named(variant, list)))
    }
}

macro_rules! list {
    ($($trait:ident $method:ident),*) => {
        $(impl ser::$trait for List<'_> {
            type Ok = Value;
            type Error = Failed;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Failed> {
                self.push(item)
            }

            fn end(self) -> Built {
                self.finish()
            }
        })*
    };
}

list!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field);

/// A map on its way: by real key, so that both renderings have the same order.
struct Pairs<'b> {
    builder: &'b mut Builder,
    key: Option<(String, Value)>,
    pairs: BTreeMap<String, Value>,
}

impl ser::SerializeMap for Pairs<'_> {
    type Ok = Value;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        let real = key.serialize(&mut Builder { standins: None })?;
        let text = real.as_str().ok_or_else(|| Failed(format!("a map has a {} for a key", real.name())))?;
        self.key = Some((text.to_owned(), key.serialize(&mut *self.builder)?));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let (real, key) = self.key.take().ok_or_else(|| Failed("a map has a value without a key".to_owned()))?;
        let value = value.serialize(&mut *self.builder)?;
        self.pairs.insert(real, Value::from(BTreeMap::from([("key", key), ("value", value)])));
        Ok(())
    }

    fn end(self) -> Built {
        Ok(Value::from(self.pairs.into_values().collect::<Vec<_>>()))
    }
}

/// A struct on its way.
struct Fields<'b> {
    builder: &'b mut Builder,
    variant: Option<&'static str>,
    fields: BTreeMap<&'static str, Value>,
}

impl Fields<'_> {
    fn finish(self) -> Built {
        let fields = Value::from(self.fields);
        Ok(self.variant.map_or(fields.clone(), |variant| named(variant, fields)))
    }
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Fields<'_> {
            type Ok = Value;
            type Error = Failed;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failed> {
                self.fields.insert(name, value.serialize(&mut *self.builder)?);
                Ok(())
            }

            fn end(self) -> Built {
                self.finish()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    #[serde(rename = "free:abs-path")]
    struct AbsPath(&'static str);

    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(rename = "free:env-name")]
    struct EnvName(&'static str);

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Base {
        Slim,
    }

    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "kebab-case")]
    enum Step {
        Copy { to: AbsPath },
    }

    #[derive(Serialize)]
    struct Plan {
        base: Base,
        dir: AbsPath,
        again: Option<AbsPath>,
        nothing: Option<AbsPath>,
        env: BTreeMap<EnvName, u16>,
        steps: Vec<Step>,
        facts: Facts,
        pair: (bool, &'static str),
    }

    #[derive(Serialize)]
    #[serde(rename = "record")]
    struct Facts(BTreeMap<String, Option<AbsPath>>);

    fn plan() -> Plan {
        Plan {
            base: Base::Slim,
            dir: AbsPath("/srv/app"),
            again: Some(AbsPath("/srv/app")),
            nothing: None,
            env: [(EnvName("PORT"), 3000), (EnvName("A"), 1)].into(),
            steps: vec![Step::Copy { to: AbsPath("/data") }],
            facts: Facts([("entry".to_owned(), Some(AbsPath("/data"))), ("none".to_owned(), None)].into()),
            pair: (true, "constant"),
        }
    }

    fn shown(context: &Context) -> String {
        ["base", "dir", "again", "nothing", "env", "steps", "facts", "pair"]
            .map(|name| context.get(name).unwrap().to_string())
            .join(" ")
    }

    #[test]
    fn only_free_texts_differ_and_equal_ones_stay_equal() {
        let made = contexts(&plan()).unwrap();
        assert_eq!(made.real.get("dir").unwrap().as_str(), Some("/srv/app"));
        let standin = shown(&made.standin);
        assert_eq!(made.table.fill(&standin).unwrap(), shown(&made.real));
        let dir = made.standin.get("dir").unwrap();
        assert_eq!(Some(dir), made.standin.get("again"));
        assert_eq!(made.table.entries().len(), 4);
        assert!(standin.contains("slim") && standin.contains("constant") && standin.contains("3000"), "{standin}");
    }

    #[test]
    fn maps_are_lists_in_the_order_of_the_real_keys() {
        let made = contexts(&plan()).unwrap();
        for (context, keys) in [(&made.real, ["A", "PORT"]), (&made.standin, ["STANDIN1X", "STANDIN2X"])] {
            let env = context.get("env").unwrap().as_array().unwrap();
            let found: Vec<_> = env.iter().map(|pair| pair.get_from_path("key").unwrap().as_str().unwrap()).collect();
            assert_eq!(found, keys);
        }
    }

    #[test]
    fn a_record_is_read_by_name() {
        let made = contexts(&plan()).unwrap();
        let facts = made.real.get("facts").unwrap();
        assert_eq!(facts.get_from_path("entry").and_then(Value::as_str), Some("/data"));
        assert!(facts.get_from_path("none").unwrap().is_none());
        let standin = made.standin.get("facts").unwrap().get_from_path("entry").unwrap();
        assert_eq!(made.table.fill(standin.as_str().unwrap()).unwrap(), "/data");
    }

    #[test]
    fn what_templates_cannot_take_is_refused() {
        #[derive(Serialize)]
        #[serde(rename = "free:pth")]
        struct Misspelt(&'static str);
        #[derive(Serialize)]
        struct Holder<T>(T, u8);
        #[derive(Serialize)]
        struct One<T> {
            one: T,
        }
        assert!(contexts("text").is_err() && contexts(&Holder(1, 2)).is_err());
        assert!(contexts(&One { one: Misspelt("") }).unwrap_err().message.contains("free:pth"));
        assert!(contexts(&One { one: BTreeMap::from([(1, 2)]) }).is_err());
    }
}
