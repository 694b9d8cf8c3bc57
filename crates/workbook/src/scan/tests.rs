//! What the scanner makes of worksheet parts, whole and in small pieces.

use super::*;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// Hands out a few bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(room.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        room[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// All tokens as `kind:name-or-text`, and their bytes joined.
fn tokens(bytes: &[u8]) -> Result<(Vec<String>, Vec<u8>), OpenError> {
    let mut scanner = Scanner::new(Dribble(bytes, 7), "sheet", &Limits::default())?;
    let (mut seen, mut joined) = (Vec::new(), Vec::new());
    while let Some(token) = scanner.token()? {
        assert_eq!(token.at, joined.len() as u64);
        joined.extend_from_slice(token.raw);
        let what = match token.kind {
            Kind::Text | Kind::CData => token.text().unwrap().into_owned(),
            Kind::Other => continue,
            _ => format!(
                "{}{}",
                if token.space == Space::Main { "" } else { "?" },
                String::from_utf8_lossy(token.name())
            ),
        };
        seen.push(format!("{:?}{}:{what}", token.kind, token.depth));
    }
    Ok((seen, joined))
}

#[test]
fn tokens_joined_are_the_part() {
    let xml = format!(
        "\u{FEFF}<?xml version='1.0' encoding=\"utf-8\"?>\n<!-- < > --><x:worksheet xmlns:x=\"{MAIN}\" xmlns:y='other'>\
         <x:c r='A1' note=\"a>b\"><y:v>&#38468;</y:v><![CDATA[<&amp;>]]></x:c ><?pi > ?><c/></x:worksheet>\n"
    );
    let (seen, joined) = tokens(xml.as_bytes()).unwrap();
    assert_eq!(joined, xml.as_bytes());
    let expected = [
        "Text0:\u{FEFF}",
        "Text0:\n",
        "Start0:worksheet",
        "Start1:c",
        "Start2:?v",
        "Text3:附",
        "End2:?v",
        "CData2:<&amp;>",
        "End1:c",
        "Empty1:?c",
        "End0:worksheet",
        "Text0:\n",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn attributes_are_read_as_written() {
    let xml = format!(
        "<c xmlns='{MAIN}' xmlns:q='http://purl.oclc.org/ooxml/officeDocument/relationships' r = \"A1\" q:id='r&amp;1'\n/>"
    );
    let mut scanner = Scanner::new(xml.as_bytes(), "sheet", &Limits::default()).unwrap();
    let token = scanner.token().unwrap().unwrap();
    assert!(token.is(b"c") && token.opens());
    assert_eq!(token.attribute(b"r"), Some(&b"A1"[..]));
    assert_eq!(token.attribute_in(Space::Relations, b"id"), Some(&b"r&amp;1"[..]));
    let reference = token.attributes().find(|attribute| attribute.name == b"r").unwrap();
    assert_eq!(&token.raw[reference.span()], b"A1");
}

#[test]
fn a_declaration_holds_inside_its_element_only() {
    let xml = format!("<a><b xmlns='{MAIN}'><c/></b><d xmlns='{MAIN}'/><e/></a>");
    let (seen, _) = tokens(xml.as_bytes()).unwrap();
    assert_eq!(seen, ["Start0:?a", "Start1:b", "Empty2:c", "End1:b", "Empty1:d", "Empty1:?e", "End0:?a"]);
}

#[test]
fn utf_16_is_transcoded() {
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?><c xmlns=\"{MAIN}\">合计😀</c>");
    for mark in ["", "\u{FEFF}"] {
        let units: Vec<u16> = format!("{mark}{xml}").encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [little, big] {
            let (seen, joined) = tokens(&bytes).unwrap();
            assert_eq!(seen, ["Start0:c", "Text1:合计😀", "End0:c"]);
            assert_eq!(joined, xml.as_bytes());
        }
    }
}

#[test]
fn what_is_no_proper_xml_is_refused() {
    let deep = "<a>".repeat(300);
    let attributes = format!("<a {}/>", "b='' ".repeat(2_000));
    let spaces = format!("<a {}/>", (0..300).fold(String::new(), |all, n| all + &format!("xmlns:n{n}='u' ")));
    let long = format!("<a>{}</a>", " ".repeat(9 << 20));
    let cases = [
        ("", "ends inside"),
        ("<a>", "ends inside"),
        ("<a", "ends inside a tag"),
        ("<a><b></a></b>", "does not match"),
        ("</a>", "without an opening"),
        ("<a/><b/>", "second root"),
        ("<a/>text", "outside the root"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        ("<?xml version='1.0' encoding='GBK'?><a/>", "encoding"),
        ("<a <b/>", "tag inside a tag"),
        (&deep, "depth"),
        (&attributes, "attributes"),
        (&spaces, "namespace declarations"),
        (&long, "bytes of one token"),
    ];
    for (xml, what) in cases {
        let error = tokens(xml.as_bytes()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(what), "{}: {error}", &xml[..xml.len().min(40)]);
    }
}
