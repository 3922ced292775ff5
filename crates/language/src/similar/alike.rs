//! Characters that look like Latin letters, or like nothing.

/// The Latin letter that a letter of another script looks like.
pub fn latin(c: char) -> Option<char> {
    const ALIKE: [(&str, &str); 4] = [
        ("АВЕІЈКМНОРЅСТХУԚԜ", "ABEIJKMHOPSCTXYQW"),
        ("аеіјорѕсухһԁԛԝӏ", "aeijopscyxhdqwl"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("ονρſKɡ", "ovpsKg"),
    ];
    if let Some(ascii) = (u32::from(c)).checked_sub(0xfee0).filter(|code| (0x21..0x7f).contains(code)) {
        return char::from_u32(ascii).filter(char::is_ascii_alphabetic);
    }
    ALIKE.iter().find_map(|(other, latin)| latin.chars().nth(other.chars().position(|one| one == c)?))
}

/// Whether nothing is ever seen of a character. Marks of direction and joiners, which some scripts need, are not among
/// them.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{00ad}' | '\u{180e}' | '\u{034f}')
}
