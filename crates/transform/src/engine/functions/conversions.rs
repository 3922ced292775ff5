//! Conversions between types, and questions about them.

use super::super::convert;
use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::{arg, items, size, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "tostring" => |_, args| Ok(Value::Str(text(args, 0))),
        "tolong" => |_, args| Ok(convert::to_long(arg(args, 0))),
        "toint" => |_, args| Ok(convert::to_int(arg(args, 0))),
        "toreal" | "todouble" => |_, args| Ok(convert::to_real(arg(args, 0))),
        "todecimal" => |_, args| Ok(convert::to_decimal(arg(args, 0))),
        "tobool" | "toboolean" => |_, args| Ok(convert::to_bool(arg(args, 0))),
        "todatetime" => |_, args| Ok(convert::to_datetime(arg(args, 0))),
        "totimespan" | "totime" => |_, args| Ok(convert::to_timespan(arg(args, 0))),
        "toguid" => |_, args| Ok(convert::to_guid(arg(args, 0))),
        "parse_json" | "parsejson" | "todynamic" | "toobject" => {
            |_, args| Ok(convert::to_dynamic(arg(args, 0)))
        }
        "dynamic_to_json" => |_, args| Ok(Value::str(&super::bags::canonical(arg(args, 0)))),
        "gettype" => |_, args| Ok(Value::str(convert::type_name(arg(args, 0)))),
        "isnull" => |_, args| Ok(Value::Bool(arg(args, 0).is_null())),
        "isnotnull" | "notnull" => |_, args| Ok(Value::Bool(!arg(args, 0).is_null())),
        "estimate_data_size" => |_, args| {
            let bytes = |value: &Value| value.as_str().map_or(8, |text| text.len());
            Ok(size(args.iter().map(bytes).sum()))
        },
        "array_length" | "arraylength" => {
            |_, args| Ok(items(arg(args, 0)).map_or(Value::Null, |all| size(all.len())))
        }
        _ => return None,
    })
}
