//! Formulas of OpenDocument (`of:=SUM([.D7:.D20];1)`) in the notation of Excel (`SUM(D7:D20,1)`).

/// A formula as Excel writes it, without `=`. Formulas that are in Excel's notation already only lose their prefix.
pub(super) fn translated(written: &str) -> String {
    if let Some(excel) = written.strip_prefix("msoxl:") {
        return excel.trim_start_matches('=').to_owned();
    }
    let body = written.strip_prefix("of:").or_else(|| written.strip_prefix("oooc:")).unwrap_or(written);
    let mut result = String::with_capacity(body.len());
    let mut rest = body.trim_start_matches('=');
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            '[' => unquoted(rest, ']').next().map_or(rest.len(), |at| at + 1),
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '[' => result.push_str(&reference(piece.trim_matches(['[', ']']))),
            ';' | '~' => result.push(','),
            _ => result.push_str(piece),
        }
        rest = after;
    }
    result
}

/// The length of a quoted text at the beginning, its quotes included; a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// Where a character stands outside the quotes of sheets' names.
fn unquoted(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut quoted = false;
    text.char_indices().filter_map(move |(at, c)| {
        quoted ^= c == '\'';
        (c == wanted && !quoted).then_some(at)
    })
}

/// `$Sheet1.$A$1:.B2` as `Sheet1!$A$1:B2`.
fn reference(text: &str) -> String {
    let (first, last) =
        match unquoted(text, ':').next().and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
            Some((first, last)) => (first, Some(last)),
            None => (text, None),
        };
    let (sheet, cell) = parted(first);
    let mut result = String::new();
    if !sheet.is_empty() {
        result.push_str(sheet.trim_start_matches('$'));
        result.push('!');
    }
    result.push_str(cell);
    if let Some(last) = last {
        result.push(':');
        result.push_str(parted(last).1);
    }
    result
}

/// Sheet and cell around the last dot outside quotes.
fn parted(text: &str) -> (&str, &str) {
    let dot = unquoted(text, '.').last();
    dot.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))).unwrap_or(("", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_those_of_excel() {
        let cases = [
            ("of:=SUM([.D7:.D20])", "SUM(D7:D20)"),
            ("of:=IF(N([.D7])=0;\"\";[.H7]/[.D7])", "IF(N(D7)=0,\"\",H7/D7)"),
            ("of:=[$附表.$D$21]*2", "附表!$D$21*2"),
            ("of:=['a.b''c'.A1:.B2]&\"x;[.A1]\"", "'a.b''c'!A1:B2&\"x;[.A1]\""),
            ("of:=SUM([.A1]~[.B1])", "SUM(A1,B1)"),
            ("of:=[.#REF!]", "#REF!"),
            ("oooc:=[.A1]+1", "A1+1"),
            ("msoxl:=SUM(A1,B1)", "SUM(A1,B1)"),
            ("of:=\"unclosed", "\"unclosed"),
            ("of:=[.A1", "A1"),
        ];
        for (written, expected) in cases {
            assert_eq!(translated(written), expected, "{written}");
        }
    }
}
