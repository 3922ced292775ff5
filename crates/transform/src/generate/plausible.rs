//! Values that nothing decides: what a reader would expect under the name of a column.

/// A string for a column of this name; others for other numbers.
pub(super) fn text(name: &str, number: usize) -> String {
    let lower = name.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let number = number + 1;
    let (high, low) = (number / 250, number % 250);
    if lower == "ip"
        || has("ipaddress")
        || has("ipaddr")
        || lower.ends_with("ip")
        || has("ipv4")
        || lower == "address"
    {
        return format!("203.0.{}.{}", 113 + high, low);
    }
    if has("sha256") {
        return format!("{number:064x}");
    }
    if has("sha1") {
        return format!("{number:040x}");
    }
    if has("md5") || has("hash") {
        return format!("{number:032x}");
    }
    if has("url") || has("uri") {
        return format!("https://host-{number}.example/page");
    }
    if has("upn")
        || has("userprincipalname")
        || has("email")
        || has("mail")
        || has("recipient")
        || has("sender")
    {
        return format!("user-{number}@contoso.example");
    }
    if has("commandline") {
        return format!("tool.exe --option {number}");
    }
    if has("filename") || has("processname") || lower.ends_with("process") {
        return format!("tool-{number}.exe");
    }
    if has("path") || has("folder") {
        return format!("C:\\Data\\file-{number}.txt");
    }
    if has("sid") && !has("side") {
        return format!("S-1-5-21-1111111111-2222222222-3333333333-{}", 1000 + number);
    }
    if has("device") || has("computer") || has("host") || has("machine") {
        return format!("pc-{number}");
    }
    if has("account") || has("user") || has("caller") || has("actor") || has("identity") {
        return format!("user-{number}");
    }
    if has("domain") {
        return format!("domain-{number}.example");
    }
    if has("country") || has("location") {
        return ["NL", "DE", "FR", "ES", "IT", "PT", "SE", "FI", "NO", "DK"][number % 10].to_owned();
    }
    if lower.ends_with("id") || has("guid") {
        return format!("00000000-0000-4000-8000-{number:012}");
    }
    if has("useragent") {
        return format!("Agent/{number}.0");
    }
    format!("value-{number}")
}
