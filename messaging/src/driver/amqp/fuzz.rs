//! What a fuzzer gives to this folder: see `targets`.

use lapin::BasicProperties;
use lapin::types::AMQPValue;
use lapin::types::parsing::parse_field_table;

use super::wire::Guard;
use super::{compression, properties};
use crate::driver::Notes;

/// How many bytes of one body are unpacked.
const LONGEST: usize = 1 << 16;

/// Where the headers stand in [`frames`]' own frame.
const HEADERS: usize = 7 + 14;

/// What comes from a socket: of any bytes, and of any header table, lapin's parser gets no more than
/// it can bear, and the same in whatever pieces it comes.
pub(crate) fn frames(bytes: &[u8]) {
    let (mut whole, mut pieces) = (bytes.to_vec(), bytes.to_vec());
    Guard::default().pass(&mut whole);
    let mut guard = Guard::default();
    pieces.chunks_mut(3).for_each(|piece| guard.pass(piece));
    assert_eq!(whole, pieces);

    let length = u32::try_from(bytes.len()).expect("a fuzzer's bytes are few").to_be_bytes();
    let size = u32::try_from(14 + 4 + bytes.len()).expect("likewise").to_be_bytes();
    let flags: u16 = 1 << 13;
    let start = [&[2, 0, 1][..], &size, &[0, 60, 0, 0], &[0; 8], &flags.to_be_bytes()].concat();
    let mut frame = [&start, &length[..], bytes, &[0xCE]].concat();
    Guard::default().pass(&mut frame);
    let Some(table) = frame.get(HEADERS..) else { return };
    let Ok((_, headers)) = parse_field_table(table) else { return };
    let properties = BasicProperties::default().with_headers(headers);
    let mut hearing = properties::Hearing::default();
    let notes = hearing.notes(&properties);
    assert_eq!(hearing.notes(&properties), notes);
    assert!(notes.iter().count() <= Notes::MOST);
    let _ = compression::read(&properties, b"{}".to_vec(), LONGEST);
}

/// A body that is compressed in either way.
pub(crate) fn compressed(body: &[u8]) {
    for kind in ["gzip", "bzip2"] {
        let mut headers = lapin::types::FieldTable::default();
        headers.insert("compression".into(), AMQPValue::LongString(kind.into()));
        let properties = BasicProperties::default().with_headers(headers);
        if let Ok(body) = compression::read(&properties, body.to_vec(), LONGEST) {
            assert!(body.len() <= LONGEST);
        }
    }
}
