//! Holdout texts that are none. In: rows. Out: rows without the holdout texts that nearly stand among those that are learnt
//! from, and the places of both: such a text measures memory.

use super::corpus::{Place, Row};
use super::plan::Plan;
use crate::cluster;

/// Takes them out; the place of the text that is learnt from stands first.
pub fn take_out(plan: &Plan, rows: &mut Vec<Row>) -> Vec<(Place, Place)> {
    let asked: Vec<&Row> = rows.iter().filter(|row| row.holdout()).collect();
    let known: Vec<&Row> = rows.iter().filter(|row| plan.learns(row)).collect();
    let texts = |rows: &[&Row]| rows.iter().map(|row| row.text.clone()).collect::<Vec<_>>();
    let near = cluster::near(&texts(&known), &texts(&asked));
    let found: Vec<(Place, Place)> = asked
        .iter()
        .zip(near)
        .filter_map(|(row, near)| Some((known.get(near?)?.place.clone(), row.place.clone())))
        .collect();
    rows.retain(|row| !row.holdout() || !found.iter().any(|(_, place)| *place == row.place));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::corpus::Corpus;
    use crate::learn::plan::example;

    #[test]
    fn a_holdout_text_that_was_learnt_from_is_not_measured() {
        let line = |text: &str| format!("{{\"text\":\"{text}\",\"lang\":\"en\",\"label\":\"scam\"}}\n");
        let mut corpus = Corpus::default();
        let own = line("Your parcel 1234 is on hold, pay the fee at http://a.top/1");
        let held = line("Your PARCEL 77 is on hold, pay the fee at http://b.top/2")
            + &line("Grandma, it is me, my new number");
        corpus.read("own.jsonl", "own-en", own.as_bytes()).unwrap();
        corpus.read("held.jsonl", "holdout-en", held.as_bytes()).unwrap();
        // Its source is left out, so nothing of it is remembered.
        let left = line("Grandma, it is me, my new number!");
        corpus.read("left.jsonl", "left", left.as_bytes()).unwrap();
        let found = take_out(&example(), &mut corpus.rows);
        assert_eq!(found, [(("own.jsonl".to_owned(), 1), ("held.jsonl".to_owned(), 1))]);
        assert_eq!(corpus.rows.iter().map(|row| row.place.1).collect::<Vec<_>>(), [1, 2, 1]);
    }
}
